/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/rename.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "read/table.h"

enum {
	/* Looking up a name costs a few system calls; at the default interval of a minute, a new
	 * name is there after five. */
	PASSES_PER_LOOK = 5
};

struct renames {
	size_t value_size;
	uint32_t pass;
	uint32_t mark_count;
	unsigned char *scratch;
	struct rename_mark **rows; /* the first marks of row 1, 2, ...; NULL: free */
	uint32_t row_count;
};

struct renames *renames_new(size_t value_size)
{
	struct renames *renames = calloc(1, sizeof(*renames));

	if (!renames)
		return NULL;
	renames->value_size = value_size;
	renames->scratch = malloc(value_size + 1);
	if (!renames->scratch) {
		free(renames);
		return NULL;
	}
	return renames;
}

void renames_free(struct renames *renames)
{
	if (!renames)
		return;
	for (uint32_t row = 1; row <= renames->row_count; row++)
		renames_drop(renames, row);
	free(renames->rows);
	free(renames->scratch);
	free(renames);
}

bool renames_begin(struct renames *renames)
{
	return ++renames->pass % PASSES_PER_LOOK == 0;
}

uint32_t renames_pass(const struct renames *renames)
{
	return renames->pass;
}

void renames_set_pass(struct renames *renames, uint32_t pass)
{
	renames->pass = pass;
}

/* 0: no memory. */
static uint32_t find_row(struct renames *renames)
{
	struct rename_mark **rows;
	uint32_t row = 1;

	while (row <= renames->row_count && renames->rows[row - 1])
		row++;
	if (row <= renames->row_count)
		return row;
	rows = reallocarray(renames->rows, row, sizeof(struct rename_mark *));
	if (!rows)
		return 0;
	rows[row - 1] = NULL;
	renames->rows = rows;
	renames->row_count = row;
	return row;
}

/* Values in mapped memory change while they are read: words of 8 bytes are copied whole. */
static void copy_value(unsigned char *to, const unsigned char *from, size_t size)
{
	if (((uintptr_t)from | size) % sizeof(uint64_t)) {
		memcpy(to, from, size);
		return;
	}
	for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
		uint64_t word = table_word(from + i);

		memcpy(to + i, &word, sizeof(word));
	}
}

uint32_t renames_add(struct renames *renames, uint32_t row, const struct rename_mark *name,
	const unsigned char *values, size_t stride)
{
	size_t size = renames->value_size;
	struct rename_mark *mark, **end;

	if (renames->mark_count == LIMIT_RENAMES)
		return 0;
	mark = malloc(sizeof(*mark) + name->count * size);
	if (mark && !row)
		row = find_row(renames);
	if (!mark || !row) {
		free(mark);
		return 0;
	}
	*mark = *name;
	mark->next = NULL;
	for (uint32_t i = 0; i < name->count; i++)
		copy_value(mark->values + i * size, values + i * stride, size);
	for (end = &renames->rows[row - 1]; *end;)
		end = &(*end)->next;
	*end = mark;
	renames->mark_count++;
	return row;
}

const struct rename_mark *renames_first(const struct renames *renames, uint32_t row)
{
	return row ? renames->rows[row - 1] : NULL;
}

void renames_drop(struct renames *renames, uint32_t row)
{
	struct rename_mark *mark, *next;

	if (!row)
		return;
	for (mark = renames->rows[row - 1]; mark; mark = next) {
		next = mark->next;
		free(mark);
		renames->mark_count--;
	}
	renames->rows[row - 1] = NULL;
}

unsigned char *renames_scratch(struct renames *renames)
{
	return renames->scratch;
}
