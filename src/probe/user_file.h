/* SPDX-License-Identifier: Apache-2.0 */
/* Programs and libraries that uprobes and USDT probes are attached to. */
#pragma once

#include "base/compiler.h"
#include "base/err.h"

#include <stddef.h>

/*
 * The file that a section names: a path, if there is a '/' in it; else a library ("libc.so.6") in
 * the folders of LD_LIBRARY_PATH and the system's, or a program in those of PATH. What is no ELF
 * file is passed over: a script may stand in PATH before the program that it starts. Reads the
 * environment. -ENOENT, -ENAMETOOLONG.
 */
int user_file_find(const char *name, char *path, size_t size, struct err *err) MUST_CHECK;

/*
 * Whether an ELF file has the USDT probe PROVIDER:NAME (the notes that <sys/sdt.h> leaves in the
 * section .note.stapsdt): 1, 0, or a negative errno if that cannot be told (not readable, not of
 * 64 bits, not whole). What the file says is not trusted.
 */
int user_file_has_usdt(const char *path, const char *provider, const char *name) MUST_CHECK;
