/* SPDX-License-Identifier: Apache-2.0 */
/* One pack from its files to its points. What goes wrong with it stays with it. */
#pragma once

#include "app/cgroup_map.h"
#include "app/facts.h"
#include "app/find.h"
#include "app/pins.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/log.h"
#include "collect/collect.h"
#include "config/definition.h"
#include "model/model.h"
#include "probe/probe.h"
#include "selfmon/selfmon.h"

struct pack {
	const char *name; /* as the user named it until the definition is read */
	struct arena arena;
	struct pack_files files;
	struct pack_definition definition;
	struct probe_choice *choices;
	struct probe *probe;
	struct pack_plan plan;
	struct collector *collector;
	struct facts facts;
	struct cgroup_map *cgroup_map; /* NULL: none */
	struct pin *pin;	       /* NULL: it is not pinned */
	const char *error_type;	       /* why it does not count; NULL: it does */
	struct log_repeat read_failures;
	uint64_t undecodable_told;
	bool missed_told;
};

/* Read the definition, open the object, bind the one to the other. No privileges needed: this is
 * all that `otelbpf check` does. On failure pack->error_type says at which stage; pack_fini is
 * needed all the same. */
int pack_open(struct pack *pack, const struct pack_request *request, struct err *err) MUST_CHECK;

/* Tell what is no error, but may surprise, one line each. After pack_open. */
void pack_each_note(const struct pack *pack, void (*tell)(const char *pack, const char *text));

/* Load into the kernel, make the metrics in `model`, attach; or go on with what is pinned. `now`:
 * UNIX ns, the start time of what is counted. `pins` may be NULL. */
int pack_start(struct pack *pack, struct model *model, struct pins *pins, uint64_t now,
	struct err *err) MUST_CHECK;

/* pack_pin.c. Load, or adopt what a run before left; pack->pin is set if the pack is pinned. */
int pack_load(struct pack *pack, struct pins *pins, struct err *err) MUST_CHECK;
/* Attach, or find that a run before did, and pin. What cannot be pinned is told and counts. */
int pack_attach(struct pack *pack, struct scope *scope, uint64_t now, struct err *err) MUST_CHECK;

/* Read its maps into the model; tells what fails, once. Returns false if something did. */
bool pack_collect(struct pack *pack);

/* pack_report.c. Ask the kernel about programs and maps: system calls. Tells, once, if the kernel
 * left out runs of a program. */
void pack_refresh(struct pack *pack);

/* Tell selfmon how the pack does, as of the last pack_refresh where it takes the kernel. */
void pack_report(const struct pack *pack, struct selfmon *selfmon);

void pack_fini(struct pack *pack);
