/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/* Bytes that malloc has given out, also under the address sanitizer. */
size_t memory_allocated(void);
