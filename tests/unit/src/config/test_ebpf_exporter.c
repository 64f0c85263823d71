/* SPDX-License-Identifier: Apache-2.0 */
#include "config/ebpf_exporter.h"

#include "src/config/golden.h"

static struct arena arena;
static struct pack_definition pack;

static void parse(const char *text, bool prefix)
{
	const struct definition_options options = {
		.file = "dir/some-pack_5.16.yaml", .ebpf_exporter_prefix = prefix};
	struct err err = {{0}};

	if (definition_parse(&options, text, strlen(text), &arena, &pack, &err))
		fail_msg("%s", err.text);
}

static int forget(void **state)
{
	(void)state;
	arena_fini(&arena);
	arena = (struct arena){0};
	return 0;
}

static void golden_files(void **state)
{
	(void)state;
	assert_true(golden_check_folder("ebpf_exporter", true) > 80);
}

static void recognised_by_shape(void **state)
{
	static const struct {
		const char *text;
		bool expected;
	} cases[] = {
		{"metrics: {counters: []}", true},
		{"metrics: {histograms: []}", true},
		{"{metrics: {counters: []}, version: 1.0.0}", true},
		{"tracing: {spans: []}", true},
		{"metrics: []", false},
		{"metrics: {name: x}", false},
		{"{metrics: [], tracing: {}}", false},
		{"metrics: counters", false},
		{"counters: []", false},
		{"[metrics]", false},
		{"metrics", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct yaml_node *root;

		assert_int_equal(
			yaml_parse("f", cases[i].text, strlen(cases[i].text), &arena, &root, NULL),
			0);
		if (ebpf_exporter_recognise(root) != cases[i].expected)
			fail_msg("%s", cases[i].text);
	}
}

static void labels_are_bytes_of_the_key(void **state)
{
	const struct metric_definition *metric;

	(void)state;
	parse("metrics:\n"
	      "  counters:\n"
	      "    - name: hits_total\n"
	      "      help: Hits.\n"
	      "      labels:\n"
	      "        - {name: a, size: 1, padding: 3, decoders: [{name: uint}]}\n"
	      "        - {name: b, size: 16, decoders: [{name: string}, {name: static_map, "
	      "static_map: {x: y, 2: z}, allow_unknown: true}]}\n"
	      "        - {name: c, size: 2, padding: 0x2, decoders: [{name: regexp, regexps: "
	      "[one, two]}]}\n"
	      "        - {name: d, size: 4, decoders: [{name: majorminor}]}\n",
		false);
	assert_string_equal(pack.name, "some-pack_5.16");
	assert_string_equal(pack.version, "");
	assert_int_equal(pack.metric_count, 1);
	assert_null(pack.notes);
	metric = &pack.metrics[0];
	assert_string_equal(metric->name, "hits_total");
	assert_string_equal(metric->map, "hits_total");
	assert_string_equal(metric->description, "Hits.");
	assert_true(metric->by_size);
	assert_int_equal(metric->key_size, 28);
	assert_int_equal(metric->attribute_count, 4);
	assert_int_equal(metric->attributes[0].offset, 0);
	assert_int_equal(metric->attributes[0].size, 1);
	assert_int_equal(metric->attributes[1].offset, 4);
	assert_int_equal(metric->attributes[1].size, 16);
	assert_int_equal(metric->attributes[2].offset, 20);
	assert_int_equal(metric->attributes[1].decoder_count, 2);
	assert_string_equal(metric->attributes[1].decoders[0].name, "string");
	assert_int_equal(metric->attributes[1].decoders[1].argument_count, 3);
	assert_string_equal(metric->attributes[1].decoders[1].arguments[1].key, "2");
	assert_string_equal(metric->attributes[1].decoders[1].arguments[1].value, "z");
	assert_string_equal(metric->attributes[1].decoders[1].arguments[2].key, "allow_unknown");
	assert_int_equal(metric->attributes[2].decoders[0].argument_count, 2);
	assert_string_equal(metric->attributes[2].decoders[0].arguments[1].value, "two");
	assert_string_equal(metric->attributes[3].decoders[0].arguments[0].key, "layout");
	assert_string_equal(metric->attributes[3].decoders[0].arguments[0].value, "user");
}

static void names_units_and_instruments(void **state)
{
	static const struct {
		const char *name, *unit, *instrument;
	} cases[] = {
		{"softirqs_total", "", "counter"},
		{"run_seconds_total", "s", "counter"},
		{"sent_bytes_total", "By", "counter"},
		{"bpf_jit_pages_currently_allocated", "", "updowncounter"},
		{"run_seconds", "s", "updowncounter"},
		{"subtotal", "", "updowncounter"},
		{"total", "", "updowncounter"},
		{"milliseconds_total", "", "counter"},
		{"secondsx_total", "", "counter"},
		{"seconds_waited_total", "s", "counter"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[256], prefixed[256];

		snprintf(text, sizeof(text), "metrics: {counters: [{name: %s, help: H.}]}",
			cases[i].name);
		parse(text, false);
		assert_string_equal(pack.metrics[0].name, cases[i].name);
		assert_string_equal(pack.metrics[0].unit, cases[i].unit);
		assert_string_equal(pack.metrics[0].instrument, cases[i].instrument);
		parse(text, true);
		snprintf(prefixed, sizeof(prefixed), "ebpf_exporter_%s", cases[i].name);
		assert_string_equal(pack.metrics[0].name, prefixed);
		assert_string_equal(pack.metrics[0].map, cases[i].name);
	}
}

static void what_is_left_out_is_told(void **state)
{
	(void)state;
	parse("tracing:\n  spans: []\n"
	      "metrics:\n"
	      "  counters:\n"
	      "    - {name: a__b_total, help: H.}\n",
		false);
	assert_int_equal(pack.metric_count, 1);
	assert_string_equal(pack.metrics[0].name, "a__b_total");
	assert_string_equal(pack.notes->text, "dir/some-pack_5.16.yaml:1:1: tracing: spans are not "
					      "supported; only the metrics of "
					      "this file are exported");
	assert_non_null(strstr(pack.notes->next->text, ":5:7: metric a__b_total: "));
	assert_null(pack.notes->next->next);
}

static void samples_of_perf_event_arrays(void **state)
{
	(void)state;
	parse("metrics:\n"
	      "  counters:\n"
	      "    - {name: kills_total, help: H., perf_event_array: true, flush_interval: 5s}\n"
	      "    - {name: hits_total, help: H., perf_event_array: false}\n",
		false);
	assert_int_equal(pack.metric_count, 2);
	assert_true(pack.metrics[0].samples);
	assert_false(pack.metrics[1].samples);
	assert_null(pack.notes);
}

static void kernel_addresses(void **state)
{
	(void)state;
	parse("{metrics: {counters: [{name: a_total, help: H.}]}, kaddrs: [jiffies, __x]}", false);
	assert_int_equal(pack.address_count, 2);
	assert_string_equal(pack.addresses[0].symbol, "jiffies");
	assert_string_equal(pack.addresses[0].variable, "kaddr_jiffies");
	assert_string_equal(pack.addresses[1].variable, "kaddr___x");
	assert_int_equal(pack.addresses[0].position.line, 1);
}

static void cgroups_by_pattern(void **state)
{
	const struct cgroup_map_definition *map;

	(void)state;
	parse("{metrics: {counters: [{name: a_total, help: H.}]}, "
	      "cgroup_id_map: {name: ids, regexps: [one, \"^two\"]}}",
		false);
	map = pack.cgroup_map;
	assert_string_equal(map->map, "ids");
	assert_false(map->storage);
	assert_int_equal(map->pattern_count, 2);
	assert_string_equal(map->patterns[1], "^two");
	parse("{metrics: {counters: [{name: a_total, help: H.}]}, "
	      "cgroup_id_map: {name: ids, type: cgrp_storage, regexps: [one]}}",
		false);
	assert_true(pack.cgroup_map->storage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(golden_files, forget),
		cmocka_unit_test_teardown(recognised_by_shape, forget),
		cmocka_unit_test_teardown(labels_are_bytes_of_the_key, forget),
		cmocka_unit_test_teardown(names_units_and_instruments, forget),
		cmocka_unit_test_teardown(what_is_left_out_is_told, forget),
		cmocka_unit_test_teardown(samples_of_perf_event_arrays, forget),
		cmocka_unit_test_teardown(kernel_addresses, forget),
		cmocka_unit_test_teardown(cgroups_by_pattern, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
