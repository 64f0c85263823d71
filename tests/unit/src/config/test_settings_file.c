/* SPDX-License-Identifier: Apache-2.0 */
#include "config/settings_file.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "src/config/fake_environment.h"
#include "src/config/golden.h"
#include "test.h"

static int load(const char *folder, const char *file, struct arena *arena,
	struct settings *settings, struct err *err)
{
	struct environment env = {.lookup = fake_lookup, .arena = arena, .warning = fake_warning};
	char path[512], text[16384];
	size_t length;

	fake_warnings[0] = '\0';
	snprintf(path, sizeof(path), "%s/%s", folder, file);
	length = golden_read(path, text, sizeof(text));
	*settings = (struct settings){.exporter = EXPORTER_OTLP};
	return settings_file_parse(file, text, length, &env, settings, err);
}

static void check_golden(const char *folder, const char *file)
{
	struct settings settings;
	struct arena arena = {0};
	struct err err = {{0}};
	int result = load(folder, file, &arena, &settings, &err);

	golden_compare(folder, file, result, &err);
	arena_fini(&arena);
}

static void test_messages(void **state)
{
	static const char folder[] = SOURCE_DIR "/tests/golden/settings";
	DIR *directory = opendir(folder);
	struct dirent *entry;
	size_t files = 0;

	(void)state;
	assert_non_null(directory);
	fake_variables[0] = NULL;
	while ((entry = readdir(directory)) != NULL) {
		size_t length = strlen(entry->d_name);

		if (length < 5 || strcmp(entry->d_name + length - 5, ".yaml") != 0)
			continue;
		check_golden(folder, entry->d_name);
		files++;
	}
	closedir(directory);
	assert_true(files >= 10);
}

static void check_views(const struct views *views)
{
	const struct view *view = views->list;

	assert_int_equal(views->count, 4);
	assert_string_equal(view->instrument_name, "a*");
	assert_string_equal(view->instrument_type, "histogram");
	assert_string_equal(view->unit, "s");
	assert_string_equal(view->meter_name, "p");
	assert_string_equal(view->meter_version, "1");
	assert_null(view->meter_schema_url);
	assert_string_equal(view->name, "other");
	assert_string_equal(view->description, "Other.");
	assert_int_equal(view->cardinality_limit, 10);
	assert_int_equal(view->filter->included_count, 2);
	assert_string_equal(view->filter->included[1], "b*");
	assert_string_equal(view->filter->excluded[0], "bad");
	assert_int_equal(view->aggregation, AGGREGATION_EXPLICIT);
	assert_int_equal(view->boundaries.count, 3);
	assert_int_equal(view->boundaries.list[1].value.denominator, 2);
	assert_false(view->boundaries.unspecified);
	assert_int_equal(view->position.line, 33);
	assert_int_equal(view[1].aggregation, AGGREGATION_EXPONENTIAL);
	assert_int_equal(view[1].max_scale, -2);
	assert_int_equal(view[1].max_size, 20);
	assert_null(view[1].instrument_name);
	assert_int_equal(view[2].aggregation, AGGREGATION_DROP);
	assert_int_equal(view[3].aggregation, AGGREGATION_EXPLICIT);
	assert_true(view[3].boundaries.unspecified);
	assert_int_equal(views->histograms, AGGREGATION_EXPONENTIAL);
	assert_int_equal(views->cardinality[KIND_COUNTER], 6);
	assert_int_equal(views->cardinality[KIND_UPDOWNCOUNTER], 7);
	assert_int_equal(views->cardinality[KIND_GAUGE], 100);
	assert_int_equal(views->cardinality[KIND_HISTOGRAM], 8);
}

static void check_resource(const struct settings *settings)
{
	static const struct pair expected[] = {
		{"team", "a b", PAIR_TEXT},
		{"answer", "42", PAIR_INTEGER},
		{"service.name", "kernel", PAIR_TEXT},
		{"big", "true", PAIR_BOOLEAN},
	};

	assert_int_equal(settings->resource_count, ARRAY_SIZE(expected));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_string_equal(settings->resource[i].key, expected[i].key);
		assert_string_equal(settings->resource[i].value, expected[i].value);
		assert_int_equal(settings->resource[i].type, expected[i].type);
	}
}

