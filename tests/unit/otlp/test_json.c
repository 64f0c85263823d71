/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "otlp/sample.h"
#include "test.h"

/* clang-format off */
static const char everything[] =
	"{\"resourceMetrics\":["
	"{\"resource\":{\"attributes\":["
	"{\"key\":\"host.name\",\"value\":{\"stringValue\":\"höst\"}},"
	"{\"key\":\"process.pid\",\"value\":{\"intValue\":\"4711\"}}]},"
	"\"scopeMetrics\":["
	"{\"scope\":{\"name\":\"net\",\"version\":\"1.2.3\",\"attributes\":[]},"
	"\"metrics\":["
	"{\"name\":\"packets\",\"description\":\"Packets \\\"seen\\\"\",\"unit\":\"{packet}\",\"sum\":{\"dataPoints\":["
	"{\"attributes\":["
	"{\"key\":\"cpu\",\"value\":{\"intValue\":\"-1\"}},"
	"{\"key\":\"device\",\"value\":{\"stringValue\":\"eth0\"}},"
	"{\"key\":\"up\",\"value\":{\"boolValue\":true}}],"
	"\"startTimeUnixNano\":\"1700000000000000000\",\"timeUnixNano\":\"1700000060000000000\",\"asInt\":\"1234567\"},"
	"{\"attributes\":["
	"{\"key\":\"device\",\"value\":{\"stringValue\":\"\"}}],"
	"\"startTimeUnixNano\":\"1700000000000000000\",\"timeUnixNano\":\"1700000060000000000\",\"asInt\":\"0\"},"
	"{\"attributes\":["
	"{\"key\":\"cpu\",\"value\":{\"intValue\":\"-1\"}},"
	"{\"key\":\"device\",\"value\":{\"stringValue\":\"a\\u000ab\"}},"
	"{\"key\":\"up\",\"value\":{\"boolValue\":false}}],"
	"\"startTimeUnixNano\":\"1700000000000000000\",\"timeUnixNano\":\"1700000060000000000\",\"asInt\":\"9223372036854775807\"}],"
	"\"aggregationTemporality\":2,\"isMonotonic\":true}},"
	"{\"name\":\"queue\",\"description\":\"\",\"unit\":\"\",\"sum\":{\"dataPoints\":["
	"{\"attributes\":[],"
	"\"startTimeUnixNano\":\"1700000000000000000\",\"timeUnixNano\":\"1700000060000000000\",\"asInt\":\"-5\"}],"
	"\"aggregationTemporality\":2}},"
	"{\"name\":\"temperature\",\"description\":\"How warm\",\"unit\":\"Cel\",\"gauge\":{\"dataPoints\":["
	"{\"attributes\":["
	"{\"key\":\"device\",\"value\":{\"stringValue\":\"a\\u000ab\"}}],"
	"\"startTimeUnixNano\":\"1700000000000000000\",\"timeUnixNano\":\"1700000060000000000\",\"asDouble\":0.25}]}}]},"
	"{\"scope\":{\"name\":\"disk\",\"version\":\"\",\"attributes\":[]},"
	"\"metrics\":["
	"{\"name\":\"latency\",\"description\":\"\",\"unit\":\"s\",\"histogram\":{\"dataPoints\":["
	"{\"attributes\":["
	"{\"key\":\"device\",\"value\":{\"stringValue\":\"sda\"}}],"
	"\"startTimeUnixNano\":\"1700000000000000000\",\"timeUnixNano\":\"1700000060000000000\",\"count\":\"16\",\"sum\":0.25,\"bucketCounts\":[\"10\",\"0\",\"5\",\"1\"],"
	"\"explicitBounds\":[0.001,0.01,0.1]},"
	"{\"attributes\":["
	"{\"key\":\"device\",\"value\":{\"stringValue\":\"sdb\"}}],"
	"\"startTimeUnixNano\":\"1700000000000000000\",\"timeUnixNano\":\"1700000060000000000\",\"count\":\"1006\",\"sum\":0.25,\"bucketCounts\":[\"1000\",\"0\",\"5\",\"1\"],"
	"\"explicitBounds\":[0.001,0.01,0.1]}],"
	"\"aggregationTemporality\":2}},"
	"{\"name\":\"time\",\"description\":\"\",\"unit\":\"s\",\"sum\":{\"dataPoints\":["
	"{\"attributes\":["
	"{\"key\":\"device\",\"value\":{\"stringValue\":\"sda\"}}],"
	"\"startTimeUnixNano\":\"1700000000000000000\",\"timeUnixNano\":\"1700000060000000000\",\"asDouble\":1.5},"
	"{\"attributes\":["
	"{\"key\":\"device\",\"value\":{\"stringValue\":\"sdb\"}}],"
	"\"startTimeUnixNano\":\"1700000000000000000\",\"timeUnixNano\":\"1700000060000000000\",\"asDouble\":0.001}],"
	"\"aggregationTemporality\":2,\"isMonotonic\":true}}]}],"
	"\"schemaUrl\":\"https://opentelemetry.io/schemas/1.44.0\"}]}\n";
/* clang-format on */

