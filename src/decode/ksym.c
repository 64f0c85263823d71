/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/kallsyms has more than 100,000 lines: they are read once for all addresses of a batch, and
 * only the names that were asked for are kept, until the next batch. The file is opened when the
 * decoder is made, since the kernel decides at that moment whether it shows addresses (kernel
 * commit c0f3ea158939), and privileges may be gone later.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "decode/decoders.h"
#include "decode/lines.h"
#include "decode/value.h"

struct symbol {
	uint64_t address;
	const char *name; /* NULL: there is none */
};

struct state {
	char *path;
	int fd;	     /* -1: not readable (now) */
	int problem; /* of the last pass: negative errno, -EACCES if addresses are hidden */
	bool told;
	struct arena arena;	/* of the names */
	struct symbol *symbols; /* of the last batch; by address */
	size_t count;
};

static int compare_symbols(const void *a, const void *b)
{
	uint64_t x = ((const struct symbol *)a)->address, y = ((const struct symbol *)b)->address;

	return x < y ? -1 : x > y;
}

static struct symbol *find_symbol(const struct state *state, uint64_t address)
{
	const struct symbol wanted = {.address = address};

	return state->count ? bsearch(&wanted, state->symbols, state->count, sizeof(wanted),
				      compare_symbols)
			    : NULL;
}

static void open_file(struct state *state)
{
	if (state->fd < 0)
		state->fd = open(state->path, O_RDONLY | O_CLOEXEC);
	state->problem = state->fd < 0 ? -errno : 0;
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

/* Find the names of state->symbols. Of several names for an address the first is kept. */
static int read_symbols(struct state *state)
{
	struct lines lines;
	bool visible = false, any = false;
	char *line, *name;
	uint64_t address;
	int result;

	if (lseek(state->fd, 0, SEEK_SET) < 0)
		return -errno;
	lines_init(&lines, state->fd);
	while ((result = lines_next(&lines, &line)) > 0) {
		struct symbol *symbol;

		if (!parse_line(line, &address, &name))
			continue;
		any = true;
		visible = visible || address;
		symbol = address ? find_symbol(state, address) : NULL;
		if (symbol && !symbol->name)
			symbol->name = arena_strdup(&state->arena, name);
	}
	if (!result && any && !visible)
		return -EACCES;
	return result;
}

/* All addresses known from the last batch? Then there is nothing to read. */
static bool are_known(const struct state *state, const struct value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct symbol *symbol;
		uint64_t address;

		if (value_to_u64(&values[i], &address, NULL))
			continue;
		symbol = find_symbol(state, address);
		if (!symbol || !symbol->name)
			return false;
	}
	return true;
}

static void collect_addresses(struct state *state, const struct value *values, size_t count)
{
	size_t unique = 0;

	state->count = 0;
	for (size_t i = 0; i < count && state->count < LIMIT_BATCH_ENTRIES; i++) {
		struct symbol *symbol = &state->symbols[state->count];

		if (value_to_u64(&values[i], &symbol->address, NULL) == 0) {
			symbol->name = NULL;
			state->count++;
		}
	}
	qsort(state->symbols, state->count, sizeof(*state->symbols), compare_symbols);
	for (size_t i = 0; i < state->count; i++)
		if (!i || state->symbols[i].address != state->symbols[unique - 1].address)
			state->symbols[unique++] = state->symbols[i];
	state->count = unique;
}

static void prepare(void *opaque, const struct value *values, size_t count)
{
	struct state *state = opaque;

	if (are_known(state, values, count))
		return;
	if (!state->symbols)
		state->symbols = malloc(LIMIT_BATCH_ENTRIES * sizeof(*state->symbols));
	if (!state->symbols) {
		state->problem = -ENOMEM;
		return;
	}
	arena_reset(&state->arena);
	collect_addresses(state, values, count);
	open_file(state);
	if (!state->problem)
		state->problem = read_symbols(state);
	if (state->problem == -EACCES && state->fd >= 0) {
		/* Look again with the permissions of the next time. */
		close(state->fd);
		state->fd = -1;
	}
}

/* Once, so that the entry is counted as undecodable and somebody reads why; afterwards addresses
 * have to do. */
static int tell(struct state *state, struct err *err)
{
	state->told = true;
	if (state->problem == -EACCES)
		return err_set(err, -EINVAL,
			"all addresses in %s are hidden (kernel.kptr_restrict), expected them to "
			"be visible: start with CAP_SYSLOG; until then addresses stay numbers",
			state->path);
	return err_set(err, -EINVAL, "%s cannot be read: %s; addresses stay numbers", state->path,
		strerror(-state->problem));
}

static int decode(void *opaque, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	struct state *state = opaque;
	const struct symbol *symbol;
	uint64_t address;
	int result;

	result = value_to_u64(in, &address, err);
	if (result)
		return result;
	symbol = find_symbol(state, address);
	if (!symbol) {
		prepare(state, in, 1);
		symbol = find_symbol(state, address);
	}
	if (symbol && symbol->name)
		return value_set_text(out, arena, err, "%s", symbol->name);
	if (state->problem && !state->told && err)
		return tell(state, err);
	return value_set_text(out, arena, err, "unknown_addr:0x%" PRIx64, address);
}

static void fini(void *opaque)
{
	struct state *state = opaque;

	if (state->fd >= 0)
		close(state->fd);
	arena_fini(&state->arena);
	free(state->symbols);
	free(state->path);
	free(state);
}

static int init(
	void **result, const struct decode_argument *arguments, size_t count, struct err *err)
{
	static const char *const known[] = {"path", NULL};
	const char *path = argument_get(arguments, count, "path");
	struct state *state;
	int code;

	code = arguments_check(arguments, count, known, "ksym", err);
	if (code)
		return code;
	state = calloc(1, sizeof(*state));
	if (!state)
		return err_set(err, -ENOMEM, "out of memory");
	state->fd = -1;
	state->path = strdup(path ? path : "/proc/kallsyms");
	if (!state->path) {
		fini(state);
		return err_set(err, -ENOMEM, "out of memory");
	}
	/* That it cannot be opened matters when a symbol is looked up: checking a definition needs
	 * none. */
	open_file(state);
	*result = state;
	return 0;
}

const struct decoder decoder_ksym = {
	.name = "ksym",
	.help = "kernel address to the symbol that begins there; 'unknown_addr:0xN' for others",
	.init = init,
	.fini = fini,
	.prepare = prepare,
	.decode = decode,
};
