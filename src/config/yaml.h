/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML text -> tree. One document of plain data: anchors, aliases, tags, duplicate keys, keys that
 * are no scalars and further documents are refused. The only file that knows libyaml is yaml.c.
 */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "config/position.h"

#include <stdbool.h>
#include <stddef.h>

enum yaml_kind {
	YAML_SCALAR,
	YAML_SEQUENCE,
	YAML_MAPPING,
};

struct yaml_node {
	enum yaml_kind kind;
	struct position position;
	const char *text; /* scalar: valid UTF-8 without NUL; otherwise NULL */
	bool quoted;	  /* scalar: quotes or a block, so it is a string whatever it looks like */
	const char *key;  /* of this entry of a mapping; NULL elsewhere */
	struct position key_position;
	struct yaml_node *first, *next; /* children; mappings: the values, each with its key */
	size_t count;			/* of children */
};

/*
 * `file` is used in messages. The tree lives in `arena` and does not refer to `text`. Bounded by
 * LIMIT_DEFINITION_BYTES, LIMIT_YAML_DEPTH and LIMIT_YAML_NODES. -EINVAL with "FILE:LINE:COLUMN:
 * ...", -ENOMEM.
 */
int yaml_parse(const char *file, const char *text, size_t length, struct arena *arena,
	struct yaml_node **root, struct err *err) MUST_CHECK;

/* The value at `key`, or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key);

/* "a mapping", "a list", "the text 'x'", "nothing": what was found, for messages. Lives in `arena`.
 */
const char *yaml_describe(const struct yaml_node *node, struct arena *arena);
