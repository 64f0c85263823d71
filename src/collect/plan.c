/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/plan_private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/nearest.h"
#include "config/view.h"

enum {
	NAMES_TOLD = 12, /* of what there is, where nothing is near */
};

int binding_fail(struct binding *b, struct position at, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_add_line(b->err, -EINVAL, "%s:%u:%u: metric %s: %s", b->pack->file, at.line,
		at.column, b->metric->name, text);
}

int binding_no_memory(struct binding *b)
{
	return err_add_line(b->err, -ENOMEM, "out of memory");
}

/* What to do about a name that is none of `names`: the nearest, or all that there are. */
static const char *advise(
	struct binding *b, const char *name, const char *const *names, size_t count)
{
	const char *list = "; expected one of:";
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (size_t i = 0; i < count; i++)
		nearest_offer(&nearest, names[i]);
	if (nearest.name)
		return arena_printf(b->arena, "; did you mean `%s`?", nearest.name);
	for (size_t i = 0; i < count && i < NAMES_TOLD && list; i++)
		list = arena_printf(b->arena, "%s%s %s", list, i ? "," : "", names[i]);
	if (count > NAMES_TOLD && list)
		list = arena_printf(b->arena, "%s and %zu more", list, count - NAMES_TOLD);
	return count ? list : "";
}

static const char *advise_field(struct binding *b, const struct layout *layout, const char *name)
{
	const char **names = arena_alloc(b->arena, layout->field_count * sizeof(*names));

	if (!layout->fields[0].name[0])
		return "; it is no struct: leave the name of a field out";
	for (size_t i = 0; names && i < layout->field_count; i++)
		names[i] = layout->fields[i].name;
	return names ? advise(b, name, names, layout->field_count) : NULL;
}

/* What a table is made of is nobody's metric. */
static bool is_part(const struct binding *b, const struct map_info *map)
{
	for (size_t i = 0; i < b->map_count; i++) {
		const struct map_info *table = b->maps[i];

		if (map == table->index || map == table->free_slots || map == table->hints ||
			map == table->spread)
			return true;
	}
	return false;
}

static const char *advise_map(struct binding *b, const char *name)
{
	const char **names = arena_alloc(b->arena, (b->map_count + 1) * sizeof(*names));
	size_t count = 0;

	for (size_t i = 0; names && i < b->map_count; i++) {
		if (!is_part(b, b->maps[i]))
			names[count++] = b->maps[i]->name;
	}
	return names ? advise(b, name, names, count) : NULL;
}

/* `name` NULL: the whole key or value, which then must be a single field. `what`: "key" or "value".
 */
static const struct field *find_field(struct binding *b, const struct layout *layout,
	const char *name, const char *what, struct position at)
{
	const struct field *field;
	const char *advice, *text;

	if (!layout->field_count) {
		text = arena_printf(b->arena,
			"the object has no BTF for the %s of map %s; declare it with __type(%s, "
			"...)",
			what, b->metric->map, what);
	} else if (!name && layout->fields[0].name[0]) {
		text = arena_printf(b->arena,
			"the %s of map %s is a struct; name one of its fields, for example `%s`",
			what, b->metric->map, layout->fields[0].name);
	} else {
		field = name ? layout_find(layout, name) : &layout->fields[0];
		if (field)
			return field;
		advice = advise_field(b, layout, name);
		text = arena_printf(b->arena, "the %s of map %s has no field `%s`%s", what,
			b->metric->map, name, advice ? advice : "");
	}
	binding_fail(b, at, "%s", text ? text : "out of memory");
	return NULL;
}

static const struct map_info *find_map(const struct binding *b, const char *name)
{
	for (size_t i = 0; i < b->map_count; i++) {
		if (!strcmp(b->maps[i]->name, name))
			return b->maps[i];
	}
	return NULL;
}

