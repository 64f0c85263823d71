/* SPDX-License-Identifier: Apache-2.0 */
#include "model/exponential.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "test.h"

enum {
	ROOM = 4096
};

struct filled {
	struct exponential histogram;
	uint64_t buckets[ROOM];
};

static void empty(struct filled *filled)
{
	filled->histogram.buckets = filled->buckets;
	exponential_clear(&filled->histogram);
}

/* A value in thousandths, counted at the highest scale. */
static void record(struct filled *into, double value, uint32_t max_size, int32_t scale)
{
	uint64_t one = 1, thousandths = (uint64_t)(value * 1000);
	struct exponential observed = {
		.scale = scale,
		.bucket_count = 1,
		.sum = thousandths,
		.min = thousandths,
		.max = thousandths,
		.buckets = &one,
	};

	if (value > 0) {
		observed.offset = exponential_index(value, scale);
	} else {
		observed.bucket_count = 0;
		observed.zero_count = 1;
	}
	exponential_merge(&into->histogram, &observed, max_size);
}

static void check(const struct filled *found, int32_t scale, int32_t offset, const uint64_t *counts,
	uint32_t count)
{
	uint64_t total = found->histogram.zero_count;

	assert_int_equal(found->histogram.scale, scale);
	assert_int_equal(found->histogram.offset, offset);
	assert_int_equal(found->histogram.bucket_count, count);
	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(found->buckets[i], counts[i]);
		total += counts[i];
	}
	assert_int_equal(found->histogram.count, total);
}

static void test_index_of_all_vectors(void **state)
{
	FILE *file = fopen(SOURCE_DIR "/tests/golden/exponential/index.tsv", "r");
	unsigned int rows = 0;
	char line[256];

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		double value;
		int scale, index;

		if (*line == '#')
			continue;
		assert_int_equal(sscanf(line, "%d %la %d", &scale, &value, &index), 3);
		if (exponential_index(value, scale) != index)
			fail_msg("%a at scale %d: found %d, expected %d", value, scale,
				exponential_index(value, scale), index);
		rows++;
	}
	fclose(file);
	assert_true(rows > 400);
}

static void test_index_at_every_scale(void **state)
{
	(void)state;
	for (int32_t scale = EXPONENTIAL_SCALE_MIN; scale <= EXPONENTIAL_SCALE_MAX; scale++) {
		int32_t top = scale > 0 ? (1024 << scale) - 1 : (1024 >> -scale) - 1;
		int32_t bottom = scale > 0 ? -1022 * (1 << scale) - 1 : -1023 >> -scale;

		assert_int_equal(exponential_index(DBL_MAX, scale), top);
		assert_int_equal(exponential_index(DBL_MIN, scale), bottom);
		assert_int_equal(exponential_index(1, scale), -1);
		assert_int_equal(exponential_index(nextafter(1, 2), scale), 0);
		assert_true(isfinite(exponential_bound(scale, top)));
		assert_true(isinf(exponential_bound(scale, top + 1)));
		assert_true(exponential_bound(scale, 0) == 1);
	}
	/* Lower bounds at scale 3, as the data model has them. */
	assert_true(fabs(exponential_bound(3, 1) - 1.09051) < 5e-6);
	assert_true(fabs(exponential_bound(3, 7) - 1.83401) < 5e-6);
	assert_true(exponential_bound(3, 16) == 4);
	assert_true(exponential_bound(-4, -64) == ldexp(1, -1024));
	assert_true(exponential_bound(0, INT32_MIN) == 0);
	assert_true(isinf(exponential_bound(-10, INT32_MAX)));
}

