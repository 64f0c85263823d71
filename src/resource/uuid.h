/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 9562. */
#pragma once

#include "base/compiler.h"

enum {
	UUID_TEXT = 37
}; /* with its NUL */

/* Version 5 of `name` in the namespace that the service conventions give to service.instance.id. */
void uuid_v5(const char *name, char text[UUID_TEXT]);
/* Version 4 of random bytes. */
void uuid_v4(const unsigned char random[16], char text[UUID_TEXT]);
