/* SPDX-License-Identifier: Apache-2.0 */
/* Large arrays in huge pages: going through hundreds of megabytes costs much less then. */
#pragma once

#include <stddef.h>

/*
 * Advice for the `size` bytes at `start`, from malloc() or the like: what is smaller than
 * HUGE_BYTES_MIN is left alone, so that nothing grows by what fills a page up. Calls the system;
 * what the kernel says does not matter.
 */
void huge_advise(void *start, size_t size);

enum {
	HUGE_BYTES_MIN = 8 << 20
};
