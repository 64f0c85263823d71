/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/sample.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "test.h"

static void begin(struct sample *sample)
{
	sample->resource_attrs[0] = attr_string("host.name", "h\xc3\xb6st");
	sample->resource_attrs[1] = attr_int("process.pid", 4711);
	sample->resource = (struct resource){
		.attrs = sample->resource_attrs,
		.attr_count = 2,
		.schema_url = "https://opentelemetry.io/schemas/1.44.0",
	};
	sample->model = model_new(&sample->resource);
	assert_non_null(sample->model);
	model_begin(sample->model, SAMPLE_TIME);
}

static struct scope *add_scope(struct sample *sample, const char *name, const char *version)
{
	struct scope *scope = model_add_scope(sample->model, name, version, SAMPLE_CREATED);

	assert_non_null(scope);
	return scope;
}

static struct metric *add_metric(struct scope *scope, const struct metric_desc *desc)
{
	struct err err;
	struct metric *metric = scope_add_metric(scope, desc, &err);

	assert_non_null(metric);
	return metric;
}

static void fill_net(struct scope *scope)
{
	struct metric *packets = add_metric(scope, &(struct metric_desc){.name = "packets",
							   .unit = "{packet}",
							   .description = "Packets \"seen\"",
							   .instrument = INSTRUMENT_COUNTER});
	struct metric *queue = add_metric(scope, &(struct metric_desc){.name = "queue",
							 .instrument = INSTRUMENT_UPDOWNCOUNTER,
							 .is_signed = true});
	struct metric *temperature = add_metric(scope, &(struct metric_desc){.name = "temperature",
							       .unit = "Cel",
							       .description = "How warm",
							       .instrument = INSTRUMENT_GAUGE,
							       .divisor = 1000});
	struct attr attrs[] = {
		attr_string("device", "eth0"), attr_int("cpu", -1), attr_bool("up", true)};

	metric_add(packets, metric_find_series(packets, attrs, 3), 1234567);
	attrs[0] = attr_string("device", "");
	metric_add(packets, metric_find_series(packets, attrs, 1), 0);
	attrs[0] = attr_string("device", "a\nb");
	attrs[2] = attr_bool("up", false);
	metric_add(packets, metric_find_series(packets, attrs, 3), INT64_MAX);
	metric_add(queue, metric_find_series(queue, NULL, 0), (uint64_t)-5);
	metric_add(temperature, metric_find_series(temperature, attrs, 1), 250);
}

static void fill_disk(struct scope *scope)
{
	static const double bounds[] = {0.001, 0.01, 0.1};
	uint64_t buckets[] = {10, 0, 5, 1};
	struct histogram observed = {.count = 16, .sum = 250000000, .buckets = buckets};
	struct metric *latency = add_metric(scope, &(struct metric_desc){.name = "latency",
							   .unit = "s",
							   .instrument = INSTRUMENT_HISTOGRAM,
							   .divisor = 1000000000,
							   .bounds = bounds,
							   .bound_count = ARRAY_SIZE(bounds)});
	struct metric *time = add_metric(scope, &(struct metric_desc){.name = "time",
							.unit = "s",
							.instrument = INSTRUMENT_COUNTER,
							.divisor = 1000});
	struct attr attr = attr_string("device", "sda");

	metric_add_histogram(latency, metric_find_series(latency, &attr, 1), &observed);
	metric_add(time, metric_find_series(time, &attr, 1), 1500);
	attr = attr_string("device", "sdb");
	buckets[0] = 1000;
	metric_add_histogram(latency, metric_find_series(latency, &attr, 1), &observed);
	metric_add(time, metric_find_series(time, &attr, 1), 1);
}

void sample_new(struct sample *sample)
{
	struct scope *none;

	begin(sample);
	fill_net(add_scope(sample, "net", "1.2.3"));
	none = add_scope(sample, "none", "");
	add_metric(
		none, &(struct metric_desc){.name = "nothing", .instrument = INSTRUMENT_COUNTER});
	fill_disk(add_scope(sample, "disk", ""));
	sample->snapshot = model_end(sample->model);
}

void sample_new_many(struct sample *sample, uint32_t count, size_t length)
{
	char *name = malloc(length + 1);
	struct metric *metric;
	struct attr attr;
	char number[16];

	assert_non_null(name);
	begin(sample);
	metric = add_metric(
		add_scope(sample, "many", "1"), &(struct metric_desc){.name = "series",
							.instrument = INSTRUMENT_COUNTER,
							.max_series = count + 8});
	for (uint32_t i = 0; i < count; i++) {
		memset(name, 'x', length);
		name[length] = '\0';
		snprintf(number, sizeof(number), "%08" PRIu32, i);
		memcpy(name, number, length < 8 ? length : 8);
		attr = attr_string("name", name);
		metric_add(metric, metric_find_series(metric, &attr, 1), i + 1);
	}
	free(name);
	sample->snapshot = model_end(sample->model);
}

void sample_new_empty(struct sample *sample)
{
	begin(sample);
	add_metric(add_scope(sample, "empty", "1"),
		&(struct metric_desc){.name = "nothing", .instrument = INSTRUMENT_GAUGE});
	sample->snapshot = model_end(sample->model);
}

void sample_free(struct sample *sample)
{
	model_free(sample->model);
}
