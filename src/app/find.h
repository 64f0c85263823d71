/* SPDX-License-Identifier: Apache-2.0 */
/* From what the user names to a pack's files. */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Packs that run when none is named: those whose cost nobody notices (README.md, "Packs"). */
extern const char *const default_packs[]; /* NULL at the end */

struct views;

/* A pack as somebody asked for it. */
struct pack_request {
	const char *name;	   /* or a path: see pack_find */
	const char *directory;	   /* of packs that are named by name */
	const char *hooks;	   /* "xdp/eth0,xdp/eth1": where its program of that kind is
				      attached; NULL: where the definition or the object says */
	bool ebpf_exporter;	   /* the path of a file in the dialect of ebpf_exporter */
	bool ebpf_exporter_prefix; /* metrics of that dialect are called ebpf_exporter_NAME */
	const struct views *views; /* NULL: none */
};

struct pack_files {
	const char *definition; /* NAME.yaml; NULL: there is none, look into the object */
	const char *object;	/* NAME.bpf.o beside it */
};

/* Where packs are looked for by name: `directory` if not NULL, else beside the executable (build
 * tree), else in ../lib/otelbpf/packs from it (install prefix). Strings live in `arena`. NULL with
 * err when out of memory. */
const char *pack_directory(const char *directory, struct arena *arena, struct err *err);

/*
 * The request's name is a pack's name, or the path of a definition or an object (ends in .yaml or
 * .bpf.o): the other of the two lies beside it. A definition beside an object replaces the one in
 * it. -ENOENT with what was looked for, and the nearest name there is.
 */
int pack_find(struct pack_files *files, const struct pack_request *request, struct arena *arena,
	struct err *err) MUST_CHECK;

/* The names of all packs in the directory, sorted; *count of them. -E2BIG beyond LIMIT_PACKS. */
int pack_names(const char *directory, const char *const **names, size_t *count, struct arena *arena,
	struct err *err) MUST_CHECK;

/*
 * The paths of all packs in the directory, sorted; *count of them: what pack_names finds, and
 * definitions and objects that lie in the directory itself.
 */
int pack_paths(const char *directory, const char *const **paths, size_t *count, struct arena *arena,
	struct err *err) MUST_CHECK;
