/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/log.h"
#include "fake_environment.h"

#define GENERIC "OTEL_EXPORTER_OTLP_"
#define METRICS "OTEL_EXPORTER_OTLP_METRICS_"

static struct arena arena;
static struct settings settings;
static struct err err;

static int teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

static void load(const char *const *variables)
{
	if (fake_load(&settings, NULL, &arena, &err, variables))
		fail_msg("%s: %s", variables[0], err.text);
}

static void load_one(const char *variable)
{
	load((const char *const[]){variable, NULL});
}

static void defaults(void **state)
{
	(void)state;
	load((const char *const[]){NULL});
	assert_false(settings.sdk_disabled);
	assert_int_equal(settings.exporter, EXPORTER_OTLP);
	assert_string_equal(settings.url, "http://localhost:4318/v1/metrics");
	assert_int_equal(settings.header_count, 0);
	assert_false(settings.gzip);
	assert_true(settings.request_timeout_ns == 10 * NSEC_PER_SEC);
	assert_true(settings.interval_ns == 60 * NSEC_PER_SEC);
	assert_true(settings.export_timeout_ns == 30 * NSEC_PER_SEC);
	assert_null(settings.service_name);
	assert_int_equal(settings.resource_count, 0);
	assert_int_equal(settings.log_level, LOG_LEVEL_INFO);
	assert_string_equal(fake_warnings, "");
}

/* E-01, E-14: empty is unset, blanks around a value do not belong to it. */
static void empty_is_unset(void **state)
{
	static const char *const names[] = {"OTEL_SDK_DISABLED", "OTEL_METRICS_EXPORTER",
		GENERIC "ENDPOINT", METRICS "ENDPOINT", GENERIC "HEADERS", GENERIC "COMPRESSION",
		GENERIC "TIMEOUT", GENERIC "PROTOCOL", "OTEL_METRIC_EXPORT_INTERVAL",
		"OTEL_METRIC_EXPORT_TIMEOUT", "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES",
		"OTEL_LOG_LEVEL", "OTEL_CONFIG_FILE", METRICS "TEMPORALITY_PREFERENCE",
		GENERIC "CERTIFICATE"};
	static const char *const values[] = {"", " ", "\t \n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		for (size_t j = 0; j < ARRAY_SIZE(values); j++) {
			char variable[128];

			snprintf(variable, sizeof(variable), "%s=%s", names[i], values[j]);
			load_one(variable);
			assert_string_equal(fake_warnings, "");
			assert_string_equal(settings.url, "http://localhost:4318/v1/metrics");
			assert_null(settings.service_name);
			assert_true(settings.request_timeout_ns == 10 * NSEC_PER_SEC);
		}
	/* An empty metrics variable does not hide the generic one. */
	load((const char *const[]){GENERIC "ENDPOINT=http://g", METRICS "ENDPOINT=", NULL});
	assert_string_equal(settings.url, "http://g/v1/metrics");
	load_one("OTEL_SERVICE_NAME= a b \n");
	assert_string_equal(settings.service_name, "a b");
}

