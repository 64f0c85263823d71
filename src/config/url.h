/* SPDX-License-Identifier: Apache-2.0 */
/* The URLs of OTLP/HTTP: scheme (http, https), host, port and path; what else there is stays as it
 * stands. */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"

#include <stdbool.h>

/*
 * `text` with an explicit path and a lower-case scheme. `path` ("v1/metrics") is appended behind
 * the path; NULL: nothing is. A fragment is dropped, and so is "user:password@" (*had_user is set:
 * it must not get into logs). -EINVAL with what is wrong and without the value, -ENOMEM.
 */
int url_parse(const char *text, const char *path, struct arena *arena, const char **url,
	bool *had_user, struct err *err) MUST_CHECK;
