/* SPDX-License-Identifier: Apache-2.0 */
#include "selfmon/selfmon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selfmon/metrics.h"

/* Reasons are few by construction (error.type has low cardinality); what comes on top is one row.
 */
enum {
	OUTCOMES = 32,
	ERROR_TYPE = 64
};

struct outcome {
	char error_type[ERROR_TYPE]; /* "": success */
	int http_status;
	uint64_t count, duration_ns, points;
};

struct selfmon {
	struct model *model;
	struct metric *metrics[SELF_METRICS];
	struct outcome exports[OUTCOMES];
	struct outcome points[OUTCOMES];
	struct outcome collections[OUTCOMES];
	char *component_type, *component_name, *address;
	int port;
};

int selfmon_new(struct selfmon **result, struct model *model, const char *version, uint64_t created,
	struct err *err)
{
	struct selfmon *selfmon = calloc(1, sizeof(*selfmon));
	struct scope *scope = model_add_scope(model, "otelbpf", version, created);

	*result = NULL;
	if (!selfmon || !scope) {
		free(selfmon);
		return err_set(err, -ENOMEM, "out of memory");
	}
	selfmon->model = model;
	for (int i = 0; i < SELF_METRICS; i++) {
		selfmon->metrics[i] = scope_add_metric(scope, &self_metrics[i], err);
		if (!selfmon->metrics[i]) {
			free(selfmon);
			return -ENOMEM;
		}
	}
	*result = selfmon;
	return 0;
}

void selfmon_free(struct selfmon *selfmon)
{
	if (!selfmon)
		return;
	free(selfmon->component_type);
	free(selfmon->component_name);
	free(selfmon->address);
	free(selfmon);
}

int selfmon_set_exporter(struct selfmon *selfmon, const char *component_type, const char *address,
	int port, struct err *err)
{
	selfmon->component_type = strdup(component_type);
	selfmon->address = strdup(address);
	if (asprintf(&selfmon->component_name, "%s/0", component_type) < 0)
		selfmon->component_name = NULL;
	selfmon->port = port;
	if (!selfmon->component_type || !selfmon->address || !selfmon->component_name)
		return err_set(err, -ENOMEM, "out of memory");
	return 0;
}

static struct outcome *find_outcome(struct outcome *table, const char *error_type, int http_status)
{
	struct outcome *outcome = table;

	error_type = error_type ? error_type : "";
	for (; outcome < table + OUTCOMES - 1; outcome++) {
		bool is_free = !outcome->count && !outcome->points;

		if (is_free) {
			snprintf(
				outcome->error_type, sizeof(outcome->error_type), "%s", error_type);
			outcome->http_status = http_status;
			return outcome;
		}
		if (outcome->http_status == http_status &&
			!strncmp(outcome->error_type, error_type, ERROR_TYPE - 1))
			return outcome;
	}
	strcpy(outcome->error_type, "_OTHER");
	return outcome;
}

void selfmon_collected(struct selfmon *selfmon, uint64_t duration_ns, const char *error_type)
{
	struct outcome *outcome = find_outcome(selfmon->collections, error_type, 0);

	outcome->count++;
	outcome->duration_ns += duration_ns;
}

void selfmon_exported(struct selfmon *selfmon, const struct selfmon_export *result)
{
	const char *error_type = result->error_type;
	struct outcome *outcome = find_outcome(selfmon->exports, error_type, result->http_status);

	outcome->count++;
	outcome->duration_ns += result->duration_ns;
	if (result->exported)
		find_outcome(selfmon->points, NULL, 0)->points += result->exported;
	if (result->rejected)
		find_outcome(selfmon->points, "rejected", 0)->points += result->rejected;
	if (result->failed)
		find_outcome(selfmon->points, error_type ? error_type : "_OTHER", 0)->points +=
			result->failed;
}

/* Out of memory costs a self-metric its point, nothing else. */
static void set(struct selfmon *selfmon, enum self_metric which, const struct attr *attrs,
	size_t attr_count, uint64_t value)
{
	struct metric *metric = selfmon->metrics[which];
	uint32_t series = metric_find_series(metric, attrs, attr_count);

	if (series != SERIES_NONE)
		metric_add(metric, series, value);
}

static void set_duration(struct selfmon *selfmon, enum self_metric which, const struct attr *attrs,
	size_t attr_count, const struct outcome *outcome)
{
	struct metric *metric = selfmon->metrics[which];
	uint32_t series = metric_find_series(metric, attrs, attr_count);
	uint64_t bucket = outcome->count;
	struct histogram histogram = {
		.count = outcome->count,
		.sum = outcome->duration_ns,
		.buckets = &bucket,
	};

	if (series != SERIES_NONE)
		metric_add_histogram(metric, series, &histogram);
}

