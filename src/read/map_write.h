/* SPDX-License-Identifier: Apache-2.0 */
/* The few maps that programs read and we write. */
#pragma once

#include "base/compiler.h"

/* 0, or a negative errno: -E2BIG when the map is full. */
int map_put(int fd, const void *key, const void *value) MUST_CHECK;
/* 0 also if it is not there. */
int map_remove(int fd, const void *key) MUST_CHECK;
