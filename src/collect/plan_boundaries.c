/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Explicit buckets of a metric, each of which is several of the map's: nothing is estimated, so a
 * boundary must be where one of those ends.
 */
#include "collect/plan_private.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "base/limits.h"
#include "collect/exact.h"

enum {
	OCTAVES = 65, /* OTEL_OCTAVES */
	NUMBER_TEXT = 32,
};

static int boundary_fail(
	struct binding *b, const struct boundary *boundary, const char *below, const char *above)
{
	const struct boundaries *boundaries = b->metric->boundaries;

	return err_add_line(b->err, -EINVAL,
		"%s:%u:%u: metric %s: found the boundary %.15g, expected one where a bucket of "
		"map %s ends; the nearest %s %s%s%s",
		boundaries->file, boundary->position.line, boundary->position.column,
		b->metric->name, decimal_times(&boundary->value, 1), b->metric->map,
		*below && *above ? "are" : "is", below, *below && *above ? " and " : "", above);
}

/* The shortest number above or at value / divisor and below the next value's: what is measured is
 * whole, so all of these bound the same values. */
static void boundary_text(uint64_t value, uint64_t divisor, char text[NUMBER_TEXT])
{
	for (int digits = 1; digits <= 17; digits++) {
		struct decimal decimal;

		snprintf(text, NUMBER_TEXT, "%.*g", digits,
			((double)value + (value ? 0.5 : 0)) / (double)divisor);
		if (decimal_parse(text, &decimal) == 0 && decimal_floor(&decimal, divisor) == value)
			return;
	}
}

static struct exact_buckets exact_buckets_of(const struct binding *b)
{
	const struct table_layout *table = &b->plan->map->table;

	return (struct exact_buckets){
		.divisor = b->metric->divisor,
		.scale = table->scale,
		.first = table->first_octave,
		.octaves = (b->plan->bucket_count - OCTAVES) >> table->scale,
	};
}

static int alloc_merge(struct binding *b, uint32_t bucket_count, uint32_t bound_count,
	uint16_t **merge, double **bounds)
{
	*merge = arena_alloc(b->arena, bucket_count * sizeof(**merge));
	*bounds = arena_alloc(b->arena, (bound_count + 1) * sizeof(**bounds));
	if (!*merge || !*bounds)
		return binding_no_memory(b);
	b->plan->bucket_count = bucket_count;
	b->plan->merge = *merge;
	b->plan->bounds = *bounds;
	b->plan->bound_count = bound_count;
	return 0;
}

/* Where each boundary is among the map's buckets. */
static int place_boundaries(
	struct binding *b, const struct exact_buckets *exact, int64_t *places, double *bounds)
{
	const struct boundaries *boundaries = b->metric->boundaries;
	int result = 0;

	for (size_t i = 0; i < boundaries->count; i++) {
		const struct boundary *boundary = &boundaries->list[i];
		uint64_t value = decimal_floor(&boundary->value, exact->divisor);
		char below[NUMBER_TEXT], above[NUMBER_TEXT];

		bounds[i] = decimal_times(&boundary->value, 1);
		places[i] = exact_place(exact, value);
		if (exact_is_end(exact, value))
			continue;
		boundary_text(exact_end_below(exact, value), exact->divisor, below);
		boundary_text(exact_end_above(exact, value), exact->divisor, above);
		result = boundary_fail(b, boundary, below, above);
	}
	return result;
}

/* Powers of two over the part that the map has in detail: they are bounds at each scale. */
static void place_octaves(
	const struct exact_buckets *exact, uint32_t count, int64_t *places, double *bounds)
{
	int one = 64 - __builtin_clzll(exact->divisor);

	for (uint32_t i = 0; i < count; i++) {
		bounds[i] = ldexp(1, (int)(exact->first + i) - one);
		places[i] = ((int64_t)(exact->first + i) << exact->scale) - 1;
	}
}

static uint16_t count_below(const int64_t *places, uint32_t count, int64_t place)
{
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (places[middle] < place)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint16_t)low;
}