static void test_full(void **state)
{
	struct settings settings;
	struct arena arena = {0};
	struct err err = {{0}};

	(void)state;
	fake_variables[0] = "HOST=example.org";
	fake_variables[1] = NULL;
	if (load(SOURCE_DIR "/tests/golden/settings", "full.yaml", &arena, &settings, &err))
		fail_msg("%s", err.text);
	assert_string_equal(fake_warnings, "");
	assert_int_equal(settings.log_level, LOG_LEVEL_DEBUG);
	assert_int_equal(settings.exporter, EXPORTER_OTLP);
	assert_true(settings.interval_ns == 5 * NSEC_PER_SEC);
	assert_true(settings.export_timeout_ns == UINT64_MAX);
	assert_true(settings.request_timeout_ns == 2 * NSEC_PER_SEC);
	assert_string_equal(settings.url, "https://example.org:4318/v1/metrics");
	assert_true(settings.gzip);
	assert_int_equal(settings.temporality, TEMPORALITY_KIND_LOWMEMORY);
	assert_int_equal(settings.header_count, 2);
	assert_string_equal(settings.headers[0].key, "api-key");
	assert_string_equal(settings.headers[0].value, "50%");
	assert_string_equal(settings.headers[1].value, "1 2");
	assert_string_equal(settings.ca_file, "/etc/ca.pem");
	assert_string_equal(settings.cert_file, "/c.pem");
	assert_string_equal(settings.key_file, "/k.pem");
	assert_int_equal(settings.pack_count, 2);
	assert_string_equal(settings.packs[1], "./my.yaml");
	assert_string_equal(settings.pack_dir, "/packs");
	assert_true(settings.strict);
	assert_true(settings.ebpf_exporter_prefix);
	check_resource(&settings);
	check_views(&settings.views);
	arena_fini(&arena);
}

static void test_warnings(void **state)
{
	static const char text[] =
		"file_format: \"1.7\"\n"
		"resources: {}\n"
		"meter_provider:\n"
		"  readers: [{periodic: {exporter: {console: {temporality_preference: "
		"delta}}}}]\n";
	struct environment env = {.lookup = fake_lookup, .warning = fake_warning};
	struct settings settings = {.exporter = EXPORTER_OTLP};
	struct arena arena = {0};
	struct err err = {{0}};

	(void)state;
	env.arena = &arena;
	fake_warnings[0] = '\0';
	assert_int_equal(
		settings_file_parse("c.yaml", text, sizeof(text) - 1, &env, &settings, &err), 0);
	assert_int_equal(settings.exporter, EXPORTER_CONSOLE);
	assert_string_equal(fake_warnings,
		"c.yaml:2:1: 'resources' is not known; it is ignored; did you mean 'resource'?\n"
		"c.yaml:1:14: the file format is 1.7; what is newer than 1.1 is not understood\n"
		"c.yaml:4:46: 'temporality_preference' is not supported; it is ignored\n");
	arena_fini(&arena);
}

#define FULL SOURCE_DIR "/tests/golden/settings/full.yaml"

/* A file hides all variables that it does not name, and the command line wins over it. */
static void test_precedence(void **state)
{
	static const char *const variables[] = {"OTEL_CONFIG_FILE=" FULL, "HOST=h", "INTERVAL=7",
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://no", "OTEL_SERVICE_NAME=no",
		"OTEL_LOG_LEVEL=nonsense", "OTEL_SDK_DISABLED=true", NULL};
	struct overrides given = {.config = NULL};
	struct settings settings;
	struct arena arena = {0};
	struct err err = {{0}};

	(void)state;
	assert_int_equal(fake_load(&settings, NULL, &arena, &err, variables), 0);
	assert_string_equal(fake_warnings, "");
	assert_string_equal(settings.url, "https://h:4318/v1/metrics");
	assert_true(settings.interval_ns == 7 * NSEC_PER_MSEC);
	assert_null(settings.service_name);
	assert_false(settings.sdk_disabled);
	given.otlp_endpoint = "http://line";
	given.interval_ms = 3;
	given.log_level = "error";
	assert_int_equal(fake_load(&settings, &given, &arena, &err, variables), 0);
	assert_string_equal(settings.url, "http://line/v1/metrics");
	assert_true(settings.interval_ns == 3 * NSEC_PER_MSEC);
	assert_int_equal(settings.log_level, LOG_LEVEL_ERROR);
	assert_true(settings.gzip);
	given = (struct overrides){.config = SOURCE_DIR "/tests/golden/settings/nothing.yaml"};
	assert_int_equal(fake_load(&settings, &given, &arena, &err, variables), 0);
	assert_int_equal(settings.exporter, EXPORTER_NONE);
	assert_true(settings.interval_ns == 60 * NSEC_PER_SEC);
	given.exporter = "console";
	assert_int_equal(fake_load(&settings, &given, &arena, &err, variables), 0);
	assert_int_equal(settings.exporter, EXPORTER_CONSOLE);
	arena_fini(&arena);
}

static void test_no_file(void **state)
{
	static const char *const variables[] = {"OTEL_CONFIG_FILE=/nonexistent.yaml", NULL};
	static const char *const old[] = {"OTEL_EXPERIMENTAL_CONFIG_FILE=/nonexistent.yaml", NULL};
	struct settings settings;
	struct arena arena = {0};
	struct err err = {{0}};

	(void)state;
	assert_int_equal(fake_load(&settings, NULL, &arena, &err, variables), -ENOENT);
	assert_string_equal(err.text, "/nonexistent.yaml: No such file or directory");
	assert_int_equal(fake_load(&settings, NULL, &arena, &err, old), -ENOENT);
	assert_string_equal(
		fake_warnings, "OTEL_EXPERIMENTAL_CONFIG_FILE: deprecated; say OTEL_CONFIG_FILE\n");
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
