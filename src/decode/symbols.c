/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/limits.h"
#include "decode/lines.h"

enum {
	/* No function of the kernel is larger: what is further away is in code that has no name. */
	DISTANCE_MAX = 1 << 20
};

struct wanted {
	uint64_t address;
	uint64_t begin;	  /* of the symbol whose name it gets; grows with the address */
	const char *name; /* NULL: there is none */
};

struct symbols {
	enum symbols_match match;
	char *path;
	int fd;	     /* -1: not readable (now) */
	int problem; /* of the last pass: negative errno, -EACCES if addresses are hidden */
	bool told;
	struct arena arena;    /* of the names */
	struct wanted *wanted; /* LIMIT_BATCH_ENTRIES of them; by address once they are read */
	size_t count;
	bool full;
};

static int compare_wanted(const void *a, const void *b)
{
	uint64_t x = ((const struct wanted *)a)->address, y = ((const struct wanted *)b)->address;

	return x < y ? -1 : x > y;
}

static struct wanted *find(const struct symbols *symbols, uint64_t address)
{
	const struct wanted key = {.address = address};

	return symbols->count
		       ? bsearch(&key, symbols->wanted, symbols->count, sizeof(key), compare_wanted)
		       : NULL;
}

static void open_file(struct symbols *symbols)
{
	if (symbols->fd < 0)
		symbols->fd = open(symbols->path, O_RDONLY | O_CLOEXEC);
	symbols->problem = symbols->fd < 0 ? -errno : 0;
}

/* "ADDRESS TYPE NAME[\t[MODULE]]"; false if it is something else. */
static bool parse_line(char *line, uint64_t *address, char **name)
{
	uint64_t value = 0;
	size_t digits = 0;

	for (; digits <= 16; digits++) {
		char c = line[digits];

		if (c >= '0' && c <= '9')
			value = value << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint64_t)(c - 'a' + 10);
		else
			break;
	}
	line += digits;
	if (!digits || digits > 16 || line[0] != ' ' || !line[1] || line[2] != ' ')
		return false;
	line += 3;
	line[strcspn(line, " \t")] = '\0';
	*address = value;
	*name = line;
	return *line != '\0';
}

/* The first of those wanted whose address (or begin) is not below this. */
static struct wanted *lower_bound(const struct symbols *symbols, uint64_t address, bool by_begin)
{
	size_t low = 0, high = symbols->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct wanted *wanted = &symbols->wanted[middle];

		if ((by_begin ? wanted->begin : wanted->address) < address)
			low = middle + 1;
		else
			high = middle;
	}
	return &symbols->wanted[low];
}

/* First pass: a symbol may contain the address that follows it, and those behind that. */
static void take_begin(struct symbols *symbols, uint64_t address, const char *name)
{
	struct wanted *wanted = lower_bound(symbols, address, false);

	(void)name;
	if (wanted < symbols->wanted + symbols->count && wanted->begin < address)
		wanted->begin = address;
}

/* Second pass. Of several names for an address the first is kept. */
static void take_name(struct symbols *symbols, uint64_t address, const char *name)
{
	struct wanted *end = symbols->wanted + symbols->count;
	struct wanted *wanted = lower_bound(symbols, address, true);
	const char *copy;

	if (wanted == end || wanted->begin != address || wanted->name)
		return;
	copy = arena_strdup(&symbols->arena, name);
	for (; wanted < end && wanted->begin == address; wanted++)
		if (wanted->address - address <= DISTANCE_MAX)
			wanted->name = copy;
}

static int read_lines(struct symbols *symbols,
	void (*take)(struct symbols *symbols, uint64_t address, const char *name))
{
	struct lines lines;
	bool visible = false, any = false;
	char *line, *name;
	uint64_t address;
	int result;

	if (lseek(symbols->fd, 0, SEEK_SET) < 0)
		return -errno;
	lines_init(&lines, symbols->fd);
	while ((result = lines_next(&lines, &line)) > 0) {
		if (!parse_line(line, &address, &name))
			continue;
		any = true;
		visible = visible || address;
		if (address)
			take(symbols, address, name);
	}
	return !result && any && !visible ? -EACCES : result;
}

