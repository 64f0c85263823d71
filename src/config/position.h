/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* Where something stands, for messages about it: "FILE:LINE:COLUMN: ...". Columns count characters.
 */
struct position {
	uint32_t line, column; /* both from 1; 0 if unknown */
};
