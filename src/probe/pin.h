/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A probe that goes on without its process: its maps, programs and links under names in a folder on
 * bpffs ("map:NAME", "program:NAME", "link:NAME:N").
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"
#include "base/hash.h"
#include "probe/probe.h"

#include <stdbool.h>

/*
 * What makes two probes count the same into the same maps, whatever their instructions: maps with
 * the types of their keys and values, programs with their hooks, values of constants. After the
 * constants are set, before or after loading.
 */
uint64_t probe_fingerprint(const struct probe *probe, const struct hash_seed *seed);

/* Of the object's file, to tell that its programs are not those that are pinned. Before loading. */
uint64_t probe_object_hash(const struct probe *probe, const struct hash_seed *seed);

/*
 * After probe_attach: pin all of it in the folder, which is there and has none of it. *counts is
 * false if some link cannot be pinned, and `err` says why (this kernel keeps none of perf events
 * before Linux 5.15: commit b89fbfbb854c; USDT): then only the maps are, and programs count while
 * the process runs. On failure the caller removes the folder.
 */
int probe_pin(struct probe *probe, const char *folder, bool *counts, struct err *err) MUST_CHECK;

/* In place of probe_load and probe_attach: take what is pinned in the folder. -EINVAL with the
 * reason if it is not what the object has; the probe is then as before. */
int probe_adopt(struct probe *probe, const char *folder, struct err *err) MUST_CHECK;

/* Before probe_load: use the maps that are pinned in the folder. `folder` must stay until then. */
void probe_reuse_maps(struct probe *probe, const char *folder);
