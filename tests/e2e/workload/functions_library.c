/* SPDX-License-Identifier: Apache-2.0 */
#include "functions.h"

__attribute__((visibility("default"))) void called_in_library(unsigned long n)
{
	CALL_TIMES(n);
}
