/* SPDX-License-Identifier: Apache-2.0 */
/* The schedule: when is collected, when exported, and how it ends. */
#include "app/app.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/output.h"
#include "app/version.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/loop.h"
#include "otlp/exporter.h"

struct run {
	struct app app;
	const struct settings *settings;
	struct loop *loop;
	struct exporter *exporter; /* NULL: console */
	struct loop_timer tick;
	uint64_t next;	  /* collection, CLOCK_MONOTONIC ns */
	uint64_t refresh; /* of what the kernel has to be asked for, likewise */
	bool overdue;	  /* it was due while an export was under way */
	bool stopping, final_collected;
	uint64_t stop_deadline;
	struct log_repeat failures;
};

/* Export timeout 0 means no limit, but a stop must end: the default of OTEL_METRIC_EXPORT_TIMEOUT.
 */
#define LONGEST_STOP (30 * NSEC_PER_SEC)

/* How old that may become, if intervals are not longer. */
#define REFRESH (60 * NSEC_PER_SEC)

static const int stop_signals[] = {SIGTERM, SIGINT, 0};

static void log_result(struct run *run, const struct export_result *result)
{
	if (result->error_type) {
		log_debug("export failed: %s, %u requests, %u attempts", result->error_type,
			result->requests, result->attempts);
		log_repeat_failure(&run->failures, result->error_type, result->error);
		return;
	}
	log_repeat_success(&run->failures, "the receiver accepts metrics");
	if (result->error[0])
		log_warn("%s", result->error);
	log_debug("exported %" PRIu64 " points in %u requests, %.1f ms", result->exported,
		result->requests, (double)result->duration_ns / 1e6);
}

/* A request whose outcome is not known matters only to deltas. */
static bool insists(const struct settings *settings)
{
	return settings->temporality != TEMPORALITY_KIND_CUMULATIVE;
}

static void collect_and_export(struct run *run);

static void finish(struct run *run)
{
	if (!run->final_collected)
		collect_and_export(run);
	else
		loop_stop(run->loop);
}

/* Whether the receiver has what the last snapshot carried is not known: whatever is sent now might
 * be counted twice. */
static void stop_unresolved(struct run *run, uint64_t points)
{
	if (run->app.pins)
		log_warn("%" PRIu64 " points may or may not have been accepted; the next start "
			 "sends them again and goes on from there",
			points);
	else
		log_warn("%" PRIu64
			 " points may or may not have been accepted; they and what was counted "
			 "since are not sent again",
			points);
	loop_stop(run->loop);
}

static const char *fate_of_undelivered(const struct app *app)
{
	size_t packs = 0, kept = 0;

	for (size_t i = 0; i < app->pack_count; i++) {
		const struct pack *pack = &app->packs[i];

		packs += !pack->error_type;
		kept += !pack->error_type && pack->pin && pin_keeps(pack->pin);
	}
	if (!kept)
		return "is lost";
	return kept == packs ? "is kept for the next start"
			     : "is kept for the next start, but for packs that are not pinned";
}

static void on_acknowledged(
	void *context, const struct snapshot_place *from, const struct snapshot_place *to)
{
	struct run *run = context;

	model_acknowledge(run->app.model, from, to);
	if (run->app.pins)
		pins_acknowledged(run->app.pins, from, to);
}

static void on_sending(void *context, const struct export_request *request)
{
	struct run *run = context;
	const struct pins_request kept = {
		.bytes = request->bytes,
		.length = request->length,
		.points = request->points,
		.from = request->from,
		.to = request->to,
	};

	if (run->app.pins)
		pins_sending(run->app.pins, &kept);
}

/* What the process before had sent. Only then may anything else be. */
static void on_resent(void *context, const struct export_result *result)
{
	struct run *run = context;

	log_result(run, result);
	if (!result->failed)
		pins_resolved(run->app.pins);
	if (run->stopping && result->unresolved)
		stop_unresolved(run, result->unresolved);
	else if (run->stopping)
		finish(run);
	else if (run->overdue)
		collect_and_export(run);
}

