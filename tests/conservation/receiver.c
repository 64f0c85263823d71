/* SPDX-License-Identifier: Apache-2.0 */
#include "conservation/receiver.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"

/* One delta, whatever its kind. */
struct delta {
	int map, key;
	uint64_t start, time;
	struct amount amount;
};

static void fault(struct receiver *receiver, const struct delta *delta, const char *what)
{
	if (!receiver->fault[0])
		snprintf(receiver->fault, sizeof(receiver->fault),
			"%s n=%d (%d is the overflow): %s; start %" PRIu64 ", time %" PRIu64
			", end of the one before %" PRIu64,
			map_names[delta->map], delta->key, OVERFLOW_KEY, what, delta->start,
			delta->time, receiver->ends[delta->map][delta->key]);
}

static void add(struct amount *sum, const struct amount *amount)
{
	for (int i = 0; i < BUCKETS; i++)
		sum->buckets[i] += amount->buckets[i];
	sum->sum += amount->sum;
}

static void take(struct receiver *receiver, const struct delta *delta, bool rejected)
{
	uint64_t *end = &receiver->ends[delta->map][delta->key], total = 0;

	if (delta->key < 0 || delta->key > OVERFLOW_KEY) {
		snprintf(receiver->fault, sizeof(receiver->fault), "a series that never was");
		return;
	}
	for (int i = 0; i < BUCKETS; i++)
		total += delta->amount.buckets[i];
	if (delta->start >= delta->time)
		fault(receiver, delta, "it does not end behind its start");
	if (delta->start < *end)
		fault(receiver, delta, "it overlaps");
	if (!total)
		fault(receiver, delta, "it is empty");
	if (total > INT64_MAX)
		fault(receiver, delta, "it is negative");
	*end = delta->time;
	receiver->starts[delta->map][delta->key] = delta->start;
	receiver->counts[delta->map][delta->key]++;
	add(rejected ? &receiver->rejected[delta->map][delta->key]
		     : &receiver->sums[delta->map][delta->key],
		&delta->amount);
	receiver->points++;
}

static int key_of(Opentelemetry__Proto__Common__V1__KeyValue *const *attrs, size_t count)
{
	if (count != 1)
		return -1;
	if (!strcmp(attrs[0]->key, "otel.metric.overflow"))
		return OVERFLOW_KEY;
	return (int)attrs[0]->value->int_value;
}

static int map_of(const otlp_metric *metric)
{
	for (int i = 0; i < MAPS; i++) {
		if (!strcmp(metric->name, map_names[i]))
			return i;
	}
	return -1;
}

static void take_sum(
	struct receiver *receiver, int map, const otlp_metric *metric, uint64_t *rejected)
{
	const Opentelemetry__Proto__Metrics__V1__Sum *sum = metric->sum;

	if (sum->aggregation_temporality != (int)TEMPORALITY_DELTA || !sum->is_monotonic)
		snprintf(receiver->fault, sizeof(receiver->fault), "%s: not a monotonic delta",
			metric->name);
	for (size_t i = 0; i < sum->n_data_points; i++) {
		const Opentelemetry__Proto__Metrics__V1__NumberDataPoint *point =
			sum->data_points[i];
		struct delta delta = {
			.map = map,
			.key = key_of(point->attributes, point->n_attributes),
			.start = point->start_time_unix_nano,
			.time = point->time_unix_nano,
			.amount.buckets = {(uint64_t)point->as_int},
		};

		take(receiver, &delta, *rejected > 0);
		*rejected -= *rejected > 0;
	}
}

static void take_histogram(
	struct receiver *receiver, int map, const otlp_metric *metric, uint64_t *rejected)
{
	const Opentelemetry__Proto__Metrics__V1__Histogram *histogram = metric->histogram;

