/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/pci_ids.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "decode/lines.h"
#include "decode/value.h"

struct wanted {
	uint32_t id;
	bool has_parent;
	const char *name; /* NULL: there is none */
};

struct pci_ids {
	enum pci_kind kind;
	const char *path;      /* NULL: the first of default_paths that can be read */
	bool missing;	       /* at the last pass */
	struct arena arena;    /* of the path */
	struct arena names;    /* of the last batch */
	struct wanted *wanted; /* of the last batch, by id */
	size_t count;
};

static const char *const default_paths[] = {
	"/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids", "/var/lib/pciutils/pci.ids"};

/* Bits of the kind's number that are not its parent's. */
static unsigned int own_bits(const struct pci_ids *ids)
{
	return ids->kind == PCI_SUBCLASS || ids->kind == PCI_CLASS ? 8 : 16;
}

static bool has_parent(const struct pci_ids *ids)
{
	return ids->kind == PCI_DEVICE || ids->kind == PCI_SUBCLASS;
}

static bool is_possible(const struct pci_ids *ids, uint64_t number)
{
	return number >> (own_bits(ids) * (has_parent(ids) ? 2 : 1)) == 0;
}

/* The first that is not below. */
static struct wanted *lower_bound(const struct pci_ids *ids, uint32_t id)
{
	size_t low = 0, high = ids->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (ids->wanted[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return &ids->wanted[low];
}

static struct wanted *find(const struct pci_ids *ids, uint64_t number)
{
	struct wanted *wanted;

	if (!is_possible(ids, number) || !ids->count)
		return NULL;
	wanted = lower_bound(ids, (uint32_t)number);
	return wanted < ids->wanted + ids->count && wanted->id == number ? wanted : NULL;
}

/* Exactly `digits` of them and a blank; *rest is what follows the blanks. */
static bool parse_id(const char *line, size_t digits, uint32_t *id, const char **rest)
{
	*id = 0;
	for (size_t i = 0; i < digits; i++) {
		char c = line[i];

		if (c >= '0' && c <= '9')
			*id = *id << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*id = *id << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	*rest = line + digits + strspn(line + digits, " ");
	return line[digits] == ' ' && **rest;
}

static void take_name(struct pci_ids *ids, uint64_t number, const char *name)
{
	struct wanted *wanted = find(ids, number);

	if (wanted && !wanted->name)
		wanted->name = arena_strdup(&ids->names, name);
}

/* A vendor or a class begins. */
static void take_parent(struct pci_ids *ids, uint32_t parent, const char *name)
{
	struct wanted *end = ids->wanted + ids->count;
	unsigned int bits = own_bits(ids);

	if (!has_parent(ids)) {
		take_name(ids, parent, name);
		return;
	}
	for (struct wanted *wanted = lower_bound(ids, parent << bits);
		wanted < end && wanted->id >> bits == parent; wanted++)
		wanted->has_parent = true;
}

/*
 * "VVVV  Vendor", below it "\tDDDD  Device", below that two tabs and subsystems; behind them
 * "C CC  Class", "\tSS  Subclass", and interfaces with two tabs. *parent: what the line with a tab
 * belongs to, or -1.
 */
static void take_line(struct pci_ids *ids, const char *line, int64_t *parent)
{
	bool of_class = ids->kind == PCI_CLASS || ids->kind == PCI_SUBCLASS;
	size_t digits = own_bits(ids) / 4;
	const char *name;
	uint32_t id;

	if (line[0] == '#' || !line[0] || line[0] == ' ')
		return;
	if (line[0] == '\t') {
		if (*parent >= 0 && has_parent(ids) && parse_id(line + 1, digits, &id, &name))
			take_name(ids, (uint64_t)*parent << own_bits(ids) | id, name);
		return;
	}
	*parent = -1;
	if (of_class && strncmp(line, "C ", 2) != 0)
		return;
	if (parse_id(line + (of_class ? 2 : 0), digits, &id, &name)) {
		*parent = id;
		take_parent(ids, id, name);
	}
}

static int open_ids(const struct pci_ids *ids)
{
	int fd = -1;

	if (ids->path)
		return open(ids->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	for (size_t i = 0; i < ARRAY_SIZE(default_paths) && fd < 0; i++)
		fd = open(default_paths[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd;
}

static void read_names(struct pci_ids *ids)
{
	int fd = open_ids(ids);
	struct lines lines;
	int64_t parent = -1;
	bool any = false;
	char *line;

	if (fd >= 0) {
		lines_init(&lines, fd);
		while (lines_next(&lines, &line) > 0) {
			take_line(ids, line, &parent);
			any = true;
		}
		close(fd);
	}
	ids->missing = !any;
}

static int compare_wanted(const void *a, const void *b)
{
	uint32_t x = ((const struct wanted *)a)->id, y = ((const struct wanted *)b)->id;

	return x < y ? -1 : x > y;
}

static void collect_wanted(struct pci_ids *ids, const struct value *values, size_t count)
{
	size_t unique = 0;
	uint64_t number;

	ids->count = 0;
	for (size_t i = 0; i < count && ids->count < LIMIT_BATCH_ENTRIES; i++)
		if (value_to_index(&values[i], &number, NULL) == 0 && is_possible(ids, number))
			ids->wanted[ids->count++] = (struct wanted){.id = (uint32_t)number};
	qsort(ids->wanted, ids->count, sizeof(*ids->wanted), compare_wanted);
	for (size_t i = 0; i < ids->count; i++)
		if (!i || ids->wanted[i].id != ids->wanted[unique - 1].id)
			ids->wanted[unique++] = ids->wanted[i];
	ids->count = unique;
}

/* All known from the last batch? Then there is nothing to read. */
static bool are_known(const struct pci_ids *ids, const struct value *values, size_t count)
{
	uint64_t number;

	for (size_t i = 0; i < count; i++) {
		const struct wanted *wanted;

		if (value_to_index(&values[i], &number, NULL))
			continue;
		wanted = find(ids, number);
		if (!wanted || !wanted->name)
			return false;
	}
	return true;
}

void pci_ids_prepare(void *opaque, const struct value *values, size_t count)
{
	struct pci_ids *ids = opaque;

	if (are_known(ids, values, count))
		return;
	if (!ids->wanted)
		ids->wanted = malloc(LIMIT_BATCH_ENTRIES * sizeof(*ids->wanted));
	if (!ids->wanted)
		return;
	arena_reset(&ids->names);
	collect_wanted(ids, values, count);
	read_names(ids);
}

int pci_ids_find(struct pci_ids *ids, const struct value *in, uint64_t *number,
	enum pci_answer *answer, const char **name, struct err *err)
{
	int result = value_to_index(in, number, err);
	const struct wanted *wanted;

	if (result)
		return result;
	wanted = find(ids, *number);
	if (!wanted) {
		pci_ids_prepare(ids, in, 1);
		wanted = find(ids, *number);
	}
	*name = wanted ? wanted->name : NULL;
	if (*name)
		*answer = PCI_FOUND;
	else if (ids->missing)
		*answer = PCI_NO_FILE;
	else
		*answer = !wanted || wanted->has_parent ? PCI_UNKNOWN : PCI_UNKNOWN_PARENT;
	return 0;
}

int pci_ids_decode(void *opaque, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	static const struct {
		const char *what;
		int digits;
	} texts[] = {
		[PCI_VENDOR] = {"vendor", 4},
		[PCI_DEVICE] = {"device", 8},
		[PCI_CLASS] = {"class", 2},
	};
	struct pci_ids *ids = opaque;
	enum pci_answer answer;
	const char *name;
	uint64_t number;
	int result = pci_ids_find(ids, in, &number, &answer, &name, err);

	if (result)
		return result;
	if (answer == PCI_FOUND)
		return value_set_text(out, arena, err, "%s", name);
	if (answer == PCI_NO_FILE)
		return value_set_text(out, arena, err, PCI_MISSING);
	return value_set_text(out, arena, err, "unknown pci %s: 0x%0*" PRIx64,
		texts[ids->kind].what, texts[ids->kind].digits, number);
}

int pci_ids_new(void **result, enum pci_kind kind, const char *decoder,
	const struct decode_argument *arguments, size_t count, struct err *err)
{
	static const char *const known[] = {"path", NULL};
	const char *path = argument_get(arguments, count, "path");
	int code = arguments_check(arguments, count, known, decoder, err);
	struct pci_ids *ids;

	if (code)
		return code;
	ids = calloc(1, sizeof(*ids));
	if (!ids)
		return err_set(err, -ENOMEM, "out of memory");
	ids->kind = kind;
	if (path)
		ids->path = arena_strdup(&ids->arena, path);
	if (path && !ids->path) {
		pci_ids_free(ids);
		return err_set(err, -ENOMEM, "out of memory");
	}
	*result = ids;
	return 0;
}

void pci_ids_free(void *opaque)
{
	struct pci_ids *ids = opaque;

	arena_fini(&ids->arena);
	arena_fini(&ids->names);
	free(ids->wanted);
	free(ids);
}