static int resend(struct run *run, struct err *err)
{
	struct pins_request kept;
	struct export_request request;
	int result;

	if (!run->exporter || !run->app.pins || !insists(run->settings) ||
		!pins_unresolved(run->app.pins, &kept))
		return 0;
	request = (struct export_request){
		.bytes = kept.bytes, .length = kept.length, .points = kept.points};
	log_info("%" PRIu64 " points of the process before may or may not have been accepted: "
		 "sending them again",
		kept.points);
	result = exporter_resend(run->exporter, &request, on_resent, run);
	return result ? err_set(err, result, "what the process before had sent: %s",
				strerror(-result))
		      : 0;
}

/* Between an export and the next collection, where there is time. */
static void refresh(struct run *run)
{
	uint64_t now = clock_monotonic_ns();

	if (now < run->refresh)
		return;
	run->refresh = now + REFRESH;
	app_refresh(&run->app);
}

static void on_exported(void *context, const struct export_result *result)
{
	struct run *run = context;
	struct selfmon_export told = {
		.exported = result->exported,
		.rejected = result->rejected,
		.failed = result->failed,
		.duration_ns = result->duration_ns,
		.http_status = result->http_status,
		.error_type = result->error_type,
	};

	selfmon_exported(run->app.selfmon, &told);
	log_result(run, result);
	if (run->stopping && result->unresolved) {
		stop_unresolved(run, result->unresolved);
		return;
	}
	if (run->final_collected && result->failed)
		log_warn("the last collection %s: %" PRIu64 " points were not delivered",
			fate_of_undelivered(&run->app), result->failed);
	if (run->stopping)
		finish(run);
	else if (run->overdue)
		collect_and_export(run);
	else
		refresh(run);
}

static void export(struct run *run, const struct snapshot *snapshot)
{
	uint64_t now = clock_monotonic_ns();
	uint64_t deadline = deadline_after(now, run->settings->export_timeout_ns);
	int result;

	if (!run->exporter) {
		output_console(snapshot);
		/* Nobody could know more about it. */
		model_acknowledge(run->app.model, &(struct snapshot_place){0},
			&(struct snapshot_place){.scope = snapshot->scope_count});
		if (run->stopping)
			loop_stop(run->loop);
		else
			refresh(run);
		return;
	}
	if (run->stopping && run->stop_deadline < deadline)
		deadline = run->stop_deadline;
	result = exporter_export(run->exporter, snapshot, deadline, on_exported, run);
	if (result) {
		log_error("cannot export: %s", strerror(-result));
		if (run->stopping)
			loop_stop(run->loop);
	} else if (run->stopping) {
		exporter_hurry(run->exporter, run->stop_deadline);
	}
}

static void collect_and_export(struct run *run)
{
	run->overdue = false;
	run->final_collected = run->stopping;
	if (run->stopping)
		app_refresh(&run->app);
	export(run, app_collect(&run->app, clock_realtime_ns()));
}

/* The model must not change under an export. One that insists on an outcome may take long. */
static void wait_for_export(struct run *run)
{
	char text[512];

	run->overdue = true;
	if (exporter_trouble(run->exporter, text, sizeof(text)))
		log_repeat_failure(&run->failures, "unresolved", text);
}

/* Intervals are from start to start (metrics SDK, periodic exporting MetricReader). */
static void on_tick(void *context)
{
	struct run *run = context;
	uint64_t now = loop_now(run->loop), interval = run->settings->interval_ns;

	run->next += interval;
	if (run->next <= now)
		run->next = now + interval;
	loop_timer_set(&run->tick, run->next);
	if (run->exporter && exporter_busy(run->exporter))
		wait_for_export(run);
	else
		collect_and_export(run);
}

static void on_signal(void *context, int number)
{
	struct run *run = context;
	uint64_t now = loop_now(run->loop), timeout = run->settings->export_timeout_ns;

	if (run->stopping) {
		log_warn("%s again: stopping without waiting for the receiver", strsignal(number));
		loop_stop(run->loop);
		return;
	}
	log_info("%s: stopping", strsignal(number));
	run->stopping = true;
	if (timeout > LONGEST_STOP)
		timeout = LONGEST_STOP;
	run->stop_deadline = deadline_after(now, timeout);
	loop_timer_clear(&run->tick);
	/* The last collection needs its part of the time that there is for both. */
	if (run->exporter && exporter_busy(run->exporter))
		exporter_hurry(run->exporter, deadline_after(now, timeout / 2));
	else
		finish(run);
}

