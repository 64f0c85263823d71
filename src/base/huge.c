/* SPDX-License-Identifier: Apache-2.0 */
#include "base/huge.h"

#include <stdint.h>
#include <sys/mman.h>

enum {
	PAGE = 2 << 20 /* of x86-64 and arm64 with pages of 4 KiB */
};

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* linux 6.1, asm-generic/mman-common.h */
#endif

void huge_advise(void *start, size_t size)
{
	char *first = (char *)start + (-(uintptr_t)start & (PAGE - 1));
	size_t whole;

	if (size < HUGE_BYTES_MIN)
		return;
	whole = (size - (size_t)(first - (char *)start)) & ~(size_t)(PAGE - 1);
	if (madvise(first, whole, MADV_HUGEPAGE))
		return;
	/* What was there before the array grew is in small pages. */
	(void)madvise(first, whole, MADV_COLLAPSE);
}
