/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * N sched_rr_get_interval, which nothing else on a machine calls, out of the function that has this
 * in it, not out of one of the C library: the address that the kernel sees lies in here. Its
 * arguments are wrong.
 */
#ifdef __x86_64__
#define CALL_TIMES(n)                                                                              \
	for (unsigned long left = (n); left; left--) {                                             \
		long number = 148;                                                                 \
                                                                                                   \
		__asm__ volatile("syscall"                                                         \
				 : "+a"(number)                                                    \
				 : "D"(-1), "S"(0)                                                 \
				 : "rcx", "r11", "memory");                                        \
	}
#else
#define CALL_TIMES(n)                                                                              \
	for (unsigned long left = (n); left; left--) {                                             \
		register long pid __asm__("x0") = -1;                                              \
		register long at __asm__("x1") = 0;                                                \
		register long number __asm__("x8") = 127;                                          \
                                                                                                   \
		__asm__ volatile("svc #0" : "+r"(pid) : "r"(at), "r"(number) : "memory");          \
	}
#endif

void called_in_library(unsigned long n);
