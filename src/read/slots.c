/* SPDX-License-Identifier: Apache-2.0 */
#include "read/slots.h"

#include <errno.h>
#include <stdlib.h>

#include <bpf/bpf.h>

static int forget(const struct map_info *table, const void *key)
{
	int result = bpf_map_delete_elem(table->index->fd, key);

	return result == -ENOENT ? 0 : result;
}

static int restore(const struct map_info *table, const void *key, uint32_t number)
{
	return bpf_map_update_elem(table->index->fd, key, &number, BPF_NOEXIST);
}

static int find(const struct map_info *table, const void *key, uint32_t *number)
{
	return bpf_map_lookup_elem(table->index->fd, key, number);
}

static int rotate(const struct map_info *table, uint32_t *number)
{
	int result = bpf_map_lookup_and_delete_elem(table->free_slots->fd, NULL, number);

	return result ? result : bpf_map_update_elem(table->free_slots->fd, NULL, number, BPF_ANY);
}

static int clear_spread(const struct map_info *table, uint32_t number)
{
	const uint64_t zero = 0;
	int result = 0;

	for (uint32_t i = 0; !result && i < table->table.spread_shards; i++) {
		uint32_t at = i * table->table.spread_stride + number;

		result = bpf_map_update_elem(table->spread->fd, &at, &zero, BPF_ANY);
	}
	return result;
}

static int release(const struct map_info *table, uint32_t number)
{
	void *zero = calloc(1, table->table.stride);
	int result;

	if (!zero)
		return -ENOMEM;
	result = clear_spread(table, number);
	if (!result)
		result = bpf_map_update_elem(table->fd, &number, zero, BPF_ANY);
	free(zero);
	if (!result)
		result = bpf_map_update_elem(table->free_slots->fd, NULL, &number, BPF_ANY);
	return result;
}

const struct slot_calls slot_calls_kernel = {
	.forget = forget,
	.restore = restore,
	.find = find,
	.release = release,
	.rotate = rotate,
};
