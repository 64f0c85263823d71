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
			receiver->kernel->maps[delta->map].name, delta->key, OVERFLOW_KEY, what,
			delta->start, delta->time, receiver->ends[delta->map][delta->key]);
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
	amount_add(rejected ? &receiver->rejected[delta->map][delta->key]
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

static int map_of(const struct receiver *receiver, const otlp_metric *metric)
{
	for (int i = 0; i < receiver->kernel->map_count; i++) {
		if (!strcmp(metric->name, receiver->kernel->maps[i].name))
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

		if (point->scale < 0 || point->scale > 20) {
			fault(receiver, &delta, "its scale is none that was asked for");
			return;
		}
		for (size_t b = 0; point->positive && b < point->positive->n_bucket_counts; b++) {
			/* The bucket at scale 0 in which this one lies. */
			int64_t index = (point->positive->offset + (int64_t)b) >> point->scale;

			if (index >= 0 && index < BUCKETS)
				delta.amount.buckets[index] += point->positive->bucket_counts[b];
			count += point->positive->bucket_counts[b];
		}
		if (count != point->count)
			fault(receiver, &delta, "its count is not that of its buckets");
		take(receiver, &delta, *rejected > 0);
		*rejected -= *rejected > 0;
	}
}

static void take_metric(
	struct receiver *receiver, int map, const otlp_metric *metric, uint64_t *rejected)
{
	switch (receiver->kernel->maps[map].instrument) {
	case INSTRUMENT_HISTOGRAM:
		take_histogram(receiver, map, metric, rejected);
		break;
	case INSTRUMENT_EXPONENTIAL_HISTOGRAM:
		take_exponential(receiver, map, metric, rejected);
		break;
	default:
		take_sum(receiver, map, metric, rejected);
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
			int map = map_of(receiver, metric);

			if (map >= 0)
				take_metric(receiver, map, metric, &rejected);
		}
	}
}

static bool is_same(const struct amount *a, const struct amount *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static bool is_within(const struct amount *a, const struct amount *b)
{
	for (int i = 0; i < BUCKETS; i++) {
		if (a->buckets[i] > b->buckets[i])
			return false;
	}
	return a->sum <= b->sum;
}

static void compare(struct receiver *receiver, int map, const char *key, const struct amount *got,
	const struct amount *truth, bool right)
{
	const struct counted *counted = &receiver->kernel->maps[map];
	char *text = receiver->fault;
	size_t size = sizeof(receiver->fault);
	int used;

	if (right || *text)
		return;
	used = snprintf(text, size, "%s %s: received", counted->name, key);
	for (int i = 0; i < BUCKETS; i++)
		used += snprintf(text + used, size - (size_t)used, " %" PRIu64, got->buckets[i]);
	used += snprintf(
		text + used, size - (size_t)used, ", sum %" PRIu64 "; the truth is", got->sum);
	for (int i = 0; i < BUCKETS; i++)
		used += snprintf(text + used, size - (size_t)used, " %" PRIu64, truth->buckets[i]);
	snprintf(text + used, size - (size_t)used, ", sum %" PRIu64, truth->sum);
}

void receiver_compare(struct receiver *receiver)
{
	for (int i = 0; i < receiver->kernel->map_count; i++) {
		const struct counted *counted = &receiver->kernel->maps[i];
		struct amount all = {0}, all_truth = {0};
		char key[32];

		for (int k = 0; k <= OVERFLOW_KEY; k++) {
			const struct amount *truth = &counted->truth[k];
			struct amount got = receiver->sums[i][k];

			amount_add(&got, &receiver->rejected[i][k]);
			amount_add(&all, &got);
			amount_add(&all_truth, truth);
			snprintf(key, sizeof(key), "n=%d (%d is the overflow)", k, OVERFLOW_KEY);
			if (!counted->mixed)
				compare(receiver, i, key, &got, truth, is_same(&got, truth));
			else if (k != OVERFLOW_KEY)
				compare(receiver, i, key, &got, truth, is_within(&got, truth));
		}
		compare(receiver, i, "in all", &all, &all_truth, is_same(&all, &all_truth));
	}
}
