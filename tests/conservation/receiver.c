/* SPDX-License-Identifier: Apache-2.0 */
#include "conservation/receiver.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"

/* Of one series, whatever its kind. */
struct point {
	int map, key;
	uint64_t start, time;
	struct amount amount;
};

static void fault(struct receiver *receiver, const struct point *point, const char *what)
{
	if (!receiver->fault[0])
		snprintf(receiver->fault, sizeof(receiver->fault),
			"%s n=%d (%d is the overflow): %s; start %" PRIu64 ", time %" PRIu64
			", end of the one before %" PRIu64,
			receiver->kernel->maps[point->map].name, point->key, OVERFLOW_KEY, what,
			point->start, point->time, receiver->ends[point->map][point->key]);
}

/* The point tells all since its start: leave of it what came since the last one, if that has the
 * same start. Returns whether it does. */
static bool subtract_last(struct receiver *receiver, struct point *point)
{
	struct amount *last = &receiver->last[point->map][point->key], total = point->amount;
	bool goes_on = point->start == receiver->starts[point->map][point->key];

	if (goes_on && point->time <= receiver->ends[point->map][point->key])
		fault(receiver, point, "it is not behind the last one");
	for (int i = 0; goes_on && i < BUCKETS; i++) {
		if (point->amount.buckets[i] < last->buckets[i])
			fault(receiver, point, "it went back");
		point->amount.buckets[i] -= last->buckets[i];
	}
	if (goes_on)
		point->amount.sum -= last->sum;
	*last = total;
	return goes_on;
}

static void take(struct receiver *receiver, struct point *point, bool rejected)
{
	bool is_delta = receiver->kernel->temporality == TEMPORALITY_DELTA, goes_on = false;
	uint64_t total = 0, *end;

	if (point->key < 0 || point->key > OVERFLOW_KEY) {
		snprintf(receiver->fault, sizeof(receiver->fault), "a series that never was");
		return;
	}
	if (!is_delta)
		goes_on = subtract_last(receiver, point);
	end = &receiver->ends[point->map][point->key];
	for (int i = 0; i < BUCKETS; i++)
		total += point->amount.buckets[i];
	if (point->start >= point->time)
		fault(receiver, point, "it does not end behind its start");
	if (point->start < *end && !goes_on)
		fault(receiver, point, "it overlaps");
	if (!total && is_delta)
		fault(receiver, point, "it is empty");
	if (total > INT64_MAX)
		fault(receiver, point, "it is negative");
	*end = point->time;
	receiver->starts[point->map][point->key] = point->start;
	receiver->counts[point->map][point->key]++;
	amount_add(rejected ? &receiver->rejected[point->map][point->key]
			    : &receiver->sums[point->map][point->key],
		&point->amount);
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

static void check_temporality(struct receiver *receiver, const otlp_metric *metric, int temporality)
{
	if (temporality != (int)receiver->kernel->temporality)
		snprintf(receiver->fault, sizeof(receiver->fault), "%s: another temporality",
			metric->name);
}

static void take_sum(
	struct receiver *receiver, int map, const otlp_metric *metric, uint64_t *rejected)
{
	const Opentelemetry__Proto__Metrics__V1__Sum *sum = metric->sum;

	check_temporality(receiver, metric, sum->aggregation_temporality);
	if (!sum->is_monotonic)
		snprintf(receiver->fault, sizeof(receiver->fault), "%s: not monotonic",
			metric->name);
	for (size_t i = 0; i < sum->n_data_points; i++) {
		const Opentelemetry__Proto__Metrics__V1__NumberDataPoint *data =
			sum->data_points[i];
		struct point point = {
			.map = map,
			.key = key_of(data->attributes, data->n_attributes),
			.start = data->start_time_unix_nano,
			.time = data->time_unix_nano,
			.amount.buckets = {(uint64_t)data->as_int},
		};

		take(receiver, &point, *rejected > 0);
		*rejected -= *rejected > 0;
	}
}

static void take_histogram(
	struct receiver *receiver, int map, const otlp_metric *metric, uint64_t *rejected)
{
	const Opentelemetry__Proto__Metrics__V1__Histogram *histogram = metric->histogram;

	check_temporality(receiver, metric, histogram->aggregation_temporality);
	for (size_t i = 0; i < histogram->n_data_points; i++) {
		const Opentelemetry__Proto__Metrics__V1__HistogramDataPoint *data =
			histogram->data_points[i];
		struct point point = {
			.map = map,
			.key = key_of(data->attributes, data->n_attributes),
			.start = data->start_time_unix_nano,
			.time = data->time_unix_nano,
			.amount.sum = (uint64_t)data->sum,
		};
		uint64_t count = 0;

		for (size_t b = 0; b < data->n_bucket_counts && b < BUCKETS; b++)
			count += point.amount.buckets[b] = data->bucket_counts[b];
		if (count != data->count)
			fault(receiver, &point, "its count is not that of its buckets");
		take(receiver, &point, *rejected > 0);
		*rejected -= *rejected > 0;
	}
}

static void take_exponential(
	struct receiver *receiver, int map, const otlp_metric *metric, uint64_t *rejected)
{
	const Opentelemetry__Proto__Metrics__V1__ExponentialHistogram *histogram =
		metric->exponential_histogram;

	check_temporality(receiver, metric, histogram->aggregation_temporality);
	for (size_t i = 0; i < histogram->n_data_points; i++) {
		const Opentelemetry__Proto__Metrics__V1__ExponentialHistogramDataPoint *data =
			histogram->data_points[i];
		struct point point = {
			.map = map,
			.key = key_of(data->attributes, data->n_attributes),
			.start = data->start_time_unix_nano,
			.time = data->time_unix_nano,
			.amount.sum = (uint64_t)data->sum,
		};
		uint64_t count = data->zero_count;

		if (data->scale < 0 || data->scale > 20) {
			fault(receiver, &point, "its scale is none that was asked for");
			return;
		}
		for (size_t b = 0; data->positive && b < data->positive->n_bucket_counts; b++) {
			/* The bucket at scale 0 in which this one lies. */
			int64_t index = (data->positive->offset + (int64_t)b) >> data->scale;

			if (index >= 0 && index < BUCKETS)
				point.amount.buckets[index] += data->positive->bucket_counts[b];
			count += data->positive->bucket_counts[b];
		}
		if (count != data->count)
			fault(receiver, &point, "its count is not that of its buckets");
		take(receiver, &point, *rejected > 0);
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
