/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/compiler.h"

#include <stddef.h>

/*
 * Where a hierarchy of cgroups is mounted (proc(5), /proc/PID/mountinfo): that of version 2, or
 * with a `controller` the one of version 1 that has it ("memory", "name=systemd"). A mount of the
 * whole hierarchy goes before one of a part. 0, -ENOENT if there is none, or the errno of reading.
 */
int cgroup_mount_find(
	const char *mountinfo, const char *controller, char *path, size_t size) MUST_CHECK;
