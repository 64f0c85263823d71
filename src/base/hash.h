/* SPDX-License-Identifier: Apache-2.0 */
/* Hashing for tables whose keys come from outside: seeded, so that nobody can choose collisions. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct hash_seed {
	uint64_t k0, k1;
};

/* From the kernel's random source. */
struct hash_seed hash_seed_random(void);

/* SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF"). */
uint64_t hash_bytes(const struct hash_seed *seed, const void *bytes, size_t length);