/* What other implementations of the specification make of the same values. */
static const struct {
	uint32_t max_size;
	int32_t max_scale;
	double values[8]; /* up to the first below 0 */
	int32_t scale, offset;
	uint32_t bucket_count;
	uint64_t counts[8];
} sequences[] = {
	{4, 20, {2, 4, 1, -1}, 0, -1, 3, {1, 1, 1}},
	{4, 20, {4, 4, 4, 2, 16, 1, -1}, -1, -1, 3, {1, 4, 1}},
	{4, 20, {2, 2, 2, 1, 8, .5, -1}, -1, -1, 3, {2, 3, 1}},
	{4, 20, {2, 2, 4, 2, 8, 0.5, -1}, -1, -1, 3, {1, 4, 1}},
	{2, 20, {1, 2, 4, -1}, -1, -1, 2, {1, 2}},
	{2, 20, {1, 4, 2, -1}, -1, -1, 2, {1, 2}},
	{2, 20, {2, 1, 4, -1}, -1, -1, 2, {1, 2}},
	{2, 20, {2, 4, 1, -1}, -1, -1, 2, {1, 2}},
	{2, 20, {4, 1, 2, -1}, -1, -1, 2, {1, 2}},
	{2, 20, {4, 2, 1, -1}, -1, -1, 2, {1, 2}},
	{2, 20, {.5, 1, 2, -1}, -1, -1, 2, {2, 1}},
	{2, 20, {1, .5, 2, -1}, -1, -1, 2, {2, 1}},
	{2, 20, {2, 1, .5, -1}, -1, -1, 2, {2, 1}},
	{2, 20, {.25, .5, 1, -1}, -1, -2, 2, {1, 2}},
	{2, 20, {1, .5, .25, -1}, -1, -2, 2, {1, 2}},
	{160, 0, {.5, 1, 2, 4, 16, -1}, 0, -2, 6, {1, 1, 1, 1, 0, 1}},
	{4, 0, {4, 8, 1, 16, -1}, -1, -1, 3, {1, 1, 2}},
	{7, 0, {0, 3, 3.5, -1}, 0, 1, 1, {2}},
};

static void test_sequences(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sequences); i++) {
		struct filled found;

		empty(&found);
		for (const double *value = sequences[i].values; *value >= 0; value++)
			record(&found, *value, sequences[i].max_size, sequences[i].max_scale);
		check(&found, sequences[i].scale, sequences[i].offset, sequences[i].counts,
			sequences[i].bucket_count);
	}
}

static void test_sum_min_max_and_zero(void **state)
{
	struct filled found;

	(void)state;
	empty(&found);
	record(&found, 16, 4, 20);
	record(&found, 1, 4, 20);
	assert_int_equal(found.histogram.min, 1000);
	record(&found, 0, 4, 20);
	assert_int_equal(found.histogram.sum, 17000);
	assert_int_equal(found.histogram.min, 0);
	assert_int_equal(found.histogram.max, 16000);
	assert_int_equal(found.histogram.zero_count, 1);
	assert_int_equal(found.histogram.count, 3);
	exponential_clear(&found.histogram);
	assert_int_equal(found.histogram.count, 0);
	assert_int_equal(found.histogram.bucket_count, 0);
	assert_ptr_equal(found.histogram.buckets, found.buckets);
}

/* The whole range of doubles in 160 buckets, and as many as fit of a narrower one. */
static void test_limits(void **state)
{
	struct filled found;
	uint64_t total = 0;

	(void)state;
	empty(&found);
	for (int i = 0; i < 2; i++) {
		uint64_t one = 1;
		struct exponential observed = {
			.scale = 20,
			.offset = exponential_index(i ? DBL_MAX : ldexp(1, -1074), 20),
			.bucket_count = 1,
			.buckets = &one,
		};

		exponential_merge(&found.histogram, &observed, 160);
	}
	assert_int_equal(found.histogram.scale, -4);
	assert_int_equal(found.buckets[0], 1);
	assert_int_equal(found.buckets[found.histogram.bucket_count - 1], 1);
	assert_int_equal(found.histogram.count, 2);

	empty(&found);
	for (int i = 1; i <= 10000; i++)
		record(&found, i * (16.0 / 10000), 160, 20);
	/* From 16 / 10000 to 16 there are 13.3 powers of two: 12 buckets for each, so 8. */
	assert_int_equal(found.histogram.scale, 3);
	assert_true(found.histogram.bucket_count <= 160);
	for (uint32_t i = 0; i < found.histogram.bucket_count; i++)
		total += found.buckets[i];
	assert_int_equal(total, 10000);
}

static void fill(struct filled *filled, int32_t scale, int32_t offset, const uint64_t *counts,
	uint32_t count)
{
	empty(filled);
	filled->histogram.scale = scale;
	filled->histogram.offset = offset;
	filled->histogram.bucket_count = count;
	memcpy(filled->buckets, counts, count * sizeof(*counts));
	for (uint32_t i = 0; i < count; i++)
		filled->histogram.count += counts[i];
}

