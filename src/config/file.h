/* SPDX-License-Identifier: Apache-2.0 */
/* A whole file in memory. */
#pragma once

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"

/* Into `buf`, which is made here and needs buf_fini on success only. -EINVAL if it has more than
 * LIMIT_DEFINITION_BYTES, or what reading said. */
int file_read(const char *path, struct buf *buf, struct err *err) MUST_CHECK;