static int bind_exponential_buckets(struct binding *b)
{
	const struct boundaries *boundaries = b->metric->boundaries;
	struct exact_buckets exact = exact_buckets_of(b);
	uint32_t count = boundaries->unspecified ? exact.octaves + 1 : (uint32_t)boundaries->count;
	uint32_t fine = exact.octaves << exact.scale;
	int64_t *places = arena_alloc(b->arena, (count + 1) * sizeof(*places));
	uint16_t *merge;
	double *bounds;
	int result;

	if (!places)
		return binding_no_memory(b);
	result = alloc_merge(b, b->plan->bucket_count, count, &merge, &bounds);
	if (result)
		return result;
	if (boundaries->unspecified)
		place_octaves(&exact, count, places, bounds);
	else
		result = place_boundaries(b, &exact, places, bounds);
	for (uint32_t i = 0; i < b->plan->bucket_count; i++)
		merge[i] = count_below(places, count,
			i < fine ? ((int64_t)exact.first << exact.scale) + i
				 : (int64_t)(i - fine) << exact.scale);
	return result;
}

/* The first of the map's bounds that is not below `bound`. */
static uint32_t find_bound(const double *bounds, uint32_t count, double bound)
{
	uint32_t i = 0;

	while (i < count && bounds[i] < bound)
		i++;
	return i;
}

static int bind_explicit_buckets(struct binding *b)
{
	const struct boundaries *boundaries = b->metric->boundaries;
	const double *had = b->plan->bounds;
	uint32_t had_count = b->plan->bound_count, bucket = 0;
	uint16_t *merge;
	double *bounds;
	int result;

	if (boundaries->unspecified)
		return 0;
	result = alloc_merge(b, had_count + 1, (uint32_t)boundaries->count, &merge, &bounds);
	for (uint32_t i = 0; !result && i < boundaries->count; i++) {
		uint32_t at;

		bounds[i] = decimal_times(&boundaries->list[i].value, 1);
		at = find_bound(had, had_count, bounds[i]);
		if (at < had_count && had[at] == bounds[i]) {
			for (; bucket <= at; bucket++)
				merge[bucket] = (uint16_t)i;
		} else {
			char below[NUMBER_TEXT] = "", above[NUMBER_TEXT] = "";

			if (at)
				snprintf(below, sizeof(below), "%.15g", had[at - 1]);
			if (at < had_count)
				snprintf(above, sizeof(above), "%.15g", had[at]);
			result = boundary_fail(b, &boundaries->list[i], below, above);
		}
	}
	for (; !result && bucket <= had_count; bucket++)
		merge[bucket] = (uint16_t)boundaries->count;
	return result;
}

int bind_boundaries(struct binding *b)
{
	return b->plan->map->table.divisor ? bind_exponential_buckets(b) : bind_explicit_buckets(b);
}

static bool is_power_of_two(uint64_t value)
{
	return value && !(value & (value - 1));
}

/* NULL if the buckets are those of scale 0 in the metric's unit. */
static const char *why_not_octaves(const struct binding *b)
{
	const double *bounds = b->plan->bounds;
	uint32_t count = b->plan->bound_count, first = count && bounds[0] == 0;
	int exponent;

	if (!is_power_of_two(b->metric->factor) || !is_power_of_two(b->metric->divisor))
		return "in the metric's unit its bounds are no powers of two";
	if (first >= count || frexp(bounds[first], &exponent) != 0.5)
		return "its bounds are no powers of two";
	for (uint32_t i = first + 1; i < count; i++)
		if (bounds[i] != 2 * bounds[i - 1])
			return "its bounds are not each twice the one before";
	if (b->metric->scale_cut > EXPONENTIAL_SCALE_MAX)
		return "its scale is 0, and cannot be lowered";
	if (b->metric->max_size && b->metric->max_size < count)
		return "it has more buckets than `max_size`";
	return NULL;
}

int bind_octaves(struct binding *b)
{
	const char *why = why_not_octaves(b);

	if (why && b->metric->octaves == OCTAVES_EXPONENTIAL)
		return binding_fail(b, b->metric->position,
			"a view wants an exponential histogram, which this one cannot be exactly: "
			"%s; expected 'explicit_bucket_histogram', or 'default'",
			why);
	b->plan->octaves = !why;
	return 0;
}