static const struct {
	int32_t offset;
	uint32_t count;
	uint64_t counts[11];
	uint32_t steps;
	int32_t to_offset;
	uint32_t to_count;
	uint64_t to_counts[6];
} downscales[] = {
	{50, 1, {7}, 4, 3, 1, {7}},
	{0, 6, {1, 2, 3, 4, 5, 6}, 0, 0, 6, {1, 2, 3, 4, 5, 6}},
	{0, 6, {1, 2, 3, 4, 5, 6}, 1, 0, 3, {3, 7, 11}},
	{0, 6, {1, 2, 3, 4, 5, 6}, 2, 0, 2, {10, 11}},
	{0, 6, {1, 2, 3, 4, 5, 6}, 3, 0, 1, {21}},
	{5, 6, {1, 2, 3, 4, 5, 6}, 1, 2, 4, {1, 5, 9, 6}},
	{7, 6, {1, 2, 3, 4, 5, 6}, 2, 1, 3, {1, 14, 6}},
	{3, 6, {1, 2, 3, 4, 5, 6}, 3, 0, 2, {15, 6}},
	{1, 3, {1, 0, 1}, 1, 0, 2, {1, 1}},
	{-1, 3, {1, 0, 3}, 1, -1, 2, {1, 3}},
	{-4, 10, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 1, -2, 5, {3, 7, 11, 15, 19}},
	{-6, 11, {3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 2, -2, 4, {4, 14, 30, 10}},
};

static void test_downscale(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(downscales); i++) {
		struct filled found;

		fill(&found, 5, downscales[i].offset, downscales[i].counts, downscales[i].count);
		exponential_downscale(&found.histogram, downscales[i].steps);
		check(&found, 5 - (int32_t)downscales[i].steps, downscales[i].to_offset,
			downscales[i].to_counts, downscales[i].to_count);
	}
}

static void test_merge(void **state)
{
	static const uint64_t ones[] = {1, 1, 1, 1}, two[] = {2, 2, 2, 2}, odd[] = {1, 2, 3, 2};
	static const uint64_t few[] = {0, 0, 5, 0, 7, 0};
	struct filled a, b;

	(void)state;
	fill(&a, 0, 0, ones, 4);
	fill(&b, 0, -4, ones, 4);
	exponential_merge(&a.histogram, &b.histogram, 4);
	check(&a, -1, -2, two, 4);

	fill(&a, 0, -3, ones, 4);
	fill(&b, 0, 0, ones, 4);
	exponential_merge(&a.histogram, &b.histogram, 4);
	check(&a, -1, -2, odd, 4);

	/* Into something empty, of which only what is used arrives; from something empty. */
	fill(&b, 3, -100, few, 6);
	empty(&a);
	exponential_merge(&a.histogram, &b.histogram, 160);
	check(&a, 3, -98, (const uint64_t[]){5, 0, 7}, 3);
	empty(&b);
	b.histogram.sum = 77; /* of an event whose bucket is not visible yet */
	exponential_merge(&a.histogram, &b.histogram, 160);
	check(&a, 3, -98, (const uint64_t[]){5, 0, 7}, 3);
	assert_int_equal(a.histogram.sum, 0);
}

/* Histograms of many scales and ranges, added in two orders. */
static void test_order_does_not_matter(void **state)
{
	struct filled parts[6], forward, backward;

	(void)state;
	srand(1);
	for (int round = 0; round < 200; round++) {
		uint32_t max_size = 2 + (uint32_t)rand() % 160;

		empty(&forward);
		empty(&backward);
		for (int i = 0; i < 6; i++) {
			uint64_t counts[50];
			uint32_t count = 1 + (uint32_t)rand() % 50;

			for (uint32_t j = 0; j < count; j++)
				counts[j] = rand() % 3 ? (uint64_t)rand() : 0;
			fill(&parts[i], rand() % 7, rand() % 2000 - 1000, counts, count);
			parts[i].histogram.min = (uint64_t)rand();
			parts[i].histogram.zero_count = (uint64_t)rand() % 2;
		}
		for (int i = 0; i < 6; i++) {
			exponential_merge(&forward.histogram, &parts[i].histogram, max_size);
			exponential_merge(&backward.histogram, &parts[5 - i].histogram, max_size);
		}
		assert_true(forward.histogram.bucket_count <= max_size);
		assert_int_equal(forward.histogram.min, backward.histogram.min);
		assert_int_equal(forward.histogram.zero_count, backward.histogram.zero_count);
		check(&forward, backward.histogram.scale, backward.histogram.offset,
			backward.buckets, backward.histogram.bucket_count);
	}
}

static void test_far_apart(void **state)
{
	static const uint64_t one[] = {1};
	struct filled a, b;

	(void)state;
	fill(&a, 20, INT32_MIN, one, 1);
	fill(&b, 20, INT32_MAX, one, 1);
	exponential_merge(&a.histogram, &b.histogram, 2);
	check(&a, 20 - 31, -1, (const uint64_t[]){1, 1}, 2);
}

