// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "otel.bpf.h"

#include <asm/ptrace.h>
#include <stdbool.h>

#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

/* BPF_USDT gives every program a parameter `ctx` that few of them use. */
#pragma clang diagnostic ignored "-Wunused-parameter"

/* The key lies on the stack, which has 512 bytes. */
#define FILE_SIZE     160
#define FUNCTION_SIZE 96

struct function {
	char file[FILE_SIZE];
	char name[FUNCTION_SIZE];
	__u32 line;
};
_Static_assert(sizeof(struct function) == FILE_SIZE + FUNCTION_SIZE + 4, "padding");

OTEL_COUNTER(python_function_entries, struct function, 4096);

SEC("usdt/python3:python:function__entry")
int BPF_USDT(function_entered, const char *file, const char *name, int line)
{
	struct function function = {.line = line};

	/* A page that is not in memory is not brought in here. */
	if (bpf_probe_read_user_str(function.file, sizeof(function.file), file) < 0 ||
		bpf_probe_read_user_str(function.name, sizeof(function.name), name) < 0)
		otel_counter_add_overflow(python_function_entries, 1);
	else
		otel_counter_add(python_function_entries, &function, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
