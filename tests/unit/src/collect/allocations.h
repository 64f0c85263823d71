/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* How often memory was asked for by what is linked into the test: the linker lets all of it come by
 * here (--wrap). */
extern unsigned int allocations;