/* What was read while it changed becomes possible; what is possible stays as it is. */
static void test_repair(void **state)
{
	static const struct {
		uint64_t zero_count, sum, min, max;
		uint64_t to_sum, to_min, to_max;
	} cases[] = {
		/* Scale 0, bucket (4, 8] three times and (16, 32] once, in tenths. */
		{0, 400, 41, 320, 400, 41, 320},
		{0, 280, 41, 161, 280, 41, 161},
		{0, 560, 80, 320, 560, 80, 320},
		/* An event's sum, min and max were seen, its bucket not. */
		{0, 10400, 3, 10000, 560, 41, 320},
		/* The other way round. */
		{0, 0, UINT64_MAX, 0, 280, 80, 161},
		{2, 400, UINT64_MAX, 330, 400, 0, 320},
		{2, 400, 0, 300, 400, 0, 300},
	};
	static const uint64_t counts[] = {3, 0, 1};
	struct filled found;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fill(&found, 0, 2, counts, 3);
		found.histogram.zero_count = cases[i].zero_count;
		found.histogram.count += cases[i].zero_count;
		found.histogram.sum = cases[i].sum;
		found.histogram.min = cases[i].min;
		found.histogram.max = cases[i].max;
		exponential_repair(&found.histogram, 10);
		assert_int_equal(found.histogram.sum, cases[i].to_sum);
		assert_int_equal(found.histogram.min, cases[i].to_min);
		assert_int_equal(found.histogram.max, cases[i].to_max);
	}
	empty(&found);
	found.histogram.zero_count = found.histogram.count = 5;
	found.histogram.min = found.histogram.max = 9;
	found.histogram.sum = 45;
	exponential_repair(&found.histogram, 1);
	assert_int_equal(found.histogram.min, 0);
	assert_int_equal(found.histogram.max, 0);
	assert_int_equal(found.histogram.sum, 0);
}

static void test_subtract(void **state)
{
	static const uint64_t past[] = {1, 2, 0, 4}, now[] = {9, 1, 5, 0};
	static const uint64_t less[] = {9, 0, 5, 0};
	struct filled a, b;

	(void)state;
	/* Lowered to the scale of `now`, the past is {3, 4} from 0 on. */
	fill(&a, 1, 0, past, 4);
	fill(&b, 0, -1, (const uint64_t[]){9, 4, 5, 0}, 4);
	a.histogram.sum = 10;
	b.histogram.sum = 30;
	b.histogram.zero_count = 1;
	b.histogram.count++;
	assert_true(exponential_subtract(&a.histogram, &b.histogram));
	check(&a, 0, -1, (const uint64_t[]){9, 1, 1, 0}, 4);
	assert_int_equal(a.histogram.sum, 20);
	assert_true(a.histogram.no_extremes);

	/* Less in one bucket, a narrower range, a higher scale, fewer zeros: anew. */
	fill(&a, 0, -1, now, 4);
	fill(&b, 0, -1, less, 4);
	assert_false(exponential_subtract(&a.histogram, &b.histogram));
	fill(&a, 0, -2, now, 4);
	fill(&b, 0, -1, now, 4);
	assert_false(exponential_subtract(&a.histogram, &b.histogram));
	fill(&a, 0, -1, now, 4);
	fill(&b, 1, -1, now, 4);
	assert_false(exponential_subtract(&a.histogram, &b.histogram));
	fill(&a, 0, -1, now, 4);
	fill(&b, 0, -1, now, 4);
	a.histogram.zero_count = 1;
	assert_false(exponential_subtract(&a.histogram, &b.histogram));

	/* From nothing, and nothing from nothing. */
	empty(&a);
	fill(&b, 0, -1, now, 4);
	assert_true(exponential_subtract(&a.histogram, &b.histogram));
	check(&a, 0, -1, now, 4);
	empty(&a);
	empty(&b);
	assert_true(exponential_subtract(&a.histogram, &b.histogram));
	assert_int_equal(a.histogram.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_index_of_all_vectors),
		cmocka_unit_test(test_index_at_every_scale),
		cmocka_unit_test(test_sequences),
		cmocka_unit_test(test_sum_min_max_and_zero),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_downscale),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_order_does_not_matter),
		cmocka_unit_test(test_far_apart),
		cmocka_unit_test(test_repair),
		cmocka_unit_test(test_subtract),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