/* E-02 */
static void booleans(void **state)
{
	static const struct {
		const char *variable;
		bool value;
		size_t warnings;
	} rows[] = {
		{"OTEL_SDK_DISABLED=true", true, 0},
		{"OTEL_SDK_DISABLED=TRUE", true, 0},
		{"OTEL_SDK_DISABLED= tRue ", true, 0},
		{"OTEL_SDK_DISABLED=false", false, 0},
		{"OTEL_SDK_DISABLED=False", false, 0},
		{"OTEL_SDK_DISABLED=1", false, 1},
		{"OTEL_SDK_DISABLED=yes", false, 1},
		{"OTEL_SDK_DISABLED=on", false, 1},
		{"OTEL_SDK_DISABLED=truee", false, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		load_one(rows[i].variable);
		assert_int_equal(settings.sdk_disabled, rows[i].value);
		assert_int_equal(fake_warning_count(), rows[i].warnings);
	}
	assert_string_equal(fake_warnings,
		"OTEL_SDK_DISABLED: found 'truee', expected true or false; taken as false\n");
}

/* E-03 to E-07: what is no number of milliseconds is told and counts as unset. */
static void durations(void **state)
{
	static const struct {
		const char *value;
		int64_t timeout_ms, interval_ms; /* -1: no limit */
		size_t timeout_warnings, interval_warnings;
	} rows[] = {
		{"1", 1, 1, 0, 0},
		{"2147483647", 2147483647, 2147483647, 0, 0},
		{" 5000 ", 5000, 5000, 0, 0},
		{"007", 7, 7, 0, 0},
		{"0", -1, 60000, 0, 1},
		{"2147483648", 10000, 60000, 1, 1},
		{"99999999999999999999999", 10000, 60000, 1, 1},
		{"-1", 10000, 60000, 1, 1},
		{"+1", 10000, 60000, 1, 1},
		{"1ms", 10000, 60000, 1, 1},
		{"10s", 10000, 60000, 1, 1},
		{"1.5", 10000, 60000, 1, 1},
		{"0x10", 10000, 60000, 1, 1},
		{"1e3", 10000, 60000, 1, 1},
		{"abc", 10000, 60000, 1, 1},
		{"1 2", 10000, 60000, 1, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t timeout = rows[i].timeout_ms < 0
					   ? UINT64_MAX
					   : (uint64_t)rows[i].timeout_ms * NSEC_PER_MSEC;
		char variable[128];

		snprintf(variable, sizeof(variable), GENERIC "TIMEOUT=%s", rows[i].value);
		load_one(variable);
		assert_true(settings.request_timeout_ns == timeout);
		assert_int_equal(fake_warning_count(), rows[i].timeout_warnings);
		snprintf(variable, sizeof(variable), METRICS "TIMEOUT=%s", rows[i].value);
		load_one(variable);
		assert_true(settings.request_timeout_ns == timeout);
		snprintf(variable, sizeof(variable), "OTEL_METRIC_EXPORT_INTERVAL=%s",
			rows[i].value);
		load_one(variable);
		assert_true(settings.interval_ns == (uint64_t)rows[i].interval_ms * NSEC_PER_MSEC);
		assert_int_equal(fake_warning_count(), rows[i].interval_warnings);
	}
	load_one("OTEL_METRIC_EXPORT_TIMEOUT=0");
	assert_true(settings.export_timeout_ns == UINT64_MAX);
	load_one("OTEL_METRIC_EXPORT_TIMEOUT=x");
	assert_true(settings.export_timeout_ns == 30 * NSEC_PER_SEC);
	assert_string_equal(fake_warnings,
		"OTEL_METRIC_EXPORT_TIMEOUT: found 'x', expected a number of milliseconds from 0 "
		"to 2147483647 without a unit; ignored\n");
}

/* E-08 */
static void certificates(void **state)
{
	(void)state;
	load((const char *const[]){GENERIC "CERTIFICATE=/g.pem", METRICS "CERTIFICATE=/m.pem",
		GENERIC "CLIENT_CERTIFICATE=/c.pem", METRICS "CLIENT_KEY=/k.pem", NULL});
	assert_string_equal(settings.ca_file, "/m.pem");
	assert_string_equal(settings.cert_file, "/c.pem");
	assert_string_equal(settings.key_file, "/k.pem");
	assert_string_equal(fake_warnings, "");
	load_one(GENERIC "CLIENT_KEY=");
	assert_null(settings.ca_file);
	assert_null(settings.key_file);
}

static void histograms(void **state)
{
	(void)state;
	load_one("A=");
	assert_int_equal(settings.views.histograms, AGGREGATION_DEFAULT);
	load_one(METRICS "DEFAULT_HISTOGRAM_AGGREGATION=Explicit_Bucket_Histogram");
	assert_int_equal(settings.views.histograms, AGGREGATION_EXPLICIT);
	load_one(METRICS "DEFAULT_HISTOGRAM_AGGREGATION=base2_exponential_bucket_histogram");
	assert_int_equal(settings.views.histograms, AGGREGATION_EXPONENTIAL);
}

static void enums(void **state)
{
	static const struct {
		const char *variable;
		enum exporter_kind exporter;
		bool gzip;
		int level;
		size_t warnings;
	} rows[] = {
		{"OTEL_METRICS_EXPORTER=otlp", EXPORTER_OTLP, false, LOG_LEVEL_INFO, 0},
		{"OTEL_METRICS_EXPORTER=Console", EXPORTER_CONSOLE, false, LOG_LEVEL_INFO, 0},
		{"OTEL_METRICS_EXPORTER=NONE", EXPORTER_NONE, false, LOG_LEVEL_INFO, 0},
		{"OTEL_METRICS_EXPORTER=prometheus", EXPORTER_OTLP, false, LOG_LEVEL_INFO, 1},
		{"OTEL_METRICS_EXPORTER=logging", EXPORTER_OTLP, false, LOG_LEVEL_INFO, 1},
		{"OTEL_METRICS_EXPORTER=zipkin", EXPORTER_OTLP, false, LOG_LEVEL_INFO, 1},
		{"OTEL_METRICS_EXPORTER=console , otlp", EXPORTER_CONSOLE, false, LOG_LEVEL_INFO,
			1},
		{"OTEL_METRICS_EXPORTER=prometheus,console", EXPORTER_OTLP, false, LOG_LEVEL_INFO,
			2},
		{GENERIC "COMPRESSION=gzip", EXPORTER_OTLP, true, LOG_LEVEL_INFO, 0},
		{METRICS "COMPRESSION=GZIP", EXPORTER_OTLP, true, LOG_LEVEL_INFO, 0},
		{GENERIC "COMPRESSION=none", EXPORTER_OTLP, false, LOG_LEVEL_INFO, 0},
		{GENERIC "COMPRESSION=zstd", EXPORTER_OTLP, false, LOG_LEVEL_INFO, 1},
		{GENERIC "PROTOCOL=http/protobuf", EXPORTER_OTLP, false, LOG_LEVEL_INFO, 0},
		{GENERIC "PROTOCOL=HTTP/Protobuf", EXPORTER_OTLP, false, LOG_LEVEL_INFO, 0},
		{GENERIC "PROTOCOL=grpc", EXPORTER_OTLP, false, LOG_LEVEL_INFO, 1},
		{METRICS "PROTOCOL=http/json", EXPORTER_OTLP, false, LOG_LEVEL_INFO, 1},
		{GENERIC "PROTOCOL=udp", EXPORTER_OTLP, false, LOG_LEVEL_INFO, 1},
		{METRICS "TEMPORALITY_PREFERENCE=Cumulative", EXPORTER_OTLP, false, LOG_LEVEL_INFO,
			0},
		{METRICS "TEMPORALITY_PREFERENCE=Delta", EXPORTER_OTLP, false, LOG_LEVEL_INFO, 0},
		{METRICS "TEMPORALITY_PREFERENCE=low_memory", EXPORTER_OTLP, false, LOG_LEVEL_INFO,
			1},
		{METRICS "DEFAULT_HISTOGRAM_AGGREGATION=explicit_bucket_histogram", EXPORTER_OTLP,
			false, LOG_LEVEL_INFO, 0},
		{METRICS "DEFAULT_HISTOGRAM_AGGREGATION=base2_exponential_bucket_histogram",
			EXPORTER_OTLP, false, LOG_LEVEL_INFO, 0},
		{METRICS "DEFAULT_HISTOGRAM_AGGREGATION=linear", EXPORTER_OTLP, false,
			LOG_LEVEL_INFO, 1},
		{"OTEL_LOG_LEVEL=none", EXPORTER_OTLP, false, LOG_LEVEL_NONE, 0},
		{"OTEL_LOG_LEVEL=ERROR", EXPORTER_OTLP, false, LOG_LEVEL_ERROR, 0},
		{"OTEL_LOG_LEVEL=warn", EXPORTER_OTLP, false, LOG_LEVEL_WARN, 0},
		{"OTEL_LOG_LEVEL=Warning", EXPORTER_OTLP, false, LOG_LEVEL_WARN, 0},
		{"OTEL_LOG_LEVEL=debug", EXPORTER_OTLP, false, LOG_LEVEL_DEBUG, 0},
		{"OTEL_LOG_LEVEL=verbose", EXPORTER_OTLP, false, LOG_LEVEL_INFO, 1},
		/* for others: not ours to judge */
		{"OTEL_TRACES_EXPORTER=nonsense", EXPORTER_OTLP, false, LOG_LEVEL_INFO, 0},
		{"OTEL_ATTRIBUTE_COUNT_LIMIT=-1", EXPORTER_OTLP, false, LOG_LEVEL_INFO, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		load_one(rows[i].variable);
		if (settings.exporter != rows[i].exporter || settings.gzip != rows[i].gzip ||
			settings.log_level != rows[i].level ||
			fake_warning_count() != rows[i].warnings)
			fail_msg("%s: exporter %d, gzip %d, level %d, warnings: %s",
				rows[i].variable, settings.exporter, settings.gzip,
				settings.log_level, fake_warnings);
	}
	load_one(GENERIC "PROTOCOL=grpc");
	assert_string_equal(fake_warnings,
		GENERIC "PROTOCOL: found 'grpc': not supported yet; http/protobuf is used instead "
			"(port 4318 of a collector)\n");
	load_one(GENERIC "COMPRESSION=zstd");
	assert_string_equal(fake_warnings,
		GENERIC "COMPRESSION: found 'zstd', expected none or gzip; ignored\n");
}

static void temporality(void **state)
{
	static const struct {
		const char *variable;
		enum temporality_kind expected;
	} rows[] = {
		{"OTHER=1", TEMPORALITY_KIND_CUMULATIVE},
		{METRICS "TEMPORALITY_PREFERENCE=CUMULATIVE", TEMPORALITY_KIND_CUMULATIVE},
		{METRICS "TEMPORALITY_PREFERENCE=Delta", TEMPORALITY_KIND_DELTA},
		{METRICS "TEMPORALITY_PREFERENCE=delta ", TEMPORALITY_KIND_DELTA},
		{METRICS "TEMPORALITY_PREFERENCE=LowMemory", TEMPORALITY_KIND_LOWMEMORY},
		/* that is how the configuration file spells it */
		{METRICS "TEMPORALITY_PREFERENCE=low_memory", TEMPORALITY_KIND_CUMULATIVE},
		{METRICS "TEMPORALITY_PREFERENCE=1", TEMPORALITY_KIND_CUMULATIVE},
		/* there is no variable for all signals */
		{GENERIC "TEMPORALITY_PREFERENCE=delta", TEMPORALITY_KIND_CUMULATIVE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		load_one(rows[i].variable);
		assert_int_equal(settings.temporality, rows[i].expected);
	}
	load_one(METRICS "TEMPORALITY_PREFERENCE=deltas");
	assert_string_equal(fake_warnings,
		METRICS "TEMPORALITY_PREFERENCE: found 'deltas', expected cumulative, delta or "
			"lowmemory; ignored\n");
}

/* E-09; a wrong metrics variable counts as unset. */
static void metrics_before_generic(void **state)
{
	(void)state;
	load((const char *const[]){GENERIC "TIMEOUT=1", METRICS "TIMEOUT=2",
		GENERIC "COMPRESSION=gzip", METRICS "COMPRESSION=none", GENERIC "ENDPOINT=http://g",
		METRICS "ENDPOINT=http://m", GENERIC "HEADERS=a=1", METRICS "HEADERS=b=2", NULL});
	assert_true(settings.request_timeout_ns == 2 * NSEC_PER_MSEC);
	assert_false(settings.gzip);
	assert_string_equal(settings.url, "http://m/");
	assert_int_equal(settings.header_count, 1);
	assert_string_equal(settings.headers[0].key, "b");
	assert_string_equal(fake_warnings, "");
	load((const char *const[]){GENERIC "TIMEOUT=1", METRICS "TIMEOUT=x",
		GENERIC "COMPRESSION=gzip", METRICS "COMPRESSION=lzma", NULL});
	assert_true(settings.request_timeout_ns == NSEC_PER_MSEC);
	assert_true(settings.gzip);
	assert_int_equal(fake_warning_count(), 2);
}

/* U-01 to U-05 */
static void endpoints(void **state)
{
	static const struct {
		const char *variable, *url;
	} rows[] = {
		{GENERIC "ENDPOINT=http://collector:4318", "http://collector:4318/v1/metrics"},
		{GENERIC "ENDPOINT=http://collector:4318/mycollector/",
			"http://collector:4318/mycollector/v1/metrics"},
		{GENERIC "ENDPOINT=https://env.endpoint/prefix",
			"https://env.endpoint/prefix/v1/metrics"},
		{GENERIC "ENDPOINT=https://h", "https://h/v1/metrics"}, /* port 443, not 4318 */
		{METRICS "ENDPOINT=http://collector:4318", "http://collector:4318/"},
		{METRICS "ENDPOINT=https://collector.example.com/v1/metrics/",
			"https://collector.example.com/v1/metrics/"},
		{METRICS "ENDPOINT=  HtTp://h/x  ", "http://h/x"},
	};
	static const char *const wrong[] = {GENERIC "ENDPOINT=collector:4318",
		GENERIC "ENDPOINT=ftp://h", METRICS "ENDPOINT=http://",
		METRICS "ENDPOINT=http://h:99999", METRICS "ENDPOINT=http://h/a b"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		load_one(rows[i].variable);
		assert_string_equal(settings.url, rows[i].url);
		assert_string_equal(fake_warnings, "");
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		const char *const variables[] = {wrong[i], NULL};

		assert_int_equal(fake_load(&settings, NULL, &arena, &err, variables), -EINVAL);
		assert_non_null(strstr(err.text, "ENDPOINT is '"));
	}
	load_one(GENERIC "ENDPOINT=http://me:secret@h");
	assert_string_equal(settings.url, "http://h/v1/metrics");
	assert_int_equal(fake_warning_count(), 1);
	assert_null(strstr(fake_warnings, "secret"));
	assert_int_equal(fake_load(&settings, NULL, &arena, &err,
				 (const char *const[]){GENERIC "ENDPOINT=me:secret@h", NULL}),
		-EINVAL);
	assert_null(strstr(err.text, "secret"));
}

static void console_interval(void **state)
{
	(void)state;
	load_one("OTEL_METRICS_EXPORTER=console");
	assert_true(settings.interval_ns == 10 * NSEC_PER_SEC);
	load((const char *const[]){
		"OTEL_METRICS_EXPORTER=console", "OTEL_METRIC_EXPORT_INTERVAL=500", NULL});
	assert_true(settings.interval_ns == 500 * NSEC_PER_MSEC);
}

static void command_line_wins(void **state)
{
	static const char *const variables[] = {"OTEL_METRICS_EXPORTER=none",
		GENERIC "ENDPOINT=http://g", METRICS "ENDPOINT=http://m",
		"OTEL_METRIC_EXPORT_INTERVAL=1000", "OTEL_LOG_LEVEL=debug", NULL};
	struct overrides given = {
		.otlp_endpoint = "http://c/x", .interval_ms = 250, .log_level = "ERROR"};

	(void)state;
	assert_int_equal(fake_load(&settings, &given, &arena, &err, variables), 0);
	assert_string_equal(settings.url, "http://c/x/v1/metrics");
	assert_int_equal(settings.exporter, EXPORTER_OTLP);
	assert_true(settings.interval_ns == 250 * NSEC_PER_MSEC);
	assert_int_equal(settings.log_level, LOG_LEVEL_ERROR);
	given.exporter = "Console";
	assert_int_equal(fake_load(&settings, &given, &arena, &err, variables), 0);
	assert_int_equal(settings.exporter, EXPORTER_CONSOLE);
}

static void wrong_command_line_is_an_error(void **state)
{
	static const struct {
		struct overrides given;
		const char *message;
	} rows[] = {
		{{.exporter = "prometheus"},
			"--exporter: found 'prometheus', expected otlp, console or none"},
		{{.exporter = ""}, "--exporter: found '', expected otlp, console or none"},
		{{.log_level = "loud"},
			"--log-level: found 'loud', expected none, error, warn, warning, info or "
			"debug"},
		{{.interval_ms = UINT64_C(1) << 31},
			"--interval: found 2147483648 ms, expected at most 2147483647"},
		{{.otlp_endpoint = "collector:4318"},
			"--otlp-endpoint is 'collector:4318': found no http:// or https:// in "
			"front, expected http://HOST:PORT"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(fake_load(&settings, &rows[i].given, &arena, &err, NULL), -EINVAL);
		assert_string_equal(err.text, rows[i].message);
	}
}

/* E-12 is the resource's business; here both just arrive. */
static void service_and_resource(void **state)
{
	(void)state;
	load((const char *const[]){
		"OTEL_SERVICE_NAME=a,b=c", "OTEL_RESOURCE_ATTRIBUTES=service.name=x", NULL});
	assert_string_equal(settings.service_name, "a,b=c");
	assert_int_equal(settings.resource_count, 1);
	load_one("OTEL_SERVICE_NAME=\xff");
	assert_null(settings.service_name);
	assert_int_equal(fake_warning_count(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(empty_is_unset),
		cmocka_unit_test(booleans),
		cmocka_unit_test(durations),
		cmocka_unit_test(certificates),
		cmocka_unit_test(histograms),
		cmocka_unit_test(certificates),
		cmocka_unit_test(histograms),
		cmocka_unit_test(enums),
		cmocka_unit_test(temporality),
		cmocka_unit_test(metrics_before_generic),
		cmocka_unit_test(endpoints),
		cmocka_unit_test(console_interval),
		cmocka_unit_test(command_line_wins),
		cmocka_unit_test(wrong_command_line_is_an_error),
		cmocka_unit_test(service_and_resource),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
