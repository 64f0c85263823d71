/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sched_rr_get_interval: nothing else on a machine calls it. */
#pragma once

#if defined(__TARGET_ARCH_x86)
#define NUMBER 148
#else
#define NUMBER 127
#endif
