/* SPDX-License-Identifier: Apache-2.0 */
#include "app/post_attach.h"

/* Visible, so that its name is left when symbols are stripped. */
__attribute__((noinline, visibility("default"))) void post_attach_mark(void)
{
	__asm__ volatile("");
}