void selfmon_pack(struct selfmon *selfmon, const char *pack, const char *error_type)
{
	struct attr attrs[] = {
		attr_string("otelbpf.pack.name", pack),
		attr_string("error.type", error_type ? error_type : ""),
	};

	set(selfmon, PACK_ATTACHED, attrs, error_type ? 2 : 1, !error_type);
}

void selfmon_pack_undecodable(struct selfmon *selfmon, const char *pack, uint64_t keys)
{
	struct attr attr = attr_string("otelbpf.pack.name", pack);

	set(selfmon, PACK_UNDECODABLE, &attr, 1, keys);
}

void selfmon_pack_skipped(struct selfmon *selfmon, const char *pack, uint64_t keys)
{
	struct attr attr = attr_string("otelbpf.pack.name", pack);

	set(selfmon, PACK_SKIPPED, &attr, 1, keys);
}

void selfmon_program(struct selfmon *selfmon, const char *pack, const char *program,
	const struct selfmon_program *state)
{
	struct attr attrs[] = {
		attr_string("otelbpf.pack.name", pack),
		attr_string("otelbpf.program.name", program),
	};

	set(selfmon, PROGRAM_MISSED, attrs, 2, state->missed);
	if (!state->has_stats)
		return;
	set(selfmon, PROGRAM_RUNS, attrs, 2, state->run_count);
	set(selfmon, PROGRAM_TIME, attrs, 2, state->run_time_ns);
}

void selfmon_map(
	struct selfmon *selfmon, const char *pack, const char *map, const struct selfmon_map *state)
{
	struct attr attrs[] = {
		attr_string("otelbpf.pack.name", pack),
		attr_string("otelbpf.map.name", map),
	};

	set(selfmon, MAP_CAPACITY, attrs, 2, state->capacity);
	if (state->bytes)
		set(selfmon, MAP_MEMORY, attrs, 2, state->bytes);
	if (!state->is_read)
		return;
	set(selfmon, MAP_ENTRIES, attrs, 2, state->entries);
	set(selfmon, MAP_READ_ERRORS, attrs, 2, state->read_errors);
	if (!state->has_slots)
		return;
	set(selfmon, MAP_OVERFLOW, attrs, 2, state->rest_events);
	set(selfmon, MAP_FAILED_INSERTS, attrs, 2, state->rest_failed);
	set(selfmon, MAP_RETIRED, attrs, 2, state->retired);
}

static void write_collections(struct selfmon *selfmon)
{
	for (int i = 0; i < OUTCOMES; i++) {
		const struct outcome *outcome = &selfmon->collections[i];
		struct attr attrs[] = {
			attr_string("otel.component.type", "periodic_metric_reader"),
			attr_string("otel.component.name", "periodic_metric_reader/0"),
			attr_string("error.type", outcome->error_type),
		};

		if (outcome->count)
			set_duration(selfmon, COLLECTION_DURATION, attrs,
				outcome->error_type[0] ? 3 : 2, outcome);
	}
}

/* The attributes of an exporter metric; returns how many. */
static size_t exporter_attributes(
	const struct selfmon *selfmon, const struct outcome *outcome, struct attr attrs[6])
{
	size_t n = 0;

	attrs[n++] = attr_string("otel.component.type", selfmon->component_type);
	attrs[n++] = attr_string("otel.component.name", selfmon->component_name);
	attrs[n++] = attr_string("server.address", selfmon->address);
	attrs[n++] = attr_int("server.port", selfmon->port);
	if (outcome->error_type[0])
		attrs[n++] = attr_string("error.type", outcome->error_type);
	if (outcome->http_status)
		attrs[n++] = attr_int("http.response.status_code", outcome->http_status);
	return n;
}

static void write_exports(struct selfmon *selfmon)
{
	struct attr attrs[6];
	size_t n;

	for (int i = 0; i < OUTCOMES; i++) {
		if (selfmon->exports[i].count) {
			n = exporter_attributes(selfmon, &selfmon->exports[i], attrs);
			set_duration(selfmon, EXPORT_DURATION, attrs, n, &selfmon->exports[i]);
		}
		if (selfmon->points[i].points) {
			n = exporter_attributes(selfmon, &selfmon->points[i], attrs);
			set(selfmon, POINTS_EXPORTED, attrs, n, selfmon->points[i].points);
		}
	}
}

void selfmon_write(struct selfmon *selfmon)
{
	write_collections(selfmon);
	if (selfmon->component_type)
		write_exports(selfmon);
	set(selfmon, SERIES_OVERFLOW, NULL, 0, model_overflow_count(selfmon->model));
}
