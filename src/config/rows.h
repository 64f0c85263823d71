/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mapping described by a table: one row per key that it may have. What is wrong goes into the
 * report, and parsing goes on, so that one run tells all.
 */
#pragma once

#include "base/arena.h"
#include "config/report.h"
#include "config/yaml.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct parse {
	struct arena *arena;
	struct report *report;
};

/* Put the value of `node` at `target`; what is wrong is reported, and the target left as it is. */
typedef void row_parser(struct parse *parse, const struct yaml_node *node, void *target);

struct row {
	const char *key;
	bool required;
	row_parser *parse;
	size_t offset;	      /* of the target in the struct that the mapping fills */
	const char *expected; /* for a missing key: what it says, "the instrument's name" */
};

struct table {
	const char *what; /* "a metric" */
	const struct row *rows;
	size_t count; /* at most 64 */
};

/* False (and reported) if `node` is no mapping. */
bool table_parse(
	struct parse *parse, const struct table *table, const struct yaml_node *node, void *target);

/* Non-empty scalar text, or NULL (reported as not being `expected`). */
const char *node_text(struct parse *parse, const struct yaml_node *node, const char *expected);
/* True if `node` is a sequence of 1 to `limit` entries; reported otherwise. */
bool node_is_list(
	struct parse *parse, const struct yaml_node *node, const char *expected, size_t limit);
/* Zeroed memory from the arena; NULL sets report->no_memory. */
void *parse_alloc(struct parse *parse, size_t size);

/* [A-Za-z_][A-Za-z0-9_]*, and with `dots` several of these joined by '.'. */
bool is_identifier(const char *text, bool dots);

row_parser row_identifier; /* const char *: name of something in C */
row_parser row_field;	   /* const char *: the same with dots */
