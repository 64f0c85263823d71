/* SPDX-License-Identifier: Apache-2.0 */
/*
 * otlp-sink: receive OTLP/HTTP metrics and do with the n-th request what the n-th argument says
 * (docs/otlp-sink.md). Prints "port N", then one JSON object per request, with -v also one per data
 * point. Ends on SIGTERM.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "sink/sink.h"

static void print_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < ' ')
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void print_attributes(Opentelemetry__Proto__Common__V1__KeyValue **attrs, size_t count)
{
	printf("\"attributes\":{");
	for (size_t i = 0; i < count; i++) {
		const Opentelemetry__Proto__Common__V1__AnyValue *value = attrs[i]->value;

		if (i)
			putchar(',');
		print_string(attrs[i]->key);
		putchar(':');
		switch (value ? value->value_case : 0) {
		case OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_STRING_VALUE:
			print_string(value->string_value);
			break;
		case OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_INT_VALUE:
			printf("%" PRId64, value->int_value);
			break;
		case OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_BOOL_VALUE:
			printf("%s", value->bool_value ? "true" : "false");
			break;
		default:
			printf("null");
		}
	}
	putchar('}');
}

/* As text: nanoseconds since 1970 are too large for the numbers of JSON. */
static void print_times(uint64_t start, uint64_t time)
{
	printf(",\"start\":\"%020" PRIu64 "\",\"time\":\"%020" PRIu64 "\"", start, time);
}

static void print_numbers(
	const char *name, Opentelemetry__Proto__Metrics__V1__NumberDataPoint **points, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		printf("{\"metric\":");
		print_string(name);
		putchar(',');
		print_attributes(points[i]->attributes, points[i]->n_attributes);
		print_times(points[i]->start_time_unix_nano, points[i]->time_unix_nano);
		if (points[i]->value_case ==
			OPENTELEMETRY__PROTO__METRICS__V1__NUMBER_DATA_POINT__VALUE_AS_INT)
			printf(",\"value\":%" PRId64 "}\n", points[i]->as_int);
		else
			printf(",\"value\":%.17g}\n", points[i]->as_double);
	}
}

static void print_points(const otlp_metric *metric)
{
	switch (metric->data_case) {
	case OPENTELEMETRY__PROTO__METRICS__V1__METRIC__DATA_GAUGE:
		print_numbers(
			metric->name, metric->gauge->data_points, metric->gauge->n_data_points);
		break;
	case OPENTELEMETRY__PROTO__METRICS__V1__METRIC__DATA_SUM:
		print_numbers(metric->name, metric->sum->data_points, metric->sum->n_data_points);
		break;
	case OPENTELEMETRY__PROTO__METRICS__V1__METRIC__DATA_HISTOGRAM:
		for (size_t i = 0; i < metric->histogram->n_data_points; i++) {
			Opentelemetry__Proto__Metrics__V1__HistogramDataPoint *point =
				metric->histogram->data_points[i];

			printf("{\"metric\":");
			print_string(metric->name);
			putchar(',');
			print_attributes(point->attributes, point->n_attributes);
			print_times(point->start_time_unix_nano, point->time_unix_nano);
			printf(",\"count\":%" PRIu64 ",\"sum\":%.17g}\n", point->count, point->sum);
		}
		break;
	case OPENTELEMETRY__PROTO__METRICS__V1__METRIC__DATA_EXPONENTIAL_HISTOGRAM:
		for (size_t i = 0; i < metric->exponential_histogram->n_data_points; i++) {
			Opentelemetry__Proto__Metrics__V1__ExponentialHistogramDataPoint *point =
				metric->exponential_histogram->data_points[i];

			printf("{\"metric\":");
			print_string(metric->name);
			putchar(',');
			print_attributes(point->attributes, point->n_attributes);
			print_times(point->start_time_unix_nano, point->time_unix_nano);
			printf(",\"count\":%" PRIu64 ",\"sum\":%.17g,\"scale\":%d}\n", point->count,
				point->sum, point->scale);
		}
		break;
	default:
		break;
	}
}

