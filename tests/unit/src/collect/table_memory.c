/* SPDX-License-Identifier: Apache-2.0 */
#include "src/collect/table_memory.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

static void make(struct table_memory *memory)
{
	size_t size = (size_t)memory->info.table.elements * memory->info.table.stride;

	memory->key_field = (struct field){.name = "", .kind = FIELD_UINT, .size = 4};
	memory->value_field = (struct field){.name = "", .kind = FIELD_UINT, .size = 8};
	memory->info.name = "m";
	memory->info.type = 2; /* BPF_MAP_TYPE_ARRAY */
	memory->info.key_size = 4;
	memory->info.key = (struct layout){4, &memory->key_field, 1};
	memory->info.value = (struct layout){8, &memory->value_field, 1};
	memory->info.fd = memfd_create("table", MFD_CLOEXEC);
	assert_true(memory->info.fd >= 0);
	assert_int_equal(ftruncate(memory->info.fd, (off_t)size), 0);
	memory->bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory->info.fd, 0);
	assert_true(memory->bytes != MAP_FAILED);
}

void slots_make(struct table_memory *memory, uint32_t entries, uint32_t value_size)
{
	memset(memory, 0, sizeof(*memory));
	memory->info.max_entries = entries;
	memory->info.value_size = value_size;
	memory->info.table = (struct table_layout){
		.kind = TABLE_SLOTS,
		.elements = entries + 1,
		.stride = 16 + value_size,
		.key_offset = 8,
		.value_offset = 16,
	};
	make(memory);
}

uint64_t *slot_words(struct table_memory *memory, uint32_t slot)
{
	return (uint64_t *)(void *)(memory->bytes + slot * memory->info.table.stride + 16);
}

void slot_publish(struct table_memory *memory, uint32_t slot, uint32_t key)
{
	unsigned char *element = memory->bytes + slot * memory->info.table.stride;
	uint32_t state = key_checksum(&key, sizeof(key));

	memcpy(element + 8, &key, sizeof(key));
	memcpy(element, &state, sizeof(state));
}

void shards_make(struct table_memory *memory, uint32_t values, uint32_t shards)
{
	memset(memory, 0, sizeof(*memory));
	memory->info.max_entries = values;
	memory->info.value_size = 8;
	memory->info.table = (struct table_layout){
		.kind = TABLE_SHARDS,
		.elements = shards,
		.stride = (8 + 8 * (values + 1) + 63) / 64 * 64,
		.values_offset = 8,
	};
	make(memory);
}

uint64_t *shard_word(struct table_memory *memory, uint32_t shard, int value)
{
	return (uint64_t *)(void *)(memory->bytes + shard * memory->info.table.stride + 8) + value +
	       1;
}

void table_memory_free(struct table_memory *memory)
{
	munmap(memory->bytes, (size_t)memory->info.table.elements * memory->info.table.stride);
	close(memory->info.fd);
}
