/* SPDX-License-Identifier: Apache-2.0 */
/* A pack's definition as the file has it: names, not yet bound to an object's maps and BTF. */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "config/position.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decoder_argument {
	const char *key, *value; /* static_map: one pair per entry */
};

struct decoder_definition {
	const char *name; /* as in src/decode/registry.c */
	struct decoder_argument *arguments;
	size_t argument_count;
	struct position position;
};

struct attribute_definition {
	const char *name;
	const char *field;		     /* of the key's struct; NULL: the whole key */
	struct decoder_definition *decoders; /* applied in order; none: by BTF type */
	size_t decoder_count;
	struct position position;
};

enum bucket_kind {
	BUCKETS_NONE,
	BUCKETS_EXP2, /* bucket i holds (2^(first+i-1), 2^(first+i)], the last one all above */
};

struct metric_definition {
	const char *name, *unit, *description, *map;
	const char *instrument;
	const char *measured_in; /* NULL: in `unit` */
	uint64_t divisor;	 /* from measured_in to unit */
	enum bucket_kind buckets;
	uint32_t exp2_first;
	uint32_t max_size;	    /* exponential histogram: most buckets; 0: the default */
	uint32_t cardinality_limit; /* most series; 0: the default */
	const char *value;	    /* field of a struct value; NULL: the whole value */
	const char *per_cpu;	    /* attribute that keeps CPUs apart; NULL: summed */
	struct attribute_definition *attributes;
	size_t attribute_count;
	struct position position;
};

struct program_choice {
	const char **programs; /* of the object; the first that the kernel accepts is used */
	size_t program_count;
	struct position position;
};

struct pack_definition {
	const char *name; /* file name without .yaml */
	const char *file;
	const char *version;
	const char *description;
	struct program_choice *choices;
	size_t choice_count;
	struct metric_definition *metrics;
	size_t metric_count;
};

/*
 * Parse and check the file. All strings live in `arena`. Several errors are reported in one run,
 * one per line of err->text ("FILE:LINE:COLUMN: what was found, what was expected"). -ENOENT if
 * there is no such file, -EINVAL if it is wrong.
 */
int definition_load(const char *file, struct arena *arena, struct pack_definition *pack,
	struct err *err) MUST_CHECK;

/* The same from memory; `file` is used in messages and for the pack's name. */
int definition_parse(const char *file, const char *text, size_t length, struct arena *arena,
	struct pack_definition *pack, struct err *err) MUST_CHECK;
