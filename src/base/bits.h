/* SPDX-License-Identifier: Apache-2.0 */
/* A bit for each of many things, in words of 64. Whoever has the words says how many there are. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BITS_WORD = 64
};

static inline size_t bits_words(size_t count)
{
	return (count + BITS_WORD - 1) / BITS_WORD;
}

static inline bool bit_get(const uint64_t *words, size_t bit)
{
	return words[bit / BITS_WORD] >> bit % BITS_WORD & 1;
}

static inline void bit_set(uint64_t *words, size_t bit)
{
	words[bit / BITS_WORD] |= UINT64_C(1) << bit % BITS_WORD;
}

static inline void bit_clear(uint64_t *words, size_t bit)
{
	words[bit / BITS_WORD] &= ~(UINT64_C(1) << bit % BITS_WORD);
}

static inline void bit_put(uint64_t *words, size_t bit, bool value)
{
	if (value)
		bit_set(words, bit);
	else
		bit_clear(words, bit);
}

/* Those bits of word `word` that are `from` or more and less than `to`. */
static inline uint64_t bits_mask(size_t word, size_t from, size_t to)
{
	size_t first = word * BITS_WORD;
	uint64_t mask = UINT64_MAX;

	if (to <= first || from >= first + BITS_WORD)
		return 0;
	if (from > first)
		mask <<= from - first;
	if (to < first + BITS_WORD)
		mask &= UINT64_MAX >> (first + BITS_WORD - to);
	return mask;
}

/* Takes the lowest bit out of a word that is not 0; its number in the word. */
static inline unsigned int bits_next(uint64_t *word)
{
	unsigned int bit = (unsigned int)__builtin_ctzll(*word);

	*word &= *word - 1;
	return bit;
}

static inline bool bits_any(const uint64_t *words, size_t from, size_t to)
{
	for (size_t i = from / BITS_WORD; i < bits_words(to); i++) {
		if (words[i] & bits_mask(i, from, to))
			return true;
	}
	return false;
}

static inline void bits_set(uint64_t *words, size_t from, size_t to)
{
	for (size_t i = from / BITS_WORD; i < bits_words(to); i++)
		words[i] |= bits_mask(i, from, to);
}
