/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "resource/sha1.h"

static const char *digest_of(const char *text, size_t length, size_t times, size_t piece)
{
	static char hex[2 * SHA1_SIZE + 1];
	unsigned char digest[SHA1_SIZE];
	struct sha1 sha1;

	sha1_init(&sha1);
	for (size_t i = 0; i < times; i++)
		for (size_t at = 0; at < length; at += piece)
			sha1_add(&sha1, text + at, length - at < piece ? length - at : piece);
	sha1_end(&sha1, digest);
	for (size_t i = 0; i < SHA1_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return hex;
}

/* RFC 3174 section 7.3, and FIPS 180 for the empty message. */
static void vectors(void **state)
{
	static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	static const char eighty[] =
		"0123456701234567012345670123456701234567012345670123456701234567";

	(void)state;
	assert_string_equal(digest_of("", 0, 1, 1), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	assert_string_equal(digest_of("abc", 3, 1, 3), "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_string_equal(
		digest_of(two_blocks, 56, 1, 56), "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	assert_string_equal(
		digest_of("a", 1, 1000000, 1), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
	assert_string_equal(
		digest_of(eighty, 64, 10, 64), "dea356a2cddd90c7a7ecedc5ebb563934f460452");
}

static void pieces_do_not_matter(void **state)
{
	char text[200], whole[2 * SHA1_SIZE + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)i;
	for (size_t length = 50; length < sizeof(text); length++) {
		snprintf(whole, sizeof(whole), "%s", digest_of(text, length, 1, length));
		assert_string_equal(digest_of(text, length, 1, 1), whole);
		assert_string_equal(digest_of(text, length, 1, 63), whole);
		assert_string_equal(digest_of(text, length, 1, 64), whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(pieces_do_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
