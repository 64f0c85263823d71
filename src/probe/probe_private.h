/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share about a probe. */
#pragma once

#include "base/arena.h"
#include "probe/hooks.h"
#include "probe/kernel.h"
#include "probe/probe.h"

#include <stdbool.h>
#include <stddef.h>

struct bpf_link;
struct bpf_map;
struct bpf_object;
struct bpf_program;

enum {
	NO_CHOICE = -1
};

struct program {
	const char *name, *section;
	int choice; /* NO_CHOICE: required, or left out by the object itself ("?" section) */
	bool required;
	bool selected; /* to be loaded */
	int fd;	       /* -1 if not loaded */
	struct bpf_link *link;
};

/* A choice and the candidate that is tried now. */
struct candidate {
	const struct probe_choice *choice; /* the caller's */
	size_t index;			   /* of choice->programs */
};

struct probe {
	char *file;
	char *name;		   /* of the object, for libbpf: file name without its ending */
	struct kernel_file bytes;  /* until loaded */
	struct bpf_object *object; /* until attached */
	struct program *programs;
	size_t program_count;
	struct candidate *candidates;
	size_t candidate_count;
	struct map_info *maps;
	size_t map_count;
	struct arena arena;
	char *verifier_log;
	bool loaded, attached;
};

/* Give the bytes to libbpf; the object is the caller's. -EINVAL, -ENOMEM. */
int object_parse(const struct probe *probe, struct bpf_object **object, struct err *err) MUST_CHECK;
/* object.c: the probe's file in front of a sentence. Returns `code`. */
int probe_fail(const struct probe *probe, int code, struct err *err);

struct program *probe_program(const struct probe *probe, const char *name);

/*
 * load.c: select programs: the required ones, and of each choice the first candidate from
 * candidate->index on that has its hook. -ENOTSUP.
 */
int choose_programs(struct probe *probe, struct err *err) MUST_CHECK;

/* attach.c: attach one program of the loaded object. */
int attach_program(const struct probe *probe, const struct program *program, struct bpf_link **link,
	struct err *err) MUST_CHECK;
