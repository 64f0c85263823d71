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

/* What holds a program to its hook: several for hooks that every CPU has. */
struct links {
	struct bpf_link **list;
	size_t count;
	bool pinned; /* they go on without us */
};

struct program {
	const char *name, *section;
	const char *const *hooks; /* as sections; of which `section` is the only one by default */
	size_t hook_count;
	int choice; /* NO_CHOICE: required, or left out by the object itself ("?" section) */
	bool required;
	bool selected; /* to be loaded */
	int fd;	       /* -1 if not loaded */
	struct links links;
};

/* A choice and the candidate that is tried now. */
struct candidate {
	const struct probe_choice *choice; /* the caller's */
	size_t index;			   /* of choice->programs */
};

/* A value that replaces the object's own. */
struct constant {
	const char *name;
	const void *value;
	size_t size;
	struct constant *next;
};

/* What needs a map. */
struct map_use {
	bool read;	  /* the caller does */
	bool by_left_out; /* programs that are left out refer to it */
	bool by_others;	  /* programs that are not, functions that all may call, other maps */
	bool made;
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
	struct constant *constants; /* to be set whenever the bytes are parsed */
	struct map_info *maps;
	size_t map_count;
	struct map_use *uses; /* of each map; NULL: all are made */
	struct arena arena;
	char *verifier_log;
	const char *reuse; /* the folder that has its maps; NULL: none */
	bool loaded, attached;
};

/* A file that elf_check has passed; kernel_file_free is needed whatever the result. -EINVAL, or why
 * it cannot be read. */
int object_read(struct kernel_file *bytes, const char *file, struct err *err) MUST_CHECK;
/* Give the bytes to libbpf; the object is the caller's. -EINVAL, -ENOMEM. */
int object_parse(const struct probe *probe, struct bpf_object **object, struct err *err) MUST_CHECK;
/* object.c: the probe's file in front of a sentence. Returns `code`. */
int probe_fail(const struct probe *probe, int code, struct err *err);

struct program *probe_program(const struct probe *probe, const char *name);

/* constant.c: set the constant in libbpf's copy of .rodata. -ENOENT, -EINVAL. */
struct btf_var_secinfo;
/* Find the variable. -ENOENT with the name that may have been meant, or NULL. */
int constant_find(struct probe *probe, const char *name, const struct btf_var_secinfo **info,
	const char **near, struct err *err) MUST_CHECK;
int constant_apply(
	struct bpf_object *object, const struct constant *constant, struct err *err) MUST_CHECK;

/* map_use.c: which maps the programs that are selected now need; probe->bytes must be there.
 * -ENOMEM. */
int map_use_find(struct probe *probe, struct err *err) MUST_CHECK;
bool map_is_made(const struct probe *probe, size_t index);
/* Tell libbpf, before the object is loaded. */
int map_use_apply(const struct probe *probe, struct err *err) MUST_CHECK;

/*
 * load.c: select programs: the required ones, and of each choice the first candidate from
 * candidate->index on that has its hook. -ENOTSUP.
 */
int choose_programs(struct probe *probe, struct err *err) MUST_CHECK;

/*
 * Hooks that libbpf does not attach to by itself, or of which it says too little when there are
 * none: each is one file and one row in attach.c. `text` is what stands behind the prefix in the
 * section's name.
 */
struct attach_kind {
	const char *prefix;		    /* "xdp/" */
	uint32_t program_type, attach_type; /* enum bpf_prog_type, enum bpf_attach_type */
	/* Whether this machine has it: 0, or -ENOTSUP; -EINVAL for a text that says nothing. */
	int (*check)(const char *text, struct err *err);
	int (*attach)(const struct bpf_program *program, const char *text, struct links *links,
		struct err *err);
};
extern const struct attach_kind attach_perf_event, attach_uprobe, attach_uretprobe, attach_usdt,
	attach_xdp;
/* NULL: libbpf knows it, or nobody does. */
const struct attach_kind *attach_kind_find(const char *section);
/* The prefixes of all kinds, with ", " in between. */
void attach_kind_list(char *text, size_t size);

/* hooks.c: every hook of the program. -ENOTSUP. */
int hooks_check_program(
	struct hooks *hooks, const struct program *program, struct err *err) MUST_CHECK;

/* pin.c: before the object is loaded, tell libbpf where the maps of probe->reuse are. */
int pin_reuse(const struct probe *probe, struct err *err) MUST_CHECK;

/* attach.c: attach one program of the loaded object. `links` has none; on failure it has none
 * either. */
int attach_program(const struct probe *probe, const struct program *program, struct links *links,
	struct err *err) MUST_CHECK;
/* 0 or -ENOMEM, and then the link is destroyed. */
int links_add(struct links *links, struct bpf_link *link) MUST_CHECK;
void links_destroy(struct links *links);
