/* SPDX-License-Identifier: Apache-2.0 */
#include "read/table.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int map_memory(
	const struct map_info *info, int protection, size_t *size, void **result, struct err *err)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *memory;

	*size = (*size + page - 1) / page * page;
	memory = mmap(NULL, *size, protection, MAP_SHARED, info->fd, 0);
	if (memory == MAP_FAILED)
		return err_set(err, -errno, "map %s: its %zu bytes cannot be mapped: %s",
			info->name, *size, strerror(errno));
	*result = memory;
	return 0;
}

int table_open(struct table *table, const struct map_info *info, struct err *err)
{
	const struct table_layout *layout = &info->table;
	void *memory = NULL, *spread = NULL;
	int result;

	*table = (struct table){
		.info = info,
		.size = (size_t)layout->elements * layout->stride,
		.spread_size = (size_t)layout->spread_shards * layout->spread_stride *
			       sizeof(uint64_t),
	};
	if (layout->kind == TABLE_NONE || !table->size)
		return err_set(err, -EINVAL, "map %s: is not made by otel.bpf.h", info->name);
	result = map_memory(info, layout->kind == TABLE_SLOTS ? PROT_READ | PROT_WRITE : PROT_READ,
		&table->size, &memory, err);
	table->memory = memory;
	if (!result && table->spread_size)
		result = map_memory(info->spread, PROT_READ, &table->spread_size, &spread, err);
	table->spread = spread;
	if (result)
		table_close(table);
	return result;
}

void table_close(struct table *table)
{
	if (table->memory)
		munmap(table->memory, table->size);
	if (table->spread)
		munmap((void *)table->spread, table->spread_size);
	*table = (struct table){0};
}

void table_rest(const struct table *table, struct table_rest *rest)
{
	/* struct otel_rest in bpf/otel_slots.bpf.h */
	*rest = (struct table_rest){
		.failed = table_word(table->memory),
		.events = table_word(table->memory + sizeof(uint64_t)),
	};
}

uint32_t key_checksum(const void *key, size_t size)
{
	const unsigned char *bytes = key;
	uint64_t sum = 0xcbf29ce484222325, word;

	for (size_t i = 0; i < size; i += sizeof(word)) {
		word = 0;
		memcpy(&word, bytes + i, size - i < sizeof(word) ? size - i : sizeof(word));
		sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	}
	return (uint32_t)(sum >> 32) | 1;
}
