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

/* What editors may know of a value: it goes into the JSON schema (schema.h), and must not be
 * narrower than what the parser takes. */
struct shape {
	enum {
		SHAPE_TEXT,
		SHAPE_NUMBER,  /* whole, from `least` to `most` */
		SHAPE_DECIMAL, /* not negative */
		SHAPE_FLAG,
		SHAPE_CHOICE, /* one of `choices` */
		SHAPE_TABLE,
		SHAPE_LIST,	/* `least` to `most` of `items` */
		SHAPE_TEXTS,	/* mapping of text to text */
		SHAPE_LISTS,	/* mapping of text to a text or a list of them */
		SHAPE_DECODER,	/* name of a decoder */
		SHAPE_DECODERS, /* what stands behind `decode` */
		SHAPE_ANYTHING,
		SHAPE_OPEN_TABLE, /* a table; there may be other keys too */
	} kind;
	const char *pattern;	    /* of a text: regular expression (ECMA 262); NULL: any */
	const char *const *choices; /* NULL at the end */
	const struct table *table;
	const struct shape *items;
	uint64_t least, most; /* most 0: no limit */
};

struct row {
	const char *key;
	bool required;
	row_parser *parse;
	size_t offset;		   /* of the target in the struct that the mapping fills */
	const char *expected;	   /* what it says, "the instrument's name" */
	const struct shape *shape; /* NULL: SHAPE_ANYTHING */
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

extern const struct shape shape_text, shape_identifier, shape_field, shape_flag;

row_parser row_identifier; /* const char *: name of something in C */
row_parser row_field;	   /* const char *: the same with dots */
