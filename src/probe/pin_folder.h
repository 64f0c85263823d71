/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders on bpffs. Whatever otelbpf makes there, in this and every other version, has a name of
 * the form KIND:NAME, KIND being lower-case letters. So it can be told from what others put there.
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Make the folder, if there is none, in one that is there, and open it. -ENOTSUP if that is not on
 * bpffs. A descriptor to close, or a negative errno. */
int pin_folder_open(const char *path, struct err *err) MUST_CHECK;

/* The same, and keep others out for as long as the descriptor is open. -EBUSY if
 * somebody has it already, who is named. *made: there was none. */
int pin_folder_take(const char *path, bool *made, struct err *err) MUST_CHECK;
/* Whether somebody has it. */
bool pin_folder_is_taken(const char *path);
/* Who: a process id, or 0 if nobody has it, or a process that cannot be seen from here. */
uint32_t pin_folder_owner(const char *path);

/* "PATH/KIND:NAME"; characters that bpffs does not take, as a dot, are written as %XX.
 * -ENAMETOOLONG.
 */
int pin_path(
	char *path, size_t size, const char *folder, const char *kind, const char *name) MUST_CHECK;
/* The name that pin_path wrote behind "KIND:"; false if `entry` is of another kind, or too long. */
bool pin_name(const char *entry, const char *kind, char *name, size_t size);

/* Call `each` for every entry; stops at the first result that is not 0, and returns it. */
int pin_folder_each(const char *path, int (*each)(void *context, const char *entry), void *context,
	struct err *err) MUST_CHECK;

/* Remove what otelbpf made in the folder: *removed of it. *left counts what is of others, and
 * stays.
 */
int pin_folder_clear(const char *path, size_t *removed, size_t *left, struct err *err) MUST_CHECK;
/* And then the folder, if nothing is left; or what has its name, if that is no folder. */
int pin_folder_remove(const char *path, struct err *err) MUST_CHECK;
