/* SPDX-License-Identifier: Apache-2.0 */
/* Histograms that lie in one value, by the BTF of that value. */
#include <errno.h>
#include <math.h>

#include "base/limits.h"
#include "collect/plan_private.h"

static int bind_histogram(struct binding *b)
{
	const struct layout *layout = &b->plan->map->value;
	struct metric_plan *plan = b->plan;
	uint32_t bucket_count;
	double *bounds;

	plan->sum = layout_find(layout, "sum");
	plan->buckets = layout_find(layout, "buckets");
	if (b->metric->buckets == BUCKETS_BOUNDARIES)
		return binding_fail(b, b->metric->buckets_position,
			"`boundaries` need a map that OTEL_EXPONENTIAL_HISTOGRAM in otel.bpf.h "
			"makes; for one of OTEL_HISTOGRAM say 'buckets: { exp2: { first: N } }'");
	if (!plan->sum || !field_is_number(plan->sum) || !plan->buckets ||
		plan->buckets->kind != FIELD_ARRAY || !plan->buckets->element_size)
		return binding_fail(b, b->metric->map_position,
			"a histogram's map needs values with an integer `sum` and an array "
			"`buckets` "
			"of unsigned integers (OTEL_HISTOGRAM in otel.bpf.h)");
	bucket_count = plan->buckets->size / plan->buckets->element_size;
	if (!bucket_count || bucket_count - 1 > LIMIT_BOUNDS)
		return binding_fail(b, b->metric->map_position,
			"`buckets` of map %s has %u elements, expected 1 to %d", b->metric->map,
			bucket_count, LIMIT_BOUNDS + 1);
	if (b->metric->exp2_first + bucket_count - 1 > 64)
		return binding_fail(b, b->metric->buckets_position,
			"`buckets` reaches beyond 2^63: with `first` %u there is room for %u "
			"buckets, map %s has %u; make `first` or the array smaller",
			b->metric->exp2_first, 65 - b->metric->exp2_first, b->metric->map,
			bucket_count);
	bounds = arena_alloc(b->arena, bucket_count * sizeof(*bounds));
	if (!bounds)
		return binding_no_memory(b);
	plan->bounds = bounds;
	plan->bound_count = bucket_count - 1;
	for (uint32_t i = 0; i < plan->bound_count; i++)
		bounds[i] = ldexp(1, (int)(b->metric->exp2_first + i)) /
			    (double)(b->metric->divisor ? b->metric->divisor : 1);
	return 0;
}

/* Whether buckets made for `measured` per unit are those of `wanted`: they repeat with each power
 * of two. */
static bool same_buckets(uint64_t measured, uint64_t wanted)
{
	return measured && wanted &&
	       measured >> __builtin_ctzll(measured) == wanted >> __builtin_ctzll(wanted);
}

int bind_exponential(struct binding *b)
{
	const struct map_info *map = b->plan->map;
	struct metric_plan *plan = b->plan;

	plan->sum = layout_find(&map->value, "extent.sum");
	plan->zero_count = layout_find(&map->value, "extent.zero_count");
	plan->max = layout_find(&map->value, "extent.max");
	plan->inverse_min = layout_find(&map->value, "extent.inverse_min");
	plan->buckets = layout_find(&map->value, "buckets");
	if (!map->table.divisor || !plan->sum || !plan->zero_count || !plan->max ||
		!plan->inverse_min || !plan->buckets)
		return binding_fail(b, b->metric->map_position,
			"an exponential histogram needs a map that OTEL_EXPONENTIAL_HISTOGRAM in "
			"otel.bpf.h makes");
	plan->bucket_count = plan->buckets->size / (uint32_t)sizeof(uint64_t);
	if (b->metric->factor <= 1 && same_buckets(map->table.divisor, b->metric->divisor))
		return 0;
	return binding_fail(b, b->metric->measured_in_position,
		"the map's buckets are for %u measured units in one of the metric's, but "
		"`measured_in` and `unit` say %llu",
		map->table.divisor, (unsigned long long)b->metric->divisor);
}

int bind_buckets(struct binding *b)
{
	if (!b->plan->map->table.divisor)
		return bind_histogram(b);
	if (!b->metric->boundaries)
		return binding_fail(b, b->metric->buckets_position,
			"the map is an exponential histogram; expected 'instrument: "
			"exponential_histogram', or 'buckets: { boundaries: [...] }'");
	return bind_exponential(b);
}
