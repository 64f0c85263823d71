/* SPDX-License-Identifier: Apache-2.0 */
#include "conservation/memory.h"

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
/* <sanitizer/allocator_interface.h>, which not every compiler installs */
size_t __sanitizer_get_current_allocated_bytes(void); /* NOLINT(bugprone-reserved-identifier) */

size_t memory_allocated(void)
{
	return __sanitizer_get_current_allocated_bytes();
}
#else
#include <malloc.h>

size_t memory_allocated(void)
{
	return mallinfo2().uordblks;
}
#endif
