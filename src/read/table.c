/* SPDX-License-Identifier: Apache-2.0 */
#include "read/table.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int table_open(struct table *table, const struct map_info *info, struct err *err)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = (size_t)info->table.elements * info->table.stride;
	void *memory;

	if (info->table.kind == TABLE_NONE || !size)
		return err_set(err, -EINVAL, "map %s: is not made by otel.bpf.h", info->name);
	size = (size + page - 1) / page * page;
	memory = mmap(NULL, size, PROT_READ, MAP_SHARED, info->fd, 0);
	if (memory == MAP_FAILED)
		return err_set(err, -errno, "map %s: its %zu bytes cannot be mapped: %s",
			info->name, size, strerror(errno));
	*table = (struct table){.info = info, .memory = memory, .size = size};
	return 0;
}

void table_close(struct table *table)
{
	if (table->memory)
		munmap((void *)table->memory, table->size);
	*table = (struct table){0};
}

uint32_t key_checksum(const void *key, size_t size)
{
	/* FNV-1a, 64 bits, over words of 4 bytes and then single ones. */
	const uint64_t prime = 0x100000001b3;
	uint64_t sum = 0xcbf29ce484222325;
	const unsigned char *bytes = key;
	uint32_t word;
	size_t i;

	for (i = 0; i + sizeof(word) <= size; i += sizeof(word)) {
		memcpy(&word, bytes + i, sizeof(word));
		sum = (sum ^ word) * prime;
	}
	for (; i < size; i++)
		sum = (sum ^ bytes[i]) * prime;
	return (uint32_t)(sum >> 32) | 1;
}
