/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "probe/elf_check.h"
#include "probe/probe_private.h"

static const char section[] = ".otelbpf";

static int copy_definition(const struct kernel_file *bytes, struct arena *arena, const char **text,
	size_t *length, struct err *err)
{
	const void *contents;
	int rc = elf_section(bytes->bytes, bytes->size, section, &contents, length, err);

	if (rc == -ENOENT)
		return err_set(err, -ENODATA,
			"it has no definition in it (OTEL_PACK in otel_pack.bpf.h), and there is "
			"none beside it");
	if (rc < 0)
		return rc;
	if (*length > LIMIT_DEFINITION_BYTES)
		return err_set(err, -EINVAL, "its section %s has %zu bytes, expected at most %d",
			section, *length, LIMIT_DEFINITION_BYTES);
	if (*length && !((const char *)contents)[*length - 1])
		--*length; /* the end of a string in C */
	*text = arena_strndup(arena, contents, *length);
	return *text ? 0 : err_set(err, -ENOMEM, "out of memory");
}

int probe_definition(
	const char *file, struct arena *arena, const char **text, size_t *length, struct err *err)
{
	struct kernel_file bytes;
	int rc = object_read(&bytes, file, err);

	if (rc == 0)
		rc = copy_definition(&bytes, arena, text, length, err);
	kernel_file_free(&bytes);
	return rc < 0 ? err_prefix(err, rc, "%s: ", file) : 0;
}
