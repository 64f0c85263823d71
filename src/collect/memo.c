/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/memo.h"

#include <stdlib.h>
#include <string.h>

#include "base/huge.h"

enum {
	FIRST_CAPACITY = 16
};

void memos_fini(struct memos *memos)
{
	free(memos->words);
	*memos = (struct memos){.width = memos->width};
}

uint64_t *memo_words(const struct memos *memos, uint32_t memo)
{
	return memos->words + (memo - 1) * memos->width;
}

static int grow(struct memos *memos)
{
	uint32_t capacity = memos->capacity ? memos->capacity * 2 : FIRST_CAPACITY;
	uint64_t *words;

	if (capacity < memos->capacity)
		return -1;
	words = reallocarray(memos->words, capacity, memos->width * sizeof(*words));
	if (!words)
		return -1;
	huge_advise(words, capacity * memos->width * sizeof(*words));
	memos->words = words;
	memos->capacity = capacity;
	return 0;
}

uint32_t memo_new(struct memos *memos)
{
	uint32_t memo = memos->unused;

	if (memo) {
		memos->unused = (uint32_t)*memo_words(memos, memo);
	} else {
		if (memos->count == memos->capacity && grow(memos))
			return 0;
		memo = ++memos->count;
	}
	memset(memo_words(memos, memo), 0, memos->width * sizeof(uint64_t));
	return memo;
}

void memo_free(struct memos *memos, uint32_t memo)
{
	*memo_words(memos, memo) = memos->unused;
	memos->unused = memo;
}
