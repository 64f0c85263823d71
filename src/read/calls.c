/* SPDX-License-Identifier: Apache-2.0 */
#include "read/reader.h"

#include <bpf/bpf.h>

static int lookup_batch(
	int fd, void *in_position, void *out_position, void *keys, void *values, uint32_t *count)
{
	return bpf_map_lookup_batch(fd, in_position, out_position, keys, values, count, NULL);
}

static int next_key(int fd, const void *key, void *next)
{
	return bpf_map_get_next_key(fd, key, next);
}

static int lookup(int fd, const void *key, void *value)
{
	return bpf_map_lookup_elem(fd, key, value);
}

const struct map_calls map_calls_kernel = {
	.lookup_batch = lookup_batch,
	.next_key = next_key,
	.lookup = lookup,
};
