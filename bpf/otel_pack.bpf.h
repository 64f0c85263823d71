/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The definition of a pack inside its object, which then is a pack by itself: `otelbpf NAME.bpf.o`.
 * A NAME.yaml beside the object replaces the definition in it.
 *
 *     OTEL_PACK("version: 1.0.0\n"
 *               "description: Soft interrupts.\n"
 *               "metrics:\n"
 *               "  - name: softirqs\n"
 *               ...);
 *
 * The same without a macro, from a file: llvm-objcopy --add-section .otelbpf=NAME.yaml NAME.bpf.o
 */
#pragma once

#include <bpf/bpf_helpers.h>

/* Once in an object. Nothing of it reaches the kernel. */
#define OTEL_PACK(text) static const char otel_pack_definition[] SEC(".otelbpf") = text