struct output {
	struct sink *sink;
	bool verbose;
};

static void on_request(void *context, const struct sink_request *request)
{
	const struct output *output = context;
	size_t resources = output->verbose && request->message
				   ? request->message->n_resource_metrics
				   : 0;

	printf("{\"request\":true,\"connection\":%d,\"bytes\":%zu,\"inflated\":%zu,\"points\":"
	       "%" PRIu64 ",\"again\":%s,\"behaviour\":\"%s\",\"receiver\":%d,\"status\":%d,"
	       "\"accepted\":%s}\n",
		request->connection, request->length, request->inflated, request->points,
		request->again ? "true" : "false", request->behaviour, request->receiver,
		request->status, request->accepted ? "true" : "false");
	for (size_t r = 0; r < resources; r++) {
		Opentelemetry__Proto__Metrics__V1__ResourceMetrics *resource =
			request->message->resource_metrics[r];

		for (size_t s = 0; s < resource->n_scope_metrics; s++) {
			for (size_t m = 0; m < resource->scope_metrics[s]->n_metrics; m++)
				print_points(resource->scope_metrics[s]->metrics[m]);
		}
	}
	fflush(stdout);
	sink_forget(output->sink);
}

static void on_signal(void *context, int number)
{
	(void)number;
	loop_stop(context);
}

static int fail(const struct err *err)
{
	fprintf(stderr, "otlp-sink: %s\n", err->text);
	return 2;
}

static int usage(FILE *to)
{
	fprintf(to,
		"otlp-sink [-p PORT] [-f PORT] [-v] [BEHAVIOUR...]\n"
		"An OTLP/HTTP receiver for metrics on 127.0.0.1 that misbehaves as it is told.\n"
		"  -p PORT  where to listen; a free one if it is not said\n"
		"  -f PORT  pass requests on to the receiver on 127.0.0.1:PORT\n"
		"  -v       print data points, too\n"
		"  -h       this\n");
	return 2;
}

static int parse(int argc, char **argv, struct output *output, uint64_t *port, uint64_t *receiver)
{
	int option;

	while ((option = getopt(argc, argv, "p:f:vh")) != -1) {
		uint64_t *number = option == 'f' ? receiver : port;

		if (option == 'h') {
			usage(stdout);
			behaviours_print();
			exit(0);
		}
		if (option == 'v')
			output->verbose = true;
		else if (option == '?' || str_to_u64(optarg, number) || *number > UINT16_MAX)
			return usage(stderr);
	}
	return 0;
}

static int serve(struct output *output, struct loop *loop, char **behaviours, struct err *err)
{
	static const int signals[] = {SIGTERM, SIGINT, 0};
	int result = 0;

	for (; *behaviours && !result; behaviours++)
		result = sink_script(output->sink, *behaviours, err);
	sink_on_request(output->sink, on_request, output);
	if (!result)
		result = loop_add_signals(loop, signals, on_signal, loop, err);
	if (result)
		return result;
	printf("port %u\n", sink_port(output->sink));
	fflush(stdout);
	return loop_run(loop, err);
}

int main(int argc, char **argv)
{
	struct output output = {0};
	struct err err = {""};
	struct loop *loop;
	uint64_t port = 0, receiver = 0;
	int result;

	if (parse(argc, argv, &output, &port, &receiver))
		return 2;
	loop = loop_new(&err);
	if (!loop)
		return fail(&err);
	output.sink = sink_new(loop, (uint16_t)port, &err);
	if (output.sink)
		sink_pass_on(output.sink, (uint16_t)receiver);
	result = output.sink ? serve(&output, loop, argv + optind, &err) : -EINVAL;
	sink_free(output.sink);
	loop_free(loop);
	return result ? fail(&err) : 0;
}
