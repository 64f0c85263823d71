/* SPDX-License-Identifier: Apache-2.0 */
/* A BPF object: open, load, attach. The only folder besides src/read that knows libbpf. */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "read/map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct probe;

enum probe_log_level {
	PROBE_LOG_WARN,
	PROBE_LOG_INFO,
	PROBE_LOG_DEBUG,
};
/* Where libbpf's own messages go; one line each, no line break. NULL: nowhere. */
typedef void probe_log_callback(enum probe_log_level level, const char *text);
void probe_set_log(probe_log_callback *callback);

/* Programs of which one is enough: the first that this kernel accepts is loaded and attached, the
 * others are left out. Programs in no choice are required, except in sections that begin with "?":
 * those are left out. */
struct probe_choice {
	const char *const *programs;
	size_t program_count;
	const char *place; /* "FILE:LINE:COLUMN", for messages; NULL: unknown */
};

/*
 * Open and check the object; needs no privileges. `choices` is borrowed until probe_attach returns.
 * -ENOENT: no such file; -EINVAL: not a BPF object, truncated, wrong machine, a choice names no
 * program of it.
 */
int probe_open(struct probe **probe, const char *file, const struct probe_choice *choices,
	size_t choice_count, struct err *err) MUST_CHECK;

/*
 * The pack definition that an object has in itself (bpf/otel_pack.bpf.h): its texts, one after the
 * other, without the NULs behind them, not checked further, in `arena`. -ENOENT if there is no such
 * file, -ENODATA if the object has no definition, -EINVAL as for probe_open.
 */
int probe_definition(const char *file, struct arena *arena, const char **text, size_t *length,
	struct err *err) MUST_CHECK;

/* Detach, unload, free. Accepts NULL. */
void probe_free(struct probe *probe);

/*
 * Give a constant of the object (`const volatile`, in .rodata) its value, before probe_load.
 * -ENOENT if the object has none of that name, -EINVAL if it does not have that size.
 */
int probe_set_constant(struct probe *probe, const char *name, const void *value, size_t size,
	struct err *err) MUST_CHECK;

/*
 * The same from the text of a definition, as the constant's type wants it: integers in their range,
 * true and false, a name of an enum, text for arrays of char. `quoted`: it is text, whatever it
 * looks like. -ENOENT, -EINVAL with what was found and expected.
 */
int probe_set_constant_text(struct probe *probe, const char *name, const char *text, bool quoted,
	struct err *err) MUST_CHECK;

/*
 * Attach a program elsewhere than its section says, before probe_load: to all `hooks`, which are
 * section names of the same kind ("xdp/eth0"; "usdt/FILE:PROVIDER:NAME"). Copied. -ENOENT if the
 * object has no such program, -EINVAL if it is of a kind that has one place only, or a hook is not
 * of its kind or says nothing.
 */
int probe_set_hooks(struct probe *probe, const char *program, const char *const *hooks,
	size_t count, struct err *err) MUST_CHECK;

/* Whether `hook` begins like one of a kind that probe_set_hooks takes. */
bool probe_hook_is_known(const char *hook);

/*
 * The object's only program whose section is of the same kind as `hook`. -ENOENT if there is none,
 * -EINVAL if there are several.
 */
int probe_program_for_hook(const struct probe *probe, const char *hook, const char **program,
	struct err *err) MUST_CHECK;

/*
 * The address of a symbol of the running kernel. -ENOENT if there is none (data has no symbols
 * without CONFIG_KALLSYMS_ALL), -EPERM if the kernel hides addresses from this process.
 */
int probe_kernel_address(const char *symbol, uint64_t *address, struct err *err) MUST_CHECK;

/*
 * Before probe_load or probe_adopt: make no map to which only programs refer that are left out.
 * Those in `read`, names of maps, are made all the same. -ENOMEM.
 */
int probe_spare_maps(
	struct probe *probe, const char *const *read, size_t count, struct err *err) MUST_CHECK;

/* Load into the kernel. -EPERM without privileges, -ENOTSUP when the kernel lacks BTF or a hook; if
 * the verifier refuses a program, `err` names it and probe_verifier_log() has its log. */
int probe_load(struct probe *probe, struct err *err) MUST_CHECK;
const char *probe_verifier_log(const struct probe *probe); /* "" if there is none */

/* Attach all programs; all or nothing. */
int probe_attach(struct probe *probe, struct err *err) MUST_CHECK;

/* Maps of the object, internal ones (.rodata, .bss) left out; fds are valid after probe_load, -1
 * of maps that probe_spare_maps has spared. NULL if there is no such map. */
const struct map_info *probe_map(const struct probe *probe, const char *name);
size_t probe_map_count(const struct probe *probe);
const struct map_info *probe_map_at(const struct probe *probe, size_t index);

/* The kernel memory that the map takes as the kernel counts it ("memlock" of its fdinfo); 0 if
 * unknown. */
uint64_t probe_map_bytes(const struct map_info *map);

struct program_info {
	const char *name;
	const char *section;
	bool loaded, attached;
	uint32_t id;
	bool has_stats; /* the kernel measures (kernel.bpf_stats_enabled) */
	uint64_t run_count;
	uint64_t run_time_ns;
	/* Runs that the kernel left out because the program was running on the CPU already: events
	 * that were not counted. Always known from 5.12: commit 9ed9e9ba2337. */
	uint64_t missed;
};
size_t probe_program_count(const struct probe *probe);
/* State now; asks the kernel. */
void probe_program_info(const struct probe *probe, size_t index, struct program_info *info);

/* Whether this kernel can run the probe's programs, without loading: every required program, and
 * one of each choice, has its hook here. 0, or -ENOTSUP with `err` saying which hook of which
 * program is missing. */
int probe_check_hooks(struct probe *probe, struct err *err) MUST_CHECK;

/* What this kernel offers, for `otelbpf features`; each is tried, not guessed from a version. */
struct feature {
	const char *name;
	const char *what; /* one line: what needs it */
	/* 1 there, 0 not there, negative errno: could not be tried (-EPERM without root). `detail`
	 * may stay "". */
	int (*test)(char *detail, size_t size);
};
const struct feature *probe_features(size_t *count);
