/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What otelbpf tells about itself, through the same model as everything else. Names: semantic
 * conventions "SDK metrics" (otel.sdk.*) where these have one, otelbpf.* otherwise. Knows no other
 * stage: they are told here.
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"
#include "model/model.h"

#include <stdbool.h>
#include <stdint.h>

struct selfmon;

/* Makes the scope "otelbpf" with its metrics in the model. */
int selfmon_new(struct selfmon **selfmon, struct model *model, const char *version,
	uint64_t created, struct err *err) MUST_CHECK;
void selfmon_free(struct selfmon *selfmon);

/* Where exports go; strings are copied. Until this is called no exporter metrics are made. */
int selfmon_set_exporter(struct selfmon *selfmon, const char *component_type, const char *address,
	int port, struct err *err) MUST_CHECK;

/* A collection ended; `error_type` NULL if all of it worked. */
void selfmon_collected(struct selfmon *selfmon, uint64_t duration_ns, const char *error_type);

/* An export ended. Points count once: exported, or under the reason why they were not. */
struct selfmon_export {
	uint64_t exported, rejected, failed;
	uint64_t duration_ns;
	int http_status;	/* 0: no answer */
	const char *error_type; /* NULL: full success */
};
void selfmon_exported(struct selfmon *selfmon, const struct selfmon_export *result);

/* The rest is told anew in every collection, between model_begin and model_end. */

/* `error_type` NULL: attached and counting. */
void selfmon_pack(struct selfmon *selfmon, const char *pack, const char *error_type);
void selfmon_pack_undecodable(struct selfmon *selfmon, const char *pack, uint64_t keys);
struct selfmon_program {
	uint64_t missed; /* runs that the kernel left out */
	bool has_stats;
	uint64_t run_count, run_time_ns; /* if has_stats */
};
/* Keys that a decoder left out on purpose. */
void selfmon_pack_skipped(struct selfmon *selfmon, const char *pack, uint64_t keys);
void selfmon_program(struct selfmon *selfmon, const char *pack, const char *program,
	const struct selfmon_program *state);

struct selfmon_map {
	uint64_t capacity, bytes;
	bool is_read; /* metrics are made of it; otherwise it only serves the programs */
	uint64_t entries, read_errors; /* if is_read */
	bool has_slots;
	/* If has_slots: events without a slot; of these, those for which one was free; slots taken
	 * back. */
	uint64_t rest_events, rest_failed, retired;
};
void selfmon_map(struct selfmon *selfmon, const char *pack, const char *map,
	const struct selfmon_map *state);

/* Write what was gathered: call last. */
void selfmon_write(struct selfmon *selfmon);