static int bind_map(struct binding *b)
{
	const char *name = b->metric->map;
	const char *overflow;

	b->plan->map = find_map(b, name);
	if (!b->plan->map) {
		const char *advice = advise_map(b, name);

		return binding_fail(b, b->metric->map_position, "the object has no map `%s`%s",
			name, advice ? advice : "");
	}
	b->plan->key_size = b->plan->map->key_size;
	b->plan->value_size = b->plan->map->value_size;
	if (b->plan->map->key_size > LIMIT_MAP_KEY || b->plan->map->value_size > LIMIT_MAP_VALUE)
		return binding_fail(b, b->metric->map_position,
			"the keys of map %s are %u bytes and its values %u, expected at most %d "
			"and %d",
			name, b->plan->map->key_size, b->plan->map->value_size, LIMIT_MAP_KEY,
			LIMIT_MAP_VALUE);
	if (b->metric->per_cpu && !map_is_percpu(b->plan->map))
		return binding_fail(b, b->metric->per_cpu_position,
			"`per_cpu` is set, but the map is not of a per-CPU type; leave it out, or "
			"make map %s a BPF_MAP_TYPE_PERCPU_HASH or _PERCPU_ARRAY",
			name);
	b->plan->keeps_cpus = b->metric->per_cpu != NULL;
	if (b->plan->map->table.kind != TABLE_NONE)
		return 0;
	overflow = arena_printf(b->arena, "%s_overflow", name);
	if (!overflow)
		return binding_no_memory(b);
	b->plan->overflow = find_map(b, overflow);
	if (b->plan->overflow && b->plan->overflow->value_size != b->plan->map->value_size)
		return binding_fail(b, b->metric->map_position,
			"the values of map %s are %u bytes, those of map %s, for which it counts "
			"what finds no place, %u; expected the same type",
			overflow, b->plan->overflow->value_size, name, b->plan->value_size);
	return 0;
}

static int bind_attributes(struct binding *b)
{
	const struct metric_definition *metric = b->metric;
	struct attribute_plan *plans;
	int result = 0;

	plans = arena_alloc(b->arena, (metric->attribute_count + 1) * sizeof(*plans));
	if (!plans)
		return binding_no_memory(b);
	b->plan->attributes = plans;
	b->plan->attribute_count = metric->attribute_count;
	for (size_t i = 0; i < metric->attribute_count; i++) {
		const struct attribute_definition *definition = &metric->attributes[i];

		plans[i].name = definition->name;
		plans[i].field = find_field(b, &b->plan->map->key, definition->field, "key",
			definition->field_position);
		if (bind_decoders(b, definition, &plans[i]) || !plans[i].field)
			result = -EINVAL;
	}
	return result;
}

static const char *const kind_names[] = {
	[FIELD_UINT] = "a long integer",
	[FIELD_INT] = "a long integer",
	[FIELD_BOOL] = "a long integer",
	[FIELD_ENUM] = "a long integer",
	[FIELD_CHARS] = "text",
	[FIELD_ARRAY] = "an array",
	[FIELD_BYTES] = "bytes that are no integer",
};

static int bind_number(struct binding *b)
{
	b->plan->value = find_field(
		b, &b->plan->map->value, b->metric->value, "value", b->metric->value_position);
	if (!b->plan->value)
		return -EINVAL;
	if (!field_is_number(b->plan->value))
		return binding_fail(b, b->metric->value_position,
			"the value is not an integer: map %s has %s there, expected an integer, "
			"enum or bool of at most 8 bytes",
			b->metric->map, kind_names[b->plan->value->kind]);
	return 0;
}

/* Bytes of the key that no field has are not the program's, but they are the map's. */
static int check_holes(struct binding *b)
{
	const struct layout *layout = &b->plan->map->key;
	bool covered[LIMIT_MAP_KEY] = {false};
	uint32_t first = 0, last;

	if (!layout->field_count ||
		(b->plan->map->table.kind != TABLE_SLOTS && map_type_is_array(b->plan->map->type)))
		return 0;
	for (size_t i = 0; i < layout->field_count; i++)
		for (uint32_t n = 0; n < layout->fields[i].size; n++)
			covered[layout->fields[i].offset + n] = true;
	while (first < layout->size && covered[first])
		first++;
	if (first == layout->size)
		return 0;
	for (last = first; last + 1 < layout->size && !covered[last + 1]; last++)
		;
	return binding_fail(b, b->metric->map_position,
		"the key of map %s has padding (bytes %u to %u), which is not always 0: keys that "
		"look "
		"alike are then different; give these bytes a name in the struct, and a value in "
		"the "
		"program",
		b->metric->map, first, last);
}

