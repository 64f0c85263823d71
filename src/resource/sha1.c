/* SPDX-License-Identifier: Apache-2.0 */
#include "resource/sha1.h"

#include <string.h>

static uint32_t rotate(uint32_t value, unsigned int bits)
{
	return value << bits | value >> (32 - bits);
}

/* RFC 3174 section 5: the function and the constant of each round. */
static uint32_t mix(unsigned int t, uint32_t b, uint32_t c, uint32_t d)
{
	if (t < 20)
		return ((b & c) | (~b & d)) + 0x5a827999;
	if (t < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (t < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void add_block(struct sha1 *sha1)
{
	const unsigned char *block = sha1->block;
	uint32_t w[80], v[5];

	for (unsigned int t = 0; t < 16; t++)
		w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
		       (uint32_t)block[4 * t + 2] << 8 | block[4 * t + 3];
	for (unsigned int t = 16; t < 80; t++)
		w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	memcpy(v, sha1->state, sizeof(v));
	for (unsigned int t = 0; t < 80; t++) {
		uint32_t next = rotate(v[0], 5) + mix(t, v[1], v[2], v[3]) + v[4] + w[t];

		v[4] = v[3];
		v[3] = v[2];
		v[2] = rotate(v[1], 30);
		v[1] = v[0];
		v[0] = next;
	}
	for (unsigned int i = 0; i < 5; i++)
		sha1->state[i] += v[i];
}

void sha1_init(struct sha1 *sha1)
{
	*sha1 = (struct sha1){
		.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}};
}

void sha1_add(struct sha1 *sha1, const void *bytes, size_t length)
{
	const unsigned char *next = bytes;

	while (length) {
		size_t used = sha1->length % SHA1_BLOCK, n = SHA1_BLOCK - used;

		if (n > length)
			n = length;
		memcpy(sha1->block + used, next, n);
		sha1->length += n;
		next += n;
		length -= n;
		if (sha1->length % SHA1_BLOCK == 0)
			add_block(sha1);
	}
}

void sha1_end(struct sha1 *sha1, unsigned char digest[SHA1_SIZE])
{
	static const unsigned char padding[SHA1_BLOCK] = {0x80};
	uint64_t bits = sha1->length * 8;
	size_t used = sha1->length % SHA1_BLOCK;
	unsigned char tail[8];

	for (unsigned int i = 0; i < 8; i++)
		tail[i] = (unsigned char)(bits >> (56 - 8 * i));
	sha1_add(sha1, padding, (used < 56 ? 56 : 120) - used);
	sha1_add(sha1, tail, sizeof(tail));
	for (unsigned int i = 0; i < SHA1_SIZE; i++)
		digest[i] = (unsigned char)(sha1->state[i / 4] >> (24 - 8 * (i % 4)));
}
