// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The same program; what differs is the definition. */
#include "../tasks/tasks.bpf.c"
