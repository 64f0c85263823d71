/* SPDX-License-Identifier: Apache-2.0 */
/* How features.c tries things out in the kernel. All leave nothing behind. */
#pragma once

#include "base/compiler.h"

#include <stddef.h>
#include <stdint.h>

/* Load "return 0". `attach_type` is enum bpf_attach_type (0: none), `btf_id` its target. A
 * descriptor to close, or a negative errno. */
int try_load(uint32_t program_type, uint32_t attach_type, uint32_t btf_id) MUST_CHECK;

/* 1 if programs of this kind can be loaded and attached to a target in vmlinux BTF, else 0 with
 * `detail`; -EPERM without privileges. */
int try_tracing(uint32_t attach_type, const char *const *targets, size_t target_count, char *detail,
	size_t size) MUST_CHECK;

/* 1 if the perf event source ("kprobe", "uprobe") takes a probe at `target` (config1) + `offset`
 * (config2). */
int try_perf_probe(const char *source, const char *target, uint64_t offset, char *detail,
	size_t size) MUST_CHECK;

/* A sentence from an errno. Returns 0 (not there), or -EPERM if it was only for lack of privileges.
 */
int try_failed(int code, char *detail, size_t size) MUST_CHECK;
