/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include "test.h"

/*
 * SipHash-1-3 of 00, 00 01, 00 01 02, ... under the key 00 01 .. 0f: the values that the reference
 * implementation gives with one compression and three finalisation rounds.
 */
static void test_known_values(void **state)
{
	const struct hash_seed seed = {
		UINT64_C(0x0706050403020100),
		UINT64_C(0x0f0e0d0c0b0a0908),
	};
	static const uint64_t expected[] = {
		UINT64_C(0xabac0158050fc4dc),
		UINT64_C(0xc9f49bf37d57ca93),
		UINT64_C(0x82cb9b024dc7d44d),
		UINT64_C(0x8bf80ab8e7ddf7fb),
		UINT64_C(0xcf75576088d38328),
		UINT64_C(0xdef9d52f49533b67),
		UINT64_C(0xc50d2b50c59f22a7),
		UINT64_C(0xd3927d989bb11140),
		UINT64_C(0x369095118d299a8e),
	};
	unsigned char bytes[8];

	(void)state;
	for (size_t i = 0; i < 8; i++)
		bytes[i] = (unsigned char)i;
	for (size_t length = 0; length < 9; length++)
		assert_true(hash_bytes(&seed, bytes, length) == expected[length]);
}

static void test_seeds_differ(void **state)
{
	struct hash_seed a = hash_seed_random(), b = hash_seed_random();

	(void)state;
	assert_true(a.k0 != b.k0 || a.k1 != b.k1);
	assert_true(hash_bytes(&a, "key", 3) != hash_bytes(&b, "key", 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_values),
		cmocka_unit_test(test_seeds_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
