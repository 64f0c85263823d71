/* SPDX-License-Identifier: Apache-2.0 */
#include "read/reader.h"

#include <errno.h>
#include <stdlib.h>

#include <linux/bpf.h>

#include "base/limits.h"
#include "read/reader_private.h"

enum {
	/* Rows of one batch: beyond this a larger buffer saves no time, only costs memory. */
	BATCH_BYTES = 256 << 10,
	/* A hash bucket must fit into one batch; longer ones make the batch grow. */
	BATCH_ENTRIES_MIN = 16,
};

static const struct shape shapes[] = {
	{BPF_MAP_TYPE_HASH, .walk = walk_hash},
	{BPF_MAP_TYPE_LRU_HASH, .walk = walk_hash},
	{BPF_MAP_TYPE_PERCPU_HASH, .per_cpu = true, .walk = walk_hash},
	{BPF_MAP_TYPE_LRU_PERCPU_HASH, .per_cpu = true, .walk = walk_hash},
	{BPF_MAP_TYPE_ARRAY, .array = true, .walk = walk_array},
	{BPF_MAP_TYPE_PERCPU_ARRAY, .per_cpu = true, .array = true, .walk = walk_array},
};

static const struct shape *shape_find(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		if (shapes[i].type == type)
			return &shapes[i];
	}
	return NULL;
}

static int check_info(const struct map_info *info, const struct shape *shape, struct err *err)
{
	if (!shape)
		return err_set(err, -ENOTSUP,
			"map %s: maps of type %u cannot be read; use a hash, LRU hash or array, or "
			"one of their per-CPU forms",
			info->name, info->type);
	if (!info->key_size || info->key_size > LIMIT_MAP_KEY)
		return err_set(err, -EINVAL, "map %s: keys of %u bytes; 1 to %d can be read",
			info->name, info->key_size, LIMIT_MAP_KEY);
	if (!info->value_size || info->value_size > LIMIT_MAP_VALUE)
		return err_set(err, -EINVAL, "map %s: values of %u bytes; 1 to %d can be read",
			info->name, info->value_size, LIMIT_MAP_VALUE);
	if (!info->max_entries)
		return err_set(err, -EINVAL, "map %s: has no room for any entry", info->name);
	if (shape->array && info->key_size != sizeof(uint32_t))
		return err_set(err, -EINVAL, "map %s: an array with keys of %u bytes, not 4",
			info->name, info->key_size);
	return 0;
}

static uint32_t first_capacity(const struct reader *reader)
{
	uint64_t row = reader->info->key_size + reader->value_stride;
	uint64_t capacity = BATCH_BYTES / row;

	if (capacity > LIMIT_BATCH_ENTRIES)
		capacity = LIMIT_BATCH_ENTRIES;
	if (capacity < BATCH_ENTRIES_MIN)
		capacity = BATCH_ENTRIES_MIN;
	if (capacity > reader->info->max_entries)
		capacity = reader->info->max_entries;
	return (uint32_t)capacity;
}

int reader_resize(struct reader *reader, uint32_t capacity, struct err *err)
{
	unsigned char *keys = calloc(capacity, reader->info->key_size);
	unsigned char *values = calloc(capacity, reader->value_stride);

	if (!keys || !values) {
		free(keys);
		free(values);
		return err_set(err, -ENOMEM, "map %s: out of memory for a batch of %u entries",
			reader->info->name, capacity);
	}
	free(reader->keys);
	free(reader->values);
	reader->keys = keys;
	reader->values = values;
	reader->capacity = capacity;
	return 0;
}

static int measure_values(struct reader *reader, struct err *err)
{
	reader->cpu_count = 1;
	reader->value_stride = reader->info->value_size;
	if (!reader->shape->per_cpu)
		return 0;
	reader->cpu_count = possible_cpus();
	if (!reader->cpu_count)
		return err_set(err, -EIO,
			"map %s: the number of possible CPUs cannot be read from "
			"/sys/devices/system/cpu/possible; is sysfs mounted?",
			reader->info->name);
	reader->cpu_stride = (reader->info->value_size + (size_t)7) & ~(size_t)7;
	reader->value_stride = reader->cpu_stride * reader->cpu_count;
	return 0;
}

int reader_new(struct reader **result, const struct map_info *info, const struct map_calls *calls,
	struct err *err)
{
	const struct shape *shape = shape_find(info->type);
	struct reader *reader;
	int rc = check_info(info, shape, err);

	if (rc < 0)
		return rc;
	reader = calloc(1, sizeof(*reader));
	if (!reader)
		return err_set(err, -ENOMEM, "map %s: out of memory", info->name);
	reader->info = info;
	reader->calls = calls;
	reader->shape = shape;
	rc = measure_values(reader, err);
	if (rc == 0)
		rc = reader_resize(reader, first_capacity(reader), err);
	if (rc < 0) {
		reader_free(reader);
		return rc;
	}
	reader_rewind(reader);
	*result = reader;
	return 0;
}

void reader_free(struct reader *reader)
{
	if (!reader)
		return;
	key_set_fini(&reader->seen);
	free(reader->cursor);
	free(reader->keys);
	free(reader->values);
	free(reader);
}

void reader_rewind(struct reader *reader)
{
	reader->state = PASS_START;
}

static int pass_next(struct reader *reader, struct err *err)
{
	int rc = -ENOTSUP;

	if (!reader->no_batch)
		rc = batch_next(reader, err);
	if (rc == -ENOTSUP) {
		if (!reader->no_batch)
			reader->state = PASS_START;
		reader->no_batch = true;
		rc = reader->shape->walk(reader, err);
	}
	return rc;
}

int reader_next(struct reader *reader, struct batch *batch, struct err *err)
{
	int rc;

	if (reader->state == PASS_DONE)
		return 0;
	if (reader->state == PASS_FAILED)
		return err_set(err, -EINVAL, "map %s: the pass has failed; start a new one",
			reader->info->name);
	rc = pass_next(reader, err);
	if (rc < 0)
		reader->state = PASS_FAILED;
	if (rc <= 0)
		return rc;
	*batch = (struct batch){
		.keys = reader->keys,
		.values = reader->values,
		.key_stride = reader->info->key_size,
		.value_stride = reader->value_stride,
		.cpu_stride = reader->cpu_stride,
		.cpu_count = reader->cpu_count,
		.count = reader->count,
	};
	return 1;
}
