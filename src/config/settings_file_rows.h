/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a configuration file, one source file each. Only for settings_file*.c. Rows fill a
 * struct settings; a value that is null leaves the default. */
#pragma once

#include "config/rows.h"
#include "config/settings_env.h"

struct file_parse {
	struct parse parse; /* first: what row parsers get */
	struct environment *env;
};

/* YAML 1.2 core schema; an empty value is one too. */
bool node_is_null(const struct yaml_node *node);

/* "FILE:LINE:COLUMN: ..." to those who start the program. */
void file_warn(struct parse *parse, struct position at, const char *format, ...) PRINTF_LIKE(3, 4);

/* Choices are as settings_env.h has them; false (and reported) if it is none. */
bool file_choice(struct parse *parse, const struct yaml_node *node, const struct choice *choices,
	size_t count, int *value);
/* A mapping that may be null. */
void file_table(
	struct parse *parse, const struct table *table, const struct yaml_node *node, void *target);
/* The only entry of a mapping, or NULL (reported as not being `expected`). */
const struct yaml_node *file_only_entry(
	struct parse *parse, const struct yaml_node *node, const char *expected);
/* A list of texts into arena memory; false if it is wrong or null. */
bool file_texts(struct parse *parse, const struct yaml_node *node, const char *expected,
	size_t limit, const char ***texts, size_t *count);
bool file_number(struct parse *parse, const struct yaml_node *node, const struct shape *shape,
	uint64_t *number);

row_parser file_row_text;	  /* const char * */
row_parser file_row_flag;	  /* bool */
row_parser file_row_milliseconds; /* uint64_t ns */
row_parser file_row_time_limit;	  /* the same; 0 means UINT64_MAX: none */
row_parser file_row_limit;	  /* uint32_t, series */
row_parser file_row_ignored;	  /* what says nothing to otelbpf */
row_parser file_row_unsupported;  /* what is ignored with a warning */

extern const struct shape file_shape_text, file_shape_time, file_shape_limit, file_shape_texts,
	file_shape_flag;

/* settings_file_exporter.c, settings_file_resource.c, settings_file_view.c: struct settings */
row_parser file_row_exporter;
row_parser file_row_resource;
row_parser file_row_views;
extern const struct shape file_shape_exporter, file_shape_resource, file_shape_views;
