/* SPDX-License-Identifier: Apache-2.0 */
#include "read/samples.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/limits.h"
#include "read/samples_private.h"

struct samples {
	const struct map_info *map;
	struct perf_buffer *buffer;
	struct sample_counts counts;
};

void sample_counts_init(struct sample_counts *counts, uint32_t key_size, uint32_t limit)
{
	*counts = (struct sample_counts){0};
	key_set_init(&counts->keys, key_size, limit);
}

void sample_counts_fini(struct sample_counts *counts)
{
	key_set_fini(&counts->keys);
	free(counts->counts);
	counts->counts = NULL;
}

static int make_room(struct sample_counts *counts)
{
	uint32_t room = counts->room ? counts->room * 2 : 16;
	uint64_t *grown;

	if (counts->keys.count < counts->room)
		return 0;
	grown = reallocarray(counts->counts, room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	counts->counts = grown;
	counts->room = room;
	return 0;
}

/* The kernel makes the size of a sample a multiple of 8, so there may be more behind the key. */
void sample_counts_add(struct sample_counts *counts, const void *data, size_t size)
{
	uint32_t place;

	if (size < counts->keys.key_size) {
		counts->lost++;
		return;
	}
	place = key_set_place(&counts->keys, data);
	if (place < counts->keys.count) {
		counts->counts[place]++;
		return;
	}
	if (make_room(counts) || key_set_add(&counts->keys, data))
		counts->lost++;
	else
		counts->counts[place] = 1;
}

static void on_sample(void *context, int cpu, void *data, __u32 size)
{
	struct samples *samples = context;

	(void)cpu;
	sample_counts_add(&samples->counts, data, size);
}

static void on_lost(void *context, int cpu, __u64 count)
{
	struct samples *samples = context;

	(void)cpu;
	samples->counts.lost += count;
}

int samples_new(
	struct samples **result, const struct map_info *map, uint32_t key_size, struct err *err)
{
	struct samples *samples = calloc(1, sizeof(*samples));
	int rc;

	if (!samples)
		return err_set(err, -ENOMEM, "map %s: out of memory", map->name);
	samples->map = map;
	sample_counts_init(&samples->counts, key_size, LIMIT_SAMPLE_KEYS);
	samples->buffer = perf_buffer__new(
		map->fd, LIMIT_SAMPLE_PAGES, on_sample, on_lost, samples, NULL);
	if (!samples->buffer) {
		rc = -errno;
		samples_free(samples);
		return err_set(err, rc, "map %s: its samples cannot be read: %s", map->name,
			strerror(-rc));
	}
	*result = samples;
	return 0;
}

void samples_free(struct samples *samples)
{
	if (!samples)
		return;
	perf_buffer__free(samples->buffer);
	sample_counts_fini(&samples->counts);
	free(samples);
}

int samples_read(
	struct samples *samples, struct batch *batch, const uint64_t **lost, struct err *err)
{
	const struct sample_counts *counts = &samples->counts;
	int rc = perf_buffer__consume(samples->buffer);

	if (rc < 0)
		return err_set(err, rc, "map %s: its samples cannot be read: %s",
			samples->map->name, strerror(-rc));
	*batch = (struct batch){
		.keys = counts->keys.keys,
		.values = (const unsigned char *)counts->counts,
		.key_stride = counts->keys.key_size,
		.value_stride = sizeof(*counts->counts),
		.cpu_count = 1,
		.count = counts->keys.count,
	};
	*lost = &counts->lost;
	return 0;
}
