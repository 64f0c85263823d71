/* SPDX-License-Identifier: Apache-2.0 */
/* The whole pipeline: packs, model, self-metrics. The only folder, with src/cli, that knows all
 * stages. */
#pragma once

#include "app/pack.h"
#include "app/retire.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "config/settings.h"
#include "model/model.h"
#include "selfmon/selfmon.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct app_options {
	const struct settings *settings;
	const struct pack_request *packs;	 /* their directory is set here */
	size_t pack_count;			 /* 0: default_packs */
	const char *pack_dir;			 /* NULL: see pack_directory() */
	bool strict;				 /* a pack that fails is fatal */
	enum temporality_preference temporality; /* app_run takes that of the settings */
	const char *pin_dir;			 /* NULL: nothing stays in the kernel */
};

struct app {
	const struct settings *settings;
	struct arena arena;
	struct resource resource;
	struct model *model;
	struct selfmon *selfmon;
	struct pins *pins; /* NULL: none */
	struct pack *packs;
	size_t pack_count;
	struct retire retire;
};

/*
 * Everything up to counting: resource, model, packs opened, loaded and attached. A pack that fails
 * is logged and left out; it is an error if all fail, or one under `strict`. app_fini is needed
 * whatever the result.
 */
int app_init(struct app *app, const struct app_options *options, struct err *err) MUST_CHECK;
void app_fini(struct app *app);

/*
 * Before the first collection, and again when the self-metrics about programs and maps are to be as
 * they are now: the kernel has to be asked for them, while a collection of slots asks for nothing.
 */
void app_refresh(struct app *app);

/* One collection, self-metrics included, at `now` (UNIX ns). Valid until the next. */
const struct snapshot *app_collect(struct app *app, uint64_t now);

/* Collect and export every interval until SIGTERM or SIGINT, then once more. 0 if it ended as
 * asked. */
int app_run(const struct app_options *options, struct err *err) MUST_CHECK;

/* Count for `duration_ns` or until SIGINT or SIGTERM, then write one collection to standard output.
 */
int app_once(const struct app_options *options, uint64_t duration_ns, bool json,
	struct err *err) MUST_CHECK;