static void test_everything(void **state)
{
	struct sample sample;
	struct buf out;

	(void)state;
	sample_new(&sample);
	buf_init(&out, 1 << 20);
	assert_int_equal(json_write(&out, sample.snapshot), 0);
	buf_putc(&out, '\0');
	assert_string_equal((const char *)out.data, everything);
	buf_fini(&out);
	sample_free(&sample);
}

static void test_nothing_and_no_room(void **state)
{
	struct sample sample;
	struct buf out;

	(void)state;
	sample_new_empty(&sample);
	sample.resource.schema_url = "";
	buf_init(&out, 1 << 20);
	assert_int_equal(json_write(&out, sample.snapshot), 0);
	buf_putc(&out, '\0');
	assert_non_null(strstr((const char *)out.data, "\"scopeMetrics\":[]}]}\n"));
	buf_fini(&out);
	buf_init(&out, 50);
	assert_int_equal(json_write(&out, sample.snapshot), -ENOMEM);
	buf_fini(&out);
	sample_free(&sample);
}

/* Bounds are written as doubles: all kinds of them, through a metric's description. */
static void test_doubles(void **state)
{
	static const struct {
		double value;
		const char *text;
	} rows[] = {
		{0, "[0]"},
		{0.1, "[0.1]"},
		{1.0 / 3, "[0.3333333333333333]"},
		{1e22, "[1e+22]"},
		{5e-324, "[4.94065645841247e-324]"},
		{1.7976931348623157e308, "[1.7976931348623157e+308]"},
		{9007199254740992.0, "[9007199254740992]"},
		{0.30000000000000004, "[0.30000000000000004]"},
		{NAN, "[\"NaN\"]"},
		{INFINITY, "[\"Infinity\"]"},
		{-INFINITY, "[\"-Infinity\"]"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		double bound = rows[i].value;
		uint64_t buckets[] = {1, 2};
		struct series series = {.histogram = {.count = 3, .buckets = buckets}};
		uint64_t live = 1, start = 0;
		struct metric metric = {.desc = {.name = "h",
						.unit = "",
						.description = "",
						.instrument = INSTRUMENT_HISTOGRAM,
						.divisor = 1,
						.bounds = &bound,
						.bound_count = 1},
			.series_count = 1,
			.live = &live,
			.starts = &start,
			.series = &series};
		struct metric *metrics[] = {&metric};
		struct scope scope = {
			.name = "s", .version = "", .metrics = metrics, .metric_count = 1};
		struct scope *scopes[] = {&scope};
		struct snapshot snapshot = {.scopes = scopes, .scope_count = 1};
		char expected[80];
		struct buf out;

		buf_init(&out, 1 << 20);
		assert_int_equal(json_write(&out, &snapshot), 0);
		buf_putc(&out, '\0');
		snprintf(expected, sizeof(expected), "\"explicitBounds\":%s", rows[i].text);
		assert_non_null(strstr((const char *)out.data, expected));
		assert_non_null(strstr((const char *)out.data, "\"bucketCounts\":[\"1\",\"2\"]"));
		buf_fini(&out);
	}
}

static void test_exponential_histogram(void **state)
{
	static const struct resource resource = {.schema_url = ""};
	struct model *model = model_new(&resource);
	struct scope *scope = model_add_scope(model, "s", "1", 5);
	struct metric *metric = scope_add_metric(scope,
		&(struct metric_desc){.name = "e",
			.instrument = INSTRUMENT_EXPONENTIAL_HISTOGRAM,
			.divisor = 100},
		NULL);
	uint64_t buckets[] = {1, 0, 1};
	struct exponential observed = {
		.scale = 3, .offset = -2, .bucket_count = 3, .sum = 195, .min = 90, .max = 105};
	struct attr attr = attr_bool("empty", true);
	struct buf out;

	(void)state;
	observed.buckets = buckets;
	model_begin(model, 7);
	metric_add_exponential(metric, metric_find_series(metric, NULL, 0), &observed);
	observed.bucket_count = 0;
	metric_add_exponential(metric, metric_find_series(metric, &attr, 1), &observed);
	buf_init(&out, 1 << 20);
	assert_int_equal(json_write(&out, model_end(model)), 0);
	buf_putc(&out, '\0');
	assert_non_null(strstr((const char *)out.data,
		"\"exponentialHistogram\":{\"dataPoints\":[{\"attributes\":[],"
		"\"startTimeUnixNano\":\"5\",\"timeUnixNano\":\"7\",\"count\":\"2\",\"sum\":1.95,"
		"\"scale\":3,\"zeroCount\":\"0\",\"positive\":{\"offset\":-2,"
		"\"bucketCounts\":[\"1\",\"0\",\"1\"]},\"min\":0.9,\"max\":1.05},"));
	/* min and max of nothing are left out. */
	assert_non_null(strstr((const char *)out.data,
		"\"count\":\"0\",\"sum\":0,\"scale\":20,\"zeroCount\":\"0\","
		"\"positive\":{\"offset\":0,\"bucketCounts\":[]}}],"
		"\"aggregationTemporality\":2}}]}"));
	buf_fini(&out);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_nothing_and_no_room),
		cmocka_unit_test(test_doubles),
		cmocka_unit_test(test_exponential_histogram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
