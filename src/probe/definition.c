/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "probe/elf_check.h"
#include "probe/probe_private.h"

static const char section[] = ".otelbpf";

/* Several strings of C, one after the other: each but the last ends with a line, and zeros fill
 * what lies between them. A zero at any other place stays, for the parser to refuse. Returns the
 * length. */
static size_t join(char *text, size_t length)
{
	size_t joined = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] || !joined || text[joined - 1] != '\n')
			text[joined++] = text[i];
	}
	text[joined] = '\0';
	return joined;
}

static int copy_definition(const struct kernel_file *bytes, struct arena *arena, const char **text,
	size_t *length, struct err *err)
{
	const void *contents;
	char *copy;
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
	copy = arena_strndup(arena, contents, *length);
	if (!copy)
		return err_set(err, -ENOMEM, "out of memory");
	*length = join(copy, *length);
	*text = copy;
	return 0;
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