static int find_names(struct symbols *symbols)
{
	uint64_t begin = 0;
	int result = 0;

	if (symbols->match == SYMBOLS_CONTAIN)
		result = read_lines(symbols, take_begin);
	for (size_t i = 0; i < symbols->count; i++) {
		struct wanted *wanted = &symbols->wanted[i];

		if (symbols->match == SYMBOLS_EXACT)
			wanted->begin = wanted->address;
		else if (wanted->begin < begin)
			wanted->begin = begin;
		begin = wanted->begin;
	}
	return result ? result : read_lines(symbols, take_name);
}

static void sort_wanted(struct symbols *symbols)
{
	size_t unique = 0;

	qsort(symbols->wanted, symbols->count, sizeof(*symbols->wanted), compare_wanted);
	for (size_t i = 0; i < symbols->count; i++)
		if (!i || symbols->wanted[i].address != symbols->wanted[unique - 1].address)
			symbols->wanted[unique++] = symbols->wanted[i];
	symbols->count = unique;
}

void symbols_begin(struct symbols *symbols)
{
	arena_reset(&symbols->arena);
	symbols->count = 0;
	symbols->full = false;
	if (!symbols->wanted)
		symbols->wanted = malloc(LIMIT_BATCH_ENTRIES * sizeof(*symbols->wanted));
	symbols->problem = symbols->wanted ? 0 : -ENOMEM;
}

void symbols_want(struct symbols *symbols, uint64_t address)
{
	if (symbols->problem || symbols->full)
		return;
	symbols->wanted[symbols->count++] = (struct wanted){.address = address};
	if (symbols->count < LIMIT_BATCH_ENTRIES)
		return;
	sort_wanted(symbols);
	/* Not to sort again and again for little. */
	symbols->full = symbols->count > LIMIT_BATCH_ENTRIES / 4 * 3;
}

void symbols_read(struct symbols *symbols)
{
	if (symbols->problem)
		return;
	sort_wanted(symbols);
	open_file(symbols);
	if (!symbols->problem)
		symbols->problem = find_names(symbols);
	if (symbols->problem == -EACCES && symbols->fd >= 0) {
		/* Look again with the permissions of the next time. */
		close(symbols->fd);
		symbols->fd = -1;
	}
}

bool symbols_know(const struct symbols *symbols, uint64_t address, const char **name)
{
	const struct wanted *wanted = find(symbols, address);

	*name = wanted ? wanted->name : NULL;
	return wanted != NULL;
}

int symbols_complain(struct symbols *symbols, struct err *err)
{
	if (!symbols->problem || symbols->told || !err)
		return 0;
	symbols->told = true;
	if (symbols->problem == -EACCES)
		return err_set(err, -EINVAL,
			"all addresses in %s are hidden (kernel.kptr_restrict), expected them to "
			"be visible: start with CAP_SYSLOG; until then addresses stay numbers",
			symbols->path);
	return err_set(err, -EINVAL, "%s cannot be read: %s; addresses stay numbers", symbols->path,
		strerror(-symbols->problem));
}

int symbols_new(
	struct symbols **result, enum symbols_match match, const char *path, struct err *err)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));

	if (!symbols)
		return err_set(err, -ENOMEM, "out of memory");
	symbols->match = match;
	symbols->fd = -1;
	symbols->path = strdup(path ? path : "/proc/kallsyms");
	if (!symbols->path) {
		symbols_free(symbols);
		return err_set(err, -ENOMEM, "out of memory");
	}
	open_file(symbols);
	*result = symbols;
	return 0;
}

void symbols_free(struct symbols *symbols)
{
	if (!symbols)
		return;
	if (symbols->fd >= 0)
		close(symbols->fd);
	arena_fini(&symbols->arena);
	free(symbols->wanted);
	free(symbols->path);
	free(symbols);
}
