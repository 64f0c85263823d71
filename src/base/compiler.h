/* SPDX-License-Identifier: Apache-2.0 */
/* Compiler attributes used throughout. */
#pragma once

#define PRINTF_LIKE(text, first) __attribute__((__format__(__printf__, text, first)))
#define MUST_CHECK		 __attribute__((warn_unused_result))

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
