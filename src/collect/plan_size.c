/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics whose keys are described by sizes: BTF is not asked. */
#include "collect/plan_private.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "read/reader.h"

static const struct field u64_value = {.name = "", .kind = FIELD_UINT, .size = sizeof(uint64_t)};

static int bind_bytes(struct binding *b, const struct attribute_definition *definition,
	struct attribute_plan *plan)
{
	struct field *field = arena_alloc(b->arena, sizeof(*field));

	if (!field)
		return binding_no_memory(b);
	*field = (struct field){
		.name = definition->name,
		.kind = FIELD_BYTES,
		.offset = definition->offset,
		.size = definition->size,
	};
	plan->name = definition->name;
	plan->field = field;
	plan->as_text = true;
	return bind_decoders(b, definition, plan);
}

/*
 * The last label of a per-CPU map, if it is called "cpu": 16 bits that the map's key does not have.
 * A CPU's number stands behind the key (attributes_decode), as 32 bits.
 */
static bool last_is_cpu(const struct binding *b)
{
	const struct metric_definition *metric = b->metric;

	return metric->attribute_count && !metric->rows && map_is_percpu(b->plan->map) &&
	       strcmp(metric->attributes[metric->attribute_count - 1].name, "cpu") == 0;
}

static int bind_cpu(struct binding *b)
{
	size_t last = b->metric->attribute_count - 1;
	struct attribute_definition cpu = b->metric->attributes[last];

	if (cpu.size != sizeof(uint16_t))
		return binding_fail(b, cpu.position,
			"the label cpu has size %u, expected 2: the number of the CPU, which is "
			"not in the key",
			cpu.size);
	cpu.offset = b->plan->key_size;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	cpu.offset += sizeof(uint32_t) - sizeof(uint16_t);
#endif
	b->plan->keeps_cpus = true;
	return bind_bytes(b, &cpu, &b->plan->attributes[last]);
}

static int check_sizes(struct binding *b, bool cpu)
{
	const struct metric_definition *metric = b->metric;
	uint32_t key_size = b->plan->key_size;
	uint32_t described = cpu ? metric->attributes[metric->attribute_count - 1].offset
				 : metric->key_size;

	if (described == key_size && described)
		return 0;
	/* Nothing is described: there is one entry, and its key is 0. */
	b->plan->zero_key = !described && key_size == sizeof(uint32_t);
	if (b->plan->zero_key)
		return 0;
	if (!described)
		return binding_fail(b, metric->position,
			"it has no labels for the map's keys of %u bytes, expected labels or a key "
			"of 4 bytes",
			key_size);
	return binding_fail(b, metric->position,
		"its labels and their padding are %u bytes, the map's keys are %u", described,
		key_size);
}

/* What finds no place is lost without a trace in the program. */
static void note_room(struct binding *b)
{
	const struct bucket_rows *rows = b->metric->rows;
	bool array = map_type_is_array(b->plan->map->type);
	/* Of an array the numbers are indexes. */
	uint64_t needed = array ? rows->sum_number + 1 : rows->number_count + 1;

	if (b->plan->map->max_entries < needed)
		note_add(b->arena, b->notes, b->pack->file, b->metric->position,
			"metric %s: the map has room for %u entries; its buckets and the sum, "
			"which is "
			"%llu, need %llu",
			b->metric->name, b->plan->map->max_entries,
			(unsigned long long)rows->sum_number, (unsigned long long)needed);
}

static int bind_rows(struct binding *b)
{
	b->plan->bounds = b->metric->rows->bounds;
	b->plan->bound_count = b->metric->rows->bound_count;
	note_room(b);
	return bind_bytes(b, &b->metric->rows->number, &b->plan->row_number);
}

/* What comes from the map: entries with a number, or samples, which have a size of their own. */
static int bind_rows_of_map(struct binding *b)
{
	const struct map_info *map = b->plan->map;

	b->plan->samples = b->metric->samples;
	if (b->metric->samples != map_type_is_samples(map->type))
		return binding_fail(b, b->metric->position, "the map is %s perf event array%s",
			b->metric->samples ? "no" : "a",
			b->metric->samples ? "" : "; expected `perf_event_array: true`");
	if (b->metric->samples) {
		b->plan->key_size = b->metric->key_size ? b->metric->key_size : sizeof(uint32_t);
		b->plan->value_size = sizeof(uint64_t);
	} else if (map->value_size != sizeof(uint64_t))
		return binding_fail(b, b->metric->position,
			"the map's values are %u bytes, expected 8: an unsigned number",
			map->value_size);
	return 0;
}

/* Such definitions know no limit but the map's: all that it can hold are series. */
static uint32_t max_series(const struct metric_plan *plan)
{
	uint64_t most = plan->samples ? LIMIT_SAMPLE_KEYS : plan->map->max_entries;

	if (plan->definition->cardinality_limit)
		return plan->definition->cardinality_limit;
	if (plan->keeps_cpus)
		most *= possible_cpus();
	if (most < LIMIT_SERIES_PER_METRIC)
		return LIMIT_SERIES_PER_METRIC;
	return most < LIMIT_CARDINALITY ? (uint32_t)most : LIMIT_CARDINALITY;
}

int bind_by_size(struct binding *b)
{
	const struct metric_definition *metric = b->metric;
	bool cpu = last_is_cpu(b);
	size_t count = metric->attribute_count - cpu;
	int result;

	b->plan->attributes = arena_alloc(
		b->arena, (metric->attribute_count + 1) * sizeof(*b->plan->attributes));
	if (!b->plan->attributes)
		return binding_no_memory(b);
	b->plan->attribute_count = metric->attribute_count;
	b->plan->value = &u64_value;
	b->plan->overflow = NULL; /* a map of that name is something else */
	b->plan->zeros_count = true;
	result = bind_rows_of_map(b);
	if (check_sizes(b, cpu))
		result = -EINVAL;
	for (size_t i = 0; i < count; i++)
		if (bind_bytes(b, &metric->attributes[i], &b->plan->attributes[i]))
			result = -EINVAL;
	if (cpu && bind_cpu(b))
		result = -EINVAL;
	if (metric->rows && bind_rows(b))
		result = -EINVAL;
	b->plan->max_series = max_series(b->plan);
	return result;
}
