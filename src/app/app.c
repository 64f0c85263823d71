/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "app/post_attach.h"
#include "app/version.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "resource/resource.h"

static struct attr to_attribute(const struct pair *pair)
{
	int64_t number = 0;

	switch (pair->type) {
	case PAIR_INTEGER:
		/* The parser knows that it is one. */
		if (str_to_s64(pair->value, &number) == 0)
			return attr_int(pair->key, number);
		break;
	case PAIR_BOOLEAN:
		return attr_bool(pair->key, strcmp(pair->value, "true") == 0);
	case PAIR_TEXT:
		break;
	}
	return attr_string(pair->key, pair->value);
}

static int make_resource(struct app *app, struct err *err)
{
	const struct settings *settings = app->settings;
	struct attr *attrs = arena_alloc(
		&app->arena, (settings->resource_count + 1) * sizeof(*attrs));
	struct resource_input input = {
		.version = OTELBPF_VERSION,
		.service_name = settings->service_name,
		.attrs = attrs,
		.attr_count = settings->resource_count,
		.root = "",
	};

	if (!attrs)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < settings->resource_count; i++)
		attrs[i] = to_attribute(&settings->resource[i]);
	return resource_detect(&app->resource, &input, &app->arena, err);
}

static void tell_failure(const struct pack *pack, const struct err *err)
{
	const char *log = pack->probe ? probe_verifier_log(pack->probe) : "";
	const char *line = err->text, *end;

	/* Definitions report one mistake per line. */
	for (; (end = strchr(line, '\n')); line = end + 1)
		log_error("pack %s: %.*s", pack->name, (int)(end - line), line);
	log_error("pack %s: %s", pack->name, line);
	for (; *log; log = *end ? end + 1 : end) {
		end = strchrnul(log, '\n');
		log_error("pack %s: verifier: %.*s", pack->name, (int)(end - log), log);
	}
}

static void tell_note(const char *pack, const char *text)
{
	log_warn("pack %s: %s", pack, text);
}

static bool named_before(const struct app *app, const char *name)
{
	for (size_t i = 0; i < app->pack_count; i++) {
		if (!strcmp(app->packs[i].name, name))
			return true;
	}
	return false;
}

/* Open and start the pack, or tell why not. */
static bool start_pack(struct app *app, struct pack *pack, const struct pack_request *request)
{
	struct err err = {0};
	int result;

	result = pack_open(pack, request, &err);
	if (!result)
		pack_each_note(pack, tell_note);
	if (!result && !pack->definition.metric_count) {
		log_info("pack %s: views leave none of its metrics; it is not loaded", pack->name);
		pack->error_type = "dropped";
		return true;
	}
	if (!result)
		result = pack_start(pack, app->model, app->pins, clock_realtime_ns(), &err);
	/* libbpf parsed the kernel's BTF, some megabytes: give them back before the next pack. */
	malloc_trim(0);
	if (!result)
		return true;
	tell_failure(pack, &err);
	return false;
}

static int start_packs(struct app *app, const struct app_options *options, struct err *err)
{
	size_t count = options->pack_count, started = 0;
	const char *directory;

	if (!count)
		while (default_packs[count])
			count++;
	directory = pack_directory(options->pack_dir, &app->arena, err);
	if (!directory)
		return -ENOENT;
	app->packs = arena_alloc(&app->arena, count * sizeof(*app->packs));
	if (!app->packs)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < count; i++) {
		struct pack_request request = {0};

		if (options->pack_count)
			request = options->packs[i];
		else
			request.name = default_packs[i];
		request.directory = directory;
		request.views = &app->settings->views;
		request.ebpf_exporter_prefix |= app->settings->ebpf_exporter_prefix;
		if (named_before(app, request.name))
			continue;
		app->pack_count++;
		started += start_pack(app, &app->packs[app->pack_count - 1], &request);
	}
	post_attach_mark();
	if (started == app->pack_count)
		return 0;
	if (options->strict)
		return err_set(err, -EINVAL,
			"%zu of %zu packs failed, which --strict does not allow",
			app->pack_count - started, app->pack_count);
	if (!started)
		return err_set(err, -EINVAL, "none of the packs could be started");
	return 0;
}

int app_init(struct app *app, const struct app_options *options, struct err *err)
{
	int result;

	*app = (struct app){.settings = options->settings};
	result = make_resource(app, err);
	if (result)
		return result;
	app->model = model_new(&app->resource);
	if (!app->model)
		return err_set(err, -ENOMEM, "out of memory");
	model_set_temporality(app->model, options->temporality);
	if (options->pin_dir) {
		result = pins_open(&app->pins, options->pin_dir, options->temporality, err);
		if (result)
			return result;
		model_resume(app->model, pins_time(app->pins));
	}
	result = start_packs(app, options, err);
	/* Its scope is the last: who reads a collection looks for the packs. */
	if (!result)
		result = selfmon_new(
			&app->selfmon, app->model, OTELBPF_VERSION, clock_realtime_ns(), err);
	if (!result)
		result = retire_init(&app->retire, app->packs, app->pack_count, err);
	return result;
}

void app_fini(struct app *app)
{
	retire_fini(&app->retire);
	for (size_t i = 0; i < app->pack_count; i++)
		pack_fini(&app->packs[i]);
	pins_close(app->pins);
	selfmon_free(app->selfmon);
	model_free(app->model);
	arena_fini(&app->arena);
}

void app_refresh(struct app *app)
{
	for (size_t i = 0; i < app->pack_count; i++)
		pack_refresh(&app->packs[i]);
}

const struct snapshot *app_collect(struct app *app, uint64_t now)
{
	uint64_t begun = clock_monotonic_ns();
	const struct snapshot *snapshot;
	bool all_read = true;

	model_begin(app->model, now);
	for (size_t i = 0; i < app->pack_count; i++)
		all_read &= pack_collect(&app->packs[i]);
	retire_run(&app->retire, app->packs, app->pack_count, begun);
	for (size_t i = 0; i < app->pack_count; i++)
		pack_report(&app->packs[i], app->selfmon);
	/* Its own duration can only be told by the next collection. */
	selfmon_write(app->selfmon);
	snapshot = model_end(app->model);
	if (app->pins)
		pins_commit(app->pins, snapshot);
	selfmon_collected(app->selfmon, clock_monotonic_ns() - begun, all_read ? NULL : "read");
	return snapshot;
}