static int make_exporter(struct run *run, struct err *err)
{
	const struct settings *settings = run->settings;
	struct otlp_header headers[LIMIT_HEADERS];
	struct exporter_options options = {
		.url = settings->url,
		.headers = headers,
		.gzip = settings->gzip,
		.tls = {settings->ca_file, settings->cert_file, settings->key_file},
		.request_timeout_ns = settings->request_timeout_ns,
		.user_agent = "otelbpf/" OTELBPF_VERSION " OTel-OTLP-Exporter-C/" OTELBPF_VERSION,
		.random_seed = clock_realtime_ns() ^ (uint64_t)getpid(),
		.insist = insists(settings),
		.acknowledged = on_acknowledged,
		.sending = insists(settings) ? on_sending : NULL,
		.acknowledged_context = run,
	};
	int result;

	if (settings->exporter != EXPORTER_OTLP)
		return 0;
	for (; options.header_count < settings->header_count; options.header_count++)
		headers[options.header_count] = (struct otlp_header){
			.name = settings->headers[options.header_count].key,
			.value = settings->headers[options.header_count].value,
		};
	result = exporter_new(&run->exporter, run->loop, &options, err);
	if (result)
		return result;
	return selfmon_set_exporter(run->app.selfmon, "otlp_http_metric_exporter",
		exporter_server_address(run->exporter), exporter_server_port(run->exporter), err);
}

static void log_ready(const struct run *run)
{
	char packs[512] = "";
	size_t used = 0;

	for (size_t i = 0; i < run->app.pack_count && used < sizeof(packs) - 1; i++) {
		if (!run->app.packs[i].error_type)
			used += (size_t)snprintf(
				packs + used, sizeof(packs) - used, " %s", run->app.packs[i].name);
	}
	log_info("ready: counting%s; every %g s to %s", packs,
		(double)run->settings->interval_ns / (double)NSEC_PER_SEC,
		run->exporter ? run->settings->url : "standard output");
}

/* Without an exporter nothing is counted either: a kernel without our programs is the cheapest. */
static int run_disabled(struct run *run, struct err *err)
{
	log_info("ready: metrics are switched off (OTEL_SDK_DISABLED or "
		 "OTEL_METRICS_EXPORTER=none); "
		 "waiting for SIGTERM");
	run->final_collected = true;
	return loop_run(run->loop, err);
}

static enum temporality_preference temporality(const struct settings *settings)
{
	static const enum temporality_preference preferences[] = {
		[TEMPORALITY_KIND_CUMULATIVE] = PREFER_CUMULATIVE,
		[TEMPORALITY_KIND_DELTA] = PREFER_DELTA,
		[TEMPORALITY_KIND_LOWMEMORY] = PREFER_LOWMEMORY,
	};

	/* The variable is the OTLP exporter's; what people read on a terminal are totals. */
	return settings->exporter == EXPORTER_OTLP ? preferences[settings->temporality]
						   : PREFER_CUMULATIVE;
}

static int run_enabled(struct run *run, const struct app_options *given, struct err *err)
{
	struct app_options options = *given;
	int result;

	options.temporality = temporality(run->settings);
	result = app_init(&run->app, &options, err);
	if (!result)
		result = make_exporter(run, err);
	if (!result)
		result = resend(run, err);
	if (!result) {
		refresh(run);
		log_ready(run);
		loop_timer_init(&run->tick, run->loop, on_tick, run);
		run->next = clock_monotonic_ns() + run->settings->interval_ns;
		loop_timer_set(&run->tick, run->next);
		result = loop_run(run->loop, err);
	}
	exporter_free(run->exporter);
	app_fini(&run->app);
	return result;
}

int app_run(const struct app_options *options, struct err *err)
{
	const struct settings *settings = options->settings;
	struct run run = {.settings = settings};
	int result;

	run.loop = loop_new(err);
	if (!run.loop)
		return -ENOMEM;
	result = loop_add_signals(run.loop, stop_signals, on_signal, &run, err);
	if (!result && (settings->sdk_disabled || settings->exporter == EXPORTER_NONE))
		result = run_disabled(&run, err);
	else if (!result)
		result = run_enabled(&run, options, err);
	loop_free(run.loop);
	return result;
}
