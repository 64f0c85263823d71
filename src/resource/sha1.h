/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-1 (RFC 3174), which UUID version 5 is defined by. Not for anything that needs security. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
	SHA1_SIZE = 20,
	SHA1_BLOCK = 64
};

struct sha1 {
	uint32_t state[5];
	uint64_t length; /* bytes added */
	unsigned char block[SHA1_BLOCK];
};

void sha1_init(struct sha1 *sha1);
void sha1_add(struct sha1 *sha1, const void *bytes, size_t length);
void sha1_end(struct sha1 *sha1, unsigned char digest[SHA1_SIZE]);
