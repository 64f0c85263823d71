/* SPDX-License-Identifier: Apache-2.0 */
/* A pack's definition as the file has it: names, not yet bound to an object's maps and BTF. */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "config/boundaries.h"
#include "config/note.h"
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
	const char *field;     /* of the key's struct; NULL: the whole key, or the bytes below */
	uint32_t offset, size; /* bytes of the key, where the metric's keys are `by_size` */
	struct decoder_definition *decoders; /* applied in order; none: by BTF type */
	size_t decoder_count;
	struct position position, field_position;
};

/* Attributes that are kept: those that are included (none named: all) and not excluded. Patterns
 * with '*' and '?'. */
struct attribute_filter {
	const char **included, **excluded;
	size_t included_count, excluded_count;
};

/* Of histograms with a bucket for each power of two. */
enum octaves {
	OCTAVES_EXPLICIT, /* as they are */
	OCTAVES_IF_EXACT,
	OCTAVES_EXPONENTIAL, /* anything else is a mistake */
};

enum bucket_kind {
	BUCKETS_NONE,
	BUCKETS_EXP2, /* bucket i holds (2^(first+i-1), 2^(first+i)], the last one all above */
	BUCKETS_ROWS, /* struct bucket_rows */
	BUCKETS_BOUNDARIES, /* those of an exponential histogram, gathered */
};

/*
 * A histogram kept as one map entry per bucket, and one for the sum. An entry belongs to the first
 * bucket whose number is not below its own; beyond the bounds it belongs to the last bucket, which
 * has none.
 */
struct bucket_rows {
	struct attribute_definition number; /* in the key: which bucket, or the sum, an entry is */
	const uint64_t *numbers;	    /* of the buckets, strictly increasing */
	size_t number_count;
	const double *bounds; /* upper, inclusive, in the metric's unit; strictly increasing */
	uint32_t bound_count; /* number_count, or one less */
	uint64_t sum_number;  /* none of the buckets */
};

struct metric_definition {
	const char *name, *unit, *description, *map;
	const char *instrument;
	const char *measured_in;  /* NULL: in `unit` */
	uint64_t factor, divisor; /* a value in `unit` is what is in the map x factor / divisor */
	enum bucket_kind buckets;
	uint32_t exp2_first;
	uint32_t max_size;	    /* exponential histogram: most buckets; 0: the default */
	enum octaves octaves;	    /* histogram: sent as an exponential one */
	uint32_t scale_cut;	    /* exponential histogram: how far its scale stays below 20 */
	uint32_t cardinality_limit; /* most series; 0: the default */
	uint64_t idle_timeout_ns;   /* series that do not change for so long end; 0: none does */
	struct bucket_rows *rows;
	/* Explicit buckets made of those that the map has; NULL: as they are. Where the map's do
	 * not allow it exactly, the pack is refused. */
	const struct boundaries *boundaries;
	const struct attribute_filter *filter; /* NULL: all are kept */
	const char *value;		       /* field of a struct value; NULL: the whole value */
	const char *per_cpu;		       /* attribute that keeps CPUs apart; NULL: summed */
	struct attribute_definition *attributes;
	size_t attribute_count;
	/*
	 * Keys are described by sizes instead of BTF: the attributes are bytes of the key, exported
	 * as text, and together with padding they are key_size bytes. Without attributes only the
	 * entry with the key 0 (4 bytes) counts. The last attribute is the CPU's number if it is
	 * called "cpu" and the map is per-CPU. Entries of an array count even if they are 0.
	 */
	bool by_size;
	uint32_t key_size;
	bool samples; /* the map is a perf event array: each sample is a key, and counts once */
	struct position position;
	/* Of what these keys say; that of the metric where they are left out. */
	struct position map_position, value_position, per_cpu_position, buckets_position;
	struct position measured_in_position, idle_timeout_position;
};

/* A constant of the object that gets the address of a kernel symbol. */
struct address_definition {
	const char *variable; /* const volatile, 64 bits */
	const char *symbol;
	struct position position;
};

/* A map of the object that has the cgroups whose paths match. */
struct cgroup_map_definition {
	const char *map;
	bool storage; /* a map of cgroup storage (key: a descriptor); else a hash by id (64 bits) */
	const char **patterns; /* src/decode/pattern.h; one that matches is enough */
	size_t pattern_count;
	struct position position;
};

struct program_choice {
	const char **programs; /* of the object; the first that the kernel accepts is used */
	size_t program_count;
	struct position position;
};

/* A constant of the object (`const volatile`) and its value. */
struct constant_definition {
	const char *name, *text;
	bool quoted; /* text, whatever it looks like */
	struct position position;
};

/* Where a program is attached, instead of where its section says. */
struct attach_definition {
	const char *program;
	const char **hooks; /* as section names: "xdp/eth0" */
	size_t hook_count;
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
	struct constant_definition *constants;
	size_t constant_count;
	struct attach_definition *attachments;
	size_t attachment_count;
	struct address_definition *addresses;
	size_t address_count;
	struct cgroup_map_definition *cgroup_map; /* NULL: none */
	const struct note *notes;
};

struct definition_options {
	const char *file;	   /* for messages, and the pack's name comes from it */
	bool ebpf_exporter;	   /* the dialect of ebpf_exporter, whatever the file looks like */
	bool ebpf_exporter_prefix; /* metrics of that dialect are called ebpf_exporter_NAME */
};

/*
 * Parse and check a file, in the native dialect or in that of ebpf_exporter (ebpf_exporter.h). All
 * strings live in `arena`. Several errors are reported in one run, one per line of err->text
 * ("FILE:LINE:COLUMN: what was found, what was expected"). -ENOENT if there is no such file,
 * -EINVAL if it is wrong.
 */
int definition_load(const struct definition_options *options, struct arena *arena,
	struct pack_definition *pack, struct err *err) MUST_CHECK;

/* The same from memory. */
int definition_parse(const struct definition_options *options, const char *text, size_t length,
	struct arena *arena, struct pack_definition *pack, struct err *err) MUST_CHECK;
