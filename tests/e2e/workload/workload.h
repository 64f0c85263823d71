/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the workload share. Nobody calls it but tests: whatever fails ends it. */
#pragma once

/* Says what went wrong, with errno's text, and exits with 1. */
void fail(const char *what) __attribute__((noreturn));

/* Says why this kernel cannot do it, and exits with 77. */
void skip(const char *why) __attribute__((noreturn));

/* Of an argument: 0 to 100000000. */
unsigned long number(const char *text);

/* What one CPU sends over loopback arrives in order. */
void stay_on_one_cpu(void);
/* Returns when what this CPU has sent so far has arrived. */
void wait_for_arrival(void);

/* Each with its own arguments, see workload.c. */
void make_timers(char **arguments);
void make_migrations(char **arguments);
void make_udp_refused(char **arguments);
void make_udp_full(char **arguments);
void make_frames(char **arguments);
void make_malloc(char **arguments);
void make_entries(char **arguments);
void make_naps(char **arguments);
