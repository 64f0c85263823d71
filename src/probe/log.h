/* SPDX-License-Identifier: Apache-2.0 */
/* libbpf's messages: passed on one level lower, and kept where they say what an error code does
 * not. */
#pragma once

/* Listen (also without a callback of the user's) and forget what was kept. Before each call that
 * may fail. */
void probe_log_begin(void);

/* The last warning since then, one line without "libbpf: "; "" if there was none. Valid until the
 * next call. */
const char *probe_log_warning(void);

/* The program that the last warning about a program named; "" if there was none. */
const char *probe_log_program(void);
