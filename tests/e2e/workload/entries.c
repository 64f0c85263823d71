/* SPDX-License-Identifier: Apache-2.0 */
/* A USDT probe of our own that looks like CPython's. */
#include "workload.h"

#include <stdio.h>

/* The probe as <sys/sdt.h> makes it: a note says where it is and where its arguments are. */
#ifdef __x86_64__
#define PROBE_ARGUMENTS "8@%%rdi 8@%%rsi -4@%%edx"
#else
#define PROBE_ARGUMENTS "8@x0 8@x1 -4@x2"
#endif
__attribute__((noinline)) static void enter_function(const char *file, const char *name, int line)
{
#ifdef __x86_64__
	register const char *first __asm__("rdi") = file;
	register const char *second __asm__("rsi") = name;
	register int third __asm__("edx") = line;
#else
	register const char *first __asm__("x0") = file;
	register const char *second __asm__("x1") = name;
	register int third __asm__("w2") = line;
#endif

	__asm__ volatile("1:	nop\n"
			 "	.pushsection .note.stapsdt, \"\", \"note\"\n"
			 "	.balign 4\n"
			 "	.4byte 8, 3f - 2f, 3\n"
			 "	.asciz \"stapsdt\"\n"
			 "2:	.8byte 1b, 0, 0\n"
			 "	.asciz \"python\", \"function__entry\", \"" PROBE_ARGUMENTS "\"\n"
			 "3:	.balign 4\n"
			 "	.popsection\n"
			 :
			 : "r"(first), "r"(second), "r"(third)
			 : "memory");
}

void make_entries(char **arguments)
{
	unsigned long n = number(arguments[0]), line = number(arguments[3]);
	unsigned long step = number(arguments[4]);
	const char *file = *arguments[1] ? arguments[1] : (const char *)8;

	for (unsigned long i = 0; i < n; i++)
		enter_function(file, arguments[2], (int)(line + i * step));
	printf("entries %lu\n", n);
}
