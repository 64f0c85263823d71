/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Map contents, batch by batch. One reader per map shape, chosen by map type (table in reader.c):
 * hash, LRU hash, array and their per-CPU forms. No row comes twice, none that stays in the map
 * during the read is missing.
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"
#include "read/map.h"

#include <stddef.h>
#include <stdint.h>

/* The system calls, so that tests can stand in for the kernel. All return 0 or a negative errno. */
struct map_calls {
	int (*lookup_batch)(int fd, void *in_position, void *out_position, void *keys, void *values,
		uint32_t *count);
	int (*next_key)(int fd, const void *key, void *next_key); /* key NULL: first */
	int (*lookup)(int fd, const void *key, void *value);
};
extern const struct map_calls map_calls_kernel;

/* Valid until the next reader call. */
struct batch {
	const unsigned char *keys;   /* count x key_stride; host byte order as in the map */
	const unsigned char *values; /* count x value_stride */
	size_t key_stride;
	size_t value_stride; /* per-CPU: cpu_count x cpu_stride */
	size_t cpu_stride;   /* value_size rounded up to 8; 0 if the map is not per-CPU */
	uint32_t cpu_count;  /* possible CPUs; 1 if the map is not per-CPU */
	size_t count;
};

struct reader;

/* `info` must outlive the reader. -ENOTSUP (with err) for a map type that no reader knows. */
int reader_new(struct reader **reader, const struct map_info *info, const struct map_calls *calls,
	struct err *err) MUST_CHECK;
void reader_free(struct reader *reader);

/* Start a pass over the map. */
void reader_rewind(struct reader *reader);
/* 1: a batch; 0: the pass is complete; negative errno with `err`: the pass failed. */
int reader_next(struct reader *reader, struct batch *batch, struct err *err) MUST_CHECK;

/* Possible CPUs of this machine (the kernel's per-CPU value count), read once from sysfs; 0 if
 * unreadable. */
uint32_t possible_cpus(void);
/* One more than the highest number of a possible CPU; 0 if unreadable. */
uint32_t possible_cpu_end(void);
