/* SPDX-License-Identifier: Apache-2.0 */
/* Does this kernel have what a program wants to be attached to? Nothing is loaded and nothing
 * mounted. */
#pragma once

#include "base/compiler.h"
#include "base/err.h"
#include "probe/btf_raw.h"
#include "probe/kernel.h"

#include <stdbool.h>

/* What was read for one question may serve the next. */
struct hooks {
	struct kernel_file btf_file;
	struct btf_raw btf;
	bool btf_tried;
	int btf_result; /* of reading it */
};

void hooks_init(struct hooks *hooks);
void hooks_fini(struct hooks *hooks);

/*
 * `section` is an ELF section name as libbpf takes it ("tp_btf/sched_switch"). 0: the hook is
 * there, or this cannot be found out beforehand; -ENOTSUP: it is not, and `err` says why.
 */
int hooks_check(struct hooks *hooks, const char *section, struct err *err) MUST_CHECK;
