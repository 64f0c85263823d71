/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bpf/otel_exponential.bpf.h, run in the kernel: every bound of every scale and divisor, what is
 * next to it, and random values, each in the bucket where large integers say that it belongs.
 */
#include "test_exponential.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "bignum.h"

enum {
	EXIT_SKIP = 77,
	/* How far a bound in long double, of 64 bits, may be off. */
	AROUND = 3,
};

static const uint64_t divisors[DIVISORS] = {1, 1000, 1000000, 1000000000};

static struct bpf_object *object;
static int program;
static struct batch *batch;
static struct bignum divisor_powers[DIVISORS][SCALES];
static uint64_t checked;

/* To the power of 2^scale, for each scale. */
static void powers(struct bignum out[SCALES], uint64_t value)
{
	bignum_set(&out[0], value);
	for (int scale = 1; scale < SCALES; scale++)
		bignum_square(&out[scale], &out[scale - 1]);
}

/* value^(2^scale) compared with divisor^(2^scale) x 2^index: value / divisor with base^index. */
static int compare(const struct bignum *value, const struct bignum *divisor, int index)
{
	struct bignum shifted;

	if (index >= 0) {
		bignum_shift(&shifted, divisor, (unsigned int)index);
		return bignum_compare(value, &shifted);
	}
	bignum_shift(&shifted, value, (unsigned int)-index);
	return bignum_compare(&shifted, divisor);
}

static int octave_of_one(int d)
{
	return 64 - __builtin_clzll(divisors[d]);
}

static void check_value(uint64_t value, int only, const uint32_t found[DIVISORS][SCALES])
{
	struct bignum raised[SCALES];

	powers(raised, value);
	for (int d = 0; d < DIVISORS; d++) {
		if (only >= 0 && d != only)
			continue;
		for (int scale = 0; scale < SCALES; scale++) {
			int index = (int)found[d][scale] - (octave_of_one(d) << scale);

			checked++;
			if (compare(&raised[scale], &divisor_powers[d][scale], index) > 0 &&
				compare(&raised[scale], &divisor_powers[d][scale], index + 1) <= 0)
				continue;
			fail_msg("%llu / %llu at scale %d is not in bucket %d",
				(unsigned long long)value, (unsigned long long)divisors[d], scale,
				index);
		}
	}
}

static void check_narrow(uint32_t whole, uint32_t found)
{
	uint32_t octave = whole >> NARROW_SCALE;
	uint32_t expected = (NARROW_OCTAVES << NARROW_SCALE) + octave;

	if (octave >= NARROW_FIRST && octave < NARROW_FIRST + NARROW_OCTAVES)
		expected = whole - (NARROW_FIRST << NARROW_SCALE);
	assert_int_equal(found, expected);
}

/* Check what has gathered; `only` this divisor, or all if below 0. */
static void flush(int only)
{
	for (uint32_t i = 0; i < batch->count; i++) {
		uint64_t context = i;
		LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &context,
			.ctx_size_in = sizeof(context));

		assert_int_equal(bpf_prog_test_run_opts(program, &options), 0);
	}
	for (uint32_t i = 0; i < batch->count; i++) {
		check_value(batch->values[i], only, (const uint32_t(*)[SCALES])batch->found[i]);
		check_narrow(batch->found[i][DIVISORS - 1][NARROW_SCALE], batch->narrow[i]);
	}
	batch->count = 0;
}

static void add(uint64_t value, int only)
{
	batch->values[batch->count++] = value;
	if (batch->count == BATCH)
		flush(only);
}

/* The bounds at scale 6, which are those of all lower scales too. */
static void test_every_bound(void **state)
{
	(void)state;
	for (int d = 0; d < DIVISORS; d++) {
		unsigned int bounds = 0;

		for (int j = -octave_of_one(d) * 64;; j++) {
			long double bound = (long double)divisors[d] * exp2l(j / 64.0L);

			if (bound < 1)
				continue;
			if (bound >= 0x1p64L - AROUND)
				break;
			for (int i = -AROUND; i <= AROUND; i++) {
				if ((uint64_t)bound > AROUND || (int)bound + i > 0)
					add((uint64_t)bound + (uint64_t)i, d);
			}
			bounds++;
		}
		flush(d);
		assert_in_range(bounds, 63 * 64, 64 * 64);
	}
}

static void test_other_values(void **state)
{
	(void)state;
	for (uint64_t value = 1; value <= 2000; value++)
		add(value, -1);
	for (unsigned int power = 1; power < 64; power++) {
		for (uint64_t i = 0; i < 3; i++)
			add((UINT64_C(1) << power) + i - 1, -1);
	}
	for (uint64_t i = 0; i < 100; i++)
		add(UINT64_MAX - i, -1);
	srand(1);
	for (unsigned int i = 0; i < 10000; i++)
		add((((uint64_t)rand() << 33 ^ (uint64_t)rand() << 11 ^ (uint64_t)rand()) >>
			    rand() % 64) |
				1,
			-1);
	flush(-1);
	print_message("%llu buckets checked, none wrong\n", (unsigned long long)checked);
}

static int load(void **state)
{
	struct bpf_map *map;

	(void)state;
	object = bpf_object__open(OBJECT_FILE);
	if (!object || bpf_object__load(object))
		return -1;
	program = bpf_program__fd(bpf_object__find_program_by_name(object, "find_bucket"));
	bpf_object__for_each_map(map, object)
	{
		if (strstr(bpf_map__name(map), ".bss"))
			batch = mmap(NULL, sizeof(*batch), PROT_READ | PROT_WRITE, MAP_SHARED,
				bpf_map__fd(map), 0);
	}
	for (int d = 0; d < DIVISORS; d++)
		powers(divisor_powers[d], divisors[d]);
	return batch && batch != MAP_FAILED ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	bpf_object__close(object);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_bound),
		cmocka_unit_test(test_other_values),
	};

	if (geteuid()) {
		printf("SKIP: needs root\n");
		return EXIT_SKIP;
	}
	return cmocka_run_group_tests(tests, load, unload);
}
