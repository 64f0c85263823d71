/* SPDX-License-Identifier: Apache-2.0 */
#include "config/view.h"

#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "test.h"

static void test_wildcards(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool any_case, matches;
	} cases[] = {
		{"*", "", false, true},
		{"*", "anything", false, true},
		{"a", "a", false, true},
		{"a", "A", false, false},
		{"a", "A", true, true},
		{"a", "ab", false, false},
		{"a*", "ab", false, true},
		{"*b", "ab", false, true},
		{"*b", "abc", false, false},
		{"a*c*e", "abcde", false, true},
		{"a*c*e", "abcdef", false, false},
		{"*ab", "aab", false, true},
		{"?", "x", false, true},
		{"?", "", false, false},
		{"?", "\xc3\xa4", false, true},
		{"??", "\xc3\xa4", false, false},
		{"a?c", "abc", false, true},
		{"", "", false, true},
		{"", "a", false, false},
		{"**", "a", false, true},
		{"*?", "", false, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (wildcard_matches(cases[i].pattern, cases[i].text, cases[i].any_case) !=
			cases[i].matches)
			fail_msg("%s, %s", cases[i].pattern, cases[i].text);
}

static const struct metric_definition definitions[] = {
	{.name = "requests", .unit = "{request}", .instrument = "counter", .description = "D."},
	{.name = "open", .unit = "{file}", .instrument = "updowncounter", .cardinality_limit = 7},
	{.name = "depth", .unit = "1", .instrument = "gauge"},
	{.name = "latency", .unit = "s", .instrument = "exponential_histogram"},
	{.name = "size", .unit = "By", .instrument = "histogram", .buckets = BUCKETS_EXP2},
};

struct bench {
	struct arena arena;
	struct pack_definition pack;
	struct metric_definition metrics[ARRAY_SIZE(definitions)];
};

static void apply(struct bench *b, struct view *list, size_t count, const struct views *given)
{
	struct views views = given ? *given : (struct views){.list = NULL};

	memcpy(b->metrics, definitions, sizeof(definitions));
	b->pack = (struct pack_definition){
		.name = "pack",
		.file = "pack.yaml",
		.version = "1.0",
		.metrics = b->metrics,
		.metric_count = ARRAY_SIZE(definitions),
	};
	for (size_t i = 0; i < count; i++) {
		list[i].file = "c.yaml";
		list[i].position = (struct position){(uint32_t)i + 1, 1};
	}
	views.list = list;
	views.count = count;
	assert_int_equal(views_apply(&views, &b->pack, &b->arena, NULL), 0);
}

static const struct metric_definition *find(const struct bench *b, const char *name)
{
	for (size_t i = 0; i < b->pack.metric_count; i++)
		if (strcmp(b->pack.metrics[i].name, name) == 0)
			return &b->pack.metrics[i];
	return NULL;
}

/* What a selector selects is dropped: the names that are left say what it was. */
static void test_selectors(void **state)
{
	static const struct {
		struct view view;
		const char *left;
	} cases[] = {
		{{.instrument_name = "*"}, ""},
		{{.instrument_name = NULL}, ""},
		{{.instrument_name = "REQ*s"}, "open depth latency size "},
		{{.instrument_name = "?pen"}, "requests depth latency size "},
		{{.instrument_type = "counter"}, "open depth latency size "},
		{{.instrument_type = "observable_counter"}, "open depth latency size "},
		{{.instrument_type = "up_down_counter"}, "requests depth latency size "},
		{{.instrument_type = "observable_gauge"}, "requests open latency size "},
		{{.instrument_type = "histogram"}, "requests open depth "},
		{{.instrument_type = "histogram", .unit = "s"}, "requests open depth size "},
		{{.unit = "S"}, "requests open depth latency size "},
		{{.meter_name = "pack"}, ""},
		{{.meter_name = "other"}, "requests open depth latency size "},
		{{.meter_version = "1.0", .instrument_name = "size"},
			"requests open depth latency "},
		{{.meter_version = "1"}, "requests open depth latency size "},
		{{.meter_schema_url = "x"}, "requests open depth latency size "},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct view view = cases[i].view;
		struct bench b = {0};
		char left[128] = "";

		view.aggregation = AGGREGATION_DROP;
		apply(&b, &view, 1, NULL);
		for (size_t j = 0; j < b.pack.metric_count; j++) {
			strcat(left, b.pack.metrics[j].name);
			strcat(left, " ");
		}
		if (strcmp(left, cases[i].left) != 0)
			fail_msg("case %zu: '%s', not '%s'", i, left, cases[i].left);
		assert_null(b.pack.notes);
		arena_fini(&b.arena);
	}
}

static void test_streams(void **state)
{
	struct attribute_filter filter = {.included_count = 0};
	struct boundary one = {.value = {1, 1}};
	struct view views[] = {
		{.instrument_name = "requests",
			.name = "calls",
			.description = "Calls.",
			.cardinality_limit = 5,
			.filter = &filter},
		/* A second stream of the same. */
		{.instrument_name = "requests", .aggregation = AGGREGATION_SUM},
		{.instrument_name = "latency",
			.aggregation = AGGREGATION_EXPLICIT,
			.boundaries = {.list = &one, .count = 1}},
		{.instrument_name = "latency",
			.name = "fine",
			.aggregation = AGGREGATION_EXPONENTIAL,
			.max_size = 20,
			.max_scale = 3},
		{.instrument_name = "size", .aggregation = AGGREGATION_LAST_VALUE},
		{.instrument_name = "depth", .aggregation = AGGREGATION_LAST_VALUE},
		{.instrument_name = "size", .name = "FINE"},
	};
	const struct metric_definition *found;
	struct bench b = {0};

	(void)state;
	apply(&b, views, ARRAY_SIZE(views), NULL);
	found = find(&b, "calls");
	assert_non_null(found);
	assert_string_equal(found->description, "Calls.");
	assert_int_equal(found->cardinality_limit, 5);
	assert_ptr_equal(found->filter, &filter);
	found = find(&b, "requests");
	assert_non_null(found);
	assert_string_equal(found->description, "D.");
	assert_null(found->filter);
	found = find(&b, "latency");
	assert_string_equal(found->instrument, "histogram");
	assert_ptr_equal(found->boundaries, &views[2].boundaries);
	found = find(&b, "fine");
	assert_string_equal(found->instrument, "exponential_histogram");
	assert_int_equal(found->max_size, 20);
	assert_int_equal(found->scale_cut, 17);
	assert_non_null(find(&b, "depth"));
	assert_non_null(find(&b, "open"));
	assert_null(find(&b, "size"));
	assert_null(find(&b, "FINE"));
	/* Names are the same whatever their case. */
	assert_string_equal(b.pack.notes->text,
		"c.yaml:5:1: the view's aggregation is not one for size (histogram), which is left "
		"as it is");
	assert_string_equal(b.pack.notes->next->text,
		"c.yaml:7:1: there is a metric called 'FINE' already; this one is left out");
	assert_null(b.pack.notes->next->next);
	arena_fini(&b.arena);
}

/* View, then definition, then reader. */
static void test_defaults(void **state)
{
	const struct views defaults = {
		.histograms = AGGREGATION_EXPLICIT,
		.cardinality = {[KIND_COUNTER] = 11, [KIND_UPDOWNCOUNTER] = 12},
	};
	struct view views[] = {
		{.instrument_name = "latency",
			.aggregation = AGGREGATION_EXPONENTIAL,
			.max_scale = 20},
		{.instrument_name = "requests", .name = "limited", .cardinality_limit = 3},
		{.instrument_name = "requests", .aggregation = AGGREGATION_SUM},
	};
	struct bench b = {0};

	(void)state;
	apply(&b, NULL, 0, &defaults);
	assert_int_equal(b.pack.metric_count, ARRAY_SIZE(definitions));
	assert_string_equal(find(&b, "latency")->instrument, "histogram");
	assert_true(find(&b, "latency")->boundaries->unspecified);
	assert_null(find(&b, "size")->boundaries);
	assert_int_equal(find(&b, "requests")->cardinality_limit, 11);
	assert_int_equal(find(&b, "open")->cardinality_limit, 7);
	assert_int_equal(find(&b, "depth")->cardinality_limit, 0);
	arena_fini(&b.arena);
	b = (struct bench){0};
	apply(&b, views, ARRAY_SIZE(views), &defaults);
	assert_string_equal(find(&b, "latency")->instrument, "exponential_histogram");
	assert_int_equal(find(&b, "latency")->scale_cut, 0);
	assert_int_equal(find(&b, "limited")->cardinality_limit, 3);
	assert_int_equal(find(&b, "requests")->cardinality_limit, 11);
	arena_fini(&b.arena);
}

/* A pack has room for so many. */
static void test_too_many(void **state)
{
	static struct view views[100];
	static char names[ARRAY_SIZE(views)][16];
	struct bench b = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(views); i++) {
		snprintf(names[i], sizeof(names[i]), "v%zu", i);
		views[i] = (struct view){.unit = "s", .name = names[i]};
	}
	apply(&b, views, ARRAY_SIZE(views), NULL);
	assert_int_equal(b.pack.metric_count, 104);
	assert_null(b.pack.notes);
	arena_fini(&b.arena);
	b = (struct bench){0};
	for (size_t i = 0; i < ARRAY_SIZE(views); i++)
		views[i].unit = NULL;
	apply(&b, views, ARRAY_SIZE(views), NULL);
	/* The second metric's streams are called as the first one's. */
	assert_int_equal(b.pack.metric_count, 100);
	assert_non_null(b.pack.notes);
	arena_fini(&b.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wildcards),
		cmocka_unit_test(test_selectors),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