	if (histogram->aggregation_temporality != (int)TEMPORALITY_DELTA)
		snprintf(receiver->fault, sizeof(receiver->fault), "%s: not a delta", metric->name);
	for (size_t i = 0; i < histogram->n_data_points; i++) {
		const Opentelemetry__Proto__Metrics__V1__HistogramDataPoint *point =
			histogram->data_points[i];
		struct delta delta = {
			.map = map,
			.key = key_of(point->attributes, point->n_attributes),
			.start = point->start_time_unix_nano,
			.time = point->time_unix_nano,
			.amount.sum = (uint64_t)point->sum,
		};
		uint64_t count = 0;

		for (size_t b = 0; b < point->n_bucket_counts && b < BUCKETS; b++)
			count += delta.amount.buckets[b] = point->bucket_counts[b];
		if (count != point->count)
			fault(receiver, &delta, "its count is not that of its buckets");
		take(receiver, &delta, *rejected > 0);
		*rejected -= *rejected > 0;
	}
}

static void take_exponential(
	struct receiver *receiver, int map, const otlp_metric *metric, uint64_t *rejected)
{
	const Opentelemetry__Proto__Metrics__V1__ExponentialHistogram *data =
		metric->exponential_histogram;

	if (data->aggregation_temporality != (int)TEMPORALITY_DELTA)
		snprintf(receiver->fault, sizeof(receiver->fault), "%s: not a delta", metric->name);
	for (size_t i = 0; i < data->n_data_points; i++) {
		const Opentelemetry__Proto__Metrics__V1__ExponentialHistogramDataPoint *point =
			data->data_points[i];
		struct delta delta = {
			.map = map,
			.key = key_of(point->attributes, point->n_attributes),
			.start = point->start_time_unix_nano,
			.time = point->time_unix_nano,
			.amount.sum = (uint64_t)point->sum,
		};
		uint64_t count = point->zero_count;

		for (size_t b = 0; point->positive && b < point->positive->n_bucket_counts; b++) {
			size_t index = (size_t)point->positive->offset + b;

			if (index < BUCKETS)
				delta.amount.buckets[index] = point->positive->bucket_counts[b];
			count += point->positive->bucket_counts[b];
		}
		if (point->scale || count != point->count)
			fault(receiver, &delta, "its scale or count is wrong");
		take(receiver, &delta, *rejected > 0);
		*rejected -= *rejected > 0;
	}
}

void receiver_take(struct receiver *receiver, const struct sink_request *request, uint64_t rejected)
{
	const Opentelemetry__Proto__Metrics__V1__ResourceMetrics *resource;

	if (!request->message || request->message->n_resource_metrics != 1) {
		snprintf(receiver->fault, sizeof(receiver->fault), "not a request of metrics");
		return;
	}
	resource = request->message->resource_metrics[0];
	for (size_t s = 0; s < resource->n_scope_metrics; s++) {
		for (size_t m = 0; m < resource->scope_metrics[s]->n_metrics; m++) {
			const otlp_metric *metric = resource->scope_metrics[s]->metrics[m];
			int map = map_of(metric);

			if (map == MAP_HISTOGRAM)
				take_histogram(receiver, map, metric, &rejected);
			else if (map == MAP_EXPONENTIAL)
				take_exponential(receiver, map, metric, &rejected);
			else if (map >= 0)
				take_sum(receiver, map, metric, &rejected);
		}
	}
}

static bool is_same(const struct amount *a, const struct amount *b)
{
	return !memcmp(a, b, sizeof(*a));
}

void receiver_compare(struct receiver *receiver, const struct kernel *kernel)
{
	for (int i = 0; i < MAPS; i++) {
		for (int k = 0; k <= OVERFLOW_KEY; k++) {
			const struct amount *truth = &kernel->maps[i].truth[k];
			struct amount got = receiver->sums[i][k];

			add(&got, &receiver->rejected[i][k]);
			if (is_same(&got, truth) || receiver->fault[0])
				continue;
			snprintf(receiver->fault, sizeof(receiver->fault),
				"%s n=%d: received %" PRIu64 ", the truth is %" PRIu64
				" (first bucket)",
				map_names[i], k, got.buckets[0], truth->buckets[0]);
		}
	}
}