/* The attributes and the value, by BTF. */
static int bind_described(struct binding *b)
{
	int result = bind_attributes(b);

	if (check_holes(b))
		result = -EINVAL;
	switch (b->plan->instrument) {
	case INSTRUMENT_HISTOGRAM:
		return bind_buckets(b) ? -EINVAL : result;
	case INSTRUMENT_EXPONENTIAL_HISTOGRAM:
		return bind_exponential(b) ? -EINVAL : result;
	default:
		return bind_number(b) ? -EINVAL : result;
	}
}

static bool is_kept(const struct attribute_filter *filter, const char *name)
{
	bool kept = !filter->included_count;

	for (size_t i = 0; i < filter->included_count; i++)
		kept |= wildcard_matches(filter->included[i], name, false);
	for (size_t i = 0; i < filter->excluded_count; i++)
		kept &= !wildcard_matches(filter->excluded[i], name, false);
	return kept;
}

/* They are decoded all the same: a decoder may say that a key is not wanted. */
static void filter_attributes(struct binding *b)
{
	const struct attribute_filter *filter = b->metric->filter;
	struct metric_plan *plan = b->plan;

	for (size_t i = 0; i < plan->attribute_count; i++)
		plan->attributes[i].hidden = !is_kept(filter, plan->attributes[i].name);
	if (b->metric->per_cpu && !is_kept(filter, b->metric->per_cpu))
		plan->keeps_cpus = false;
}

static int bind_metric(struct binding *b)
{
	int result;

	b->plan->definition = b->metric;
	b->plan->max_series = b->metric->cardinality_limit;
	result = instrument_from_name(b->metric->instrument, &b->plan->instrument);
	if (result)
		return binding_fail(b, b->metric->position, "there is no such instrument");
	result = bind_map(b);
	if (result)
		return result;
	if (b->metric->by_size && b->plan->map->table.kind != TABLE_NONE)
		return binding_fail(b, b->metric->position,
			"the map is made by otel.bpf.h, which ebpf_exporter's definitions cannot "
			"describe; expected one of otelbpf's own");
	result = b->metric->by_size ? bind_by_size(b) : bind_described(b);
	if (!result && b->metric->boundaries)
		result = bind_boundaries(b);
	if (!result && b->metric->octaves && b->plan->instrument == INSTRUMENT_HISTOGRAM)
		result = bind_octaves(b);
	if (!result && !b->metric->by_size)
		result = bind_idle_timeout(b);
	if (!result && b->metric->filter)
		filter_attributes(b);
	return result;
}

int pack_plan_init(struct pack_plan *plan, const struct pack_definition *pack,
	const struct map_info *const *maps, size_t map_count, struct arena *arena, struct err *err)
{
	struct err mistakes = {0};
	int result = 0;

	*plan = (struct pack_plan){.metric_count = pack->metric_count};
	plan->metrics = arena_alloc(arena, (pack->metric_count + 1) * sizeof(*plan->metrics));
	if (!plan->metrics)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < pack->metric_count; i++) {
		struct binding b = {
			.pack = pack,
			.metric = &pack->metrics[i],
			.maps = maps,
			.map_count = map_count,
			.arena = arena,
			.plan = &plan->metrics[i],
			.notes = &plan->notes,
			.err = &mistakes,
		};

		if (bind_metric(&b))
			result = -EINVAL;
	}
	if (result) {
		pack_plan_fini(plan);
		return err_set(err, result, "%s", mistakes.text);
	}
	return 0;
}

void pack_plan_fini(struct pack_plan *plan)
{
	for (size_t i = 0; i < plan->metric_count; i++) {
		for (size_t j = 0; j < plan->metrics[i].attribute_count; j++) {
			decode_chain_free(plan->metrics[i].attributes[j].chain);
			plan->metrics[i].attributes[j].chain = NULL;
		}
		decode_chain_free(plan->metrics[i].row_number.chain);
		plan->metrics[i].row_number.chain = NULL;
	}
}
