/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/encode_cache.h"

#include <stdio.h>
#include <string.h>

#include "metrics.pb-c.h"

#include "otlp/encode.h"
#include "test.h"

static void test_overflow_attribute(void **state)
{
	/* KeyValue {otel.metric.overflow: true} as field 7 */
	static const uint8_t expected[] = "\x3a\x1a\x0a\x14otel.metric.overflow\x12\x02\x10\x01";
	struct attr attr = attr_bool("otel.metric.overflow", true);
	uint8_t out[sizeof(expected) - 1];

	(void)state;
	assert_int_equal(attrs_encoded_size(&attr, 1), sizeof(out));
	assert_ptr_equal(attrs_encode(out, 0x3a, &attr, 1), out + sizeof(out));
	assert_memory_equal(out, expected, sizeof(out));
}

static void test_values_that_are_zero_are_present(void **state)
{
	struct attr attrs[] = {
		attr_string("s", ""), attr_int("i", 0), attr_bool("b", false), attr_int("n", -1)};
	Opentelemetry__Proto__Metrics__V1__NumberDataPoint *point;
	uint8_t out[256];
	size_t size = attrs_encoded_size(attrs, 4);

	(void)state;
	assert_ptr_equal(attrs_encode(out, 0x3a, attrs, 4), out + size);
	point = opentelemetry__proto__metrics__v1__number_data_point__unpack(NULL, size, out);
	assert_non_null(point);
	assert_int_equal(point->n_attributes, 4);
	assert_string_equal(point->attributes[0]->key, "s");
	assert_int_equal(point->attributes[0]->value->value_case,
		OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_STRING_VALUE);
	assert_string_equal(point->attributes[0]->value->string_value, "");
	assert_int_equal(point->attributes[1]->value->value_case,
		OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_INT_VALUE);
	assert_int_equal(point->attributes[2]->value->value_case,
		OPENTELEMETRY__PROTO__COMMON__V1__ANY_VALUE__VALUE_BOOL_VALUE);
	assert_int_equal(point->attributes[3]->value->int_value, -1);
	opentelemetry__proto__metrics__v1__number_data_point__free_unpacked(point, NULL);
}

static uint32_t length_of(const struct encode_table *table, uint32_t series)
{
	uint32_t length;

	encode_attrs(table, series, &length);
	return length;
}

static void test_attributes_follow_the_generation(void **state)
{
	struct attr attr = attr_string("k", "one");
	struct series series = {.attrs = &attr, .attr_count = 1, .generation = 7};
	struct metric metric = {.index = 3, .series_count = 1, .series = &series};
	struct encode_cache cache = {0};
	struct encode_table *table = encode_cache_table(&cache, &metric);
	char long_text[20001];

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_non_null(table);
	assert_true(table->count >= 1);
	assert_false(encode_attrs_known(table, 0));
	assert_int_equal(encode_attrs_fill(table, 0), 0);
	assert_true(encode_attrs_known(table, 0));
	assert_int_equal(length_of(table, 0), 12);
	series.generation = 8;
	metric.changes++;
	attr = attr_string("k", "other");
	assert_ptr_equal(encode_cache_table(&cache, &metric), table);
	assert_false(encode_attrs_known(table, 0));
	assert_int_equal(encode_attrs_fill(table, 0), 0);
	assert_int_equal(length_of(table, 0), 14);
	/* Longer than what one byte of a varint tells. */
	series.generation = 9;
	metric.changes++;
	attr = attr_string("k", long_text);
	table = encode_cache_table(&cache, &metric);
	assert_int_equal(encode_attrs_fill(table, 0), 0);
	assert_int_equal(length_of(table, 0), sizeof(long_text) - 1 + 15);
	/* Another series came; this one is what it was. */
	metric.changes++;
	assert_ptr_equal(encode_cache_table(&cache, &metric), table);
	assert_true(encode_attrs_known(table, 0));
	encode_cache_fini(&cache);
	encode_cache_fini(&cache);
}

static void test_another_metric_of_the_same_index_starts_anew(void **state)
{
	struct series series = {.generation = 1};
	struct metric first = {.index = 0, .series_count = 1, .series = &series}, second = first;
	struct encode_cache cache = {0};
	struct encode_table *table = encode_cache_table(&cache, &first);

	(void)state;
	assert_int_equal(encode_attrs_fill(table, 0), 0);
	table = encode_cache_table(&cache, &second);
	assert_false(encode_attrs_known(table, 0));
	encode_cache_fini(&cache);
}

/* Numbers that go to other attributes again and again do not make the block grow, and every entry
 * keeps its bytes. */
static void test_dead_bytes_are_squeezed_out(void **state)
{
	enum {
		SERIES = 50
	};
	struct series series[SERIES] = {0};
	struct attr attrs[SERIES];
	struct metric metric = {.series_count = SERIES, .series = series};
	struct encode_cache cache = {0};
	struct encode_table *table;
	uint8_t expected[128];
	size_t capacity = 0;
	char text[100];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < SERIES; i++) {
		attrs[i] = attr_string("k", text + i);
		series[i] = (struct series){.attrs = &attrs[i], .attr_count = 1, .generation = 1};
	}
	table = encode_cache_table(&cache, &metric);
	for (uint32_t round = 0; round < 1000; round++) {
		for (uint32_t i = 0; i < SERIES; i++) {
			if ((i + round) % 3 == 0)
				series[i].generation++;
		}
		metric.changes++;
		assert_ptr_equal(encode_cache_table(&cache, &metric), table);
		for (uint32_t i = 0; i < SERIES; i++) {
			if (!encode_attrs_known(table, i))
				assert_int_equal(encode_attrs_fill(table, i), 0);
		}
		if (round == 100)
			capacity = table->capacity;
	}
	assert_true(table->capacity <= 2 * capacity);
	for (uint32_t i = 0; i < SERIES; i++) {
		size_t size = attrs_encoded_size(&attrs[i], 1);
		uint32_t length;

		attrs_encode(expected, 0x3a, &attrs[i], 1);
		assert_memory_equal(encode_attrs(table, i, &length), expected, size);
		assert_int_equal(length, size);
	}
	encode_cache_fini(&cache);
}

enum {
	MANY = 5 * ENCODE_CHUNK + 77,
	REQUEST = 20000,
};

/* With delta temporality. */
struct life {
	struct model *model;
	struct metric *metric;
	bool gaps; /* there are series without a point everywhere */
};

static struct life live(bool gaps)
{
	static const struct resource resource = {.schema_url = ""};
	const struct metric_desc desc = {.name = "m", .max_series = 2 * MANY};
	struct life life = {.model = model_new(&resource), .gaps = gaps};

	model_set_temporality(life.model, PREFER_DELTA);
	life.metric = scope_add_metric(model_add_scope(life.model, "s", "1", 1), &desc, NULL);
	return life;
}

static void add(struct metric *metric, const char *text, uint64_t value)
{
	struct attr attr = attr_string("k", text);

	metric_add(metric, metric_find_series(metric, &attr, 1), value);
}

/* One collection in which the series `first` to MANY are there, with text that `turn` chooses; all
 * before it was delivered. */
static const struct snapshot *collect_many(struct life *life, uint32_t first, uint32_t turn)
{
	const struct snapshot_place begin = {0}, end = {.scope = 1};
	char text[64];

	model_acknowledge(life->model, &begin, &end);
	model_begin(life->model, 1000 + turn);
	for (uint32_t i = first; i < MANY; i++) {
		if (life->gaps && i % 100 == 0) {
			snprintf(text, sizeof(text), "gap %u", i);
			add(life->metric, text, 0);
		}
		snprintf(text, sizeof(text), "%u %.*s", i, (int)(i % (turn / 3 + 7)),
			"abcdefghijkl");
		add(life->metric, text, (turn + 1) * (i + 1));
	}
	return model_end(life->model);
}

/* All requests, one behind the other. */
static void encode_all(struct encoder *encoder, const struct snapshot *snapshot, struct buf *all)
{
	struct encode_cursor cursor;
	struct encoded encoded;
	struct buf out;
	uint64_t points = 0;

	buf_init(&out, REQUEST);
	buf_init(all, SIZE_MAX / 2);
	assert_int_equal(encode_begin(encoder, &cursor, snapshot), 0);
	do {
		assert_int_equal(encode_next(encoder, &cursor, REQUEST, &out, &encoded), 0);
		memcpy(buf_extend(all, out.length), out.data, out.length);
		points += encoded.points;
	} while (encoded.points);
	assert_true(points > MANY / 2);
	buf_fini(&out);
}

/* What is planned by chunks is what is planned one by one, also while series come and go. */
static void test_chunks(void **state)
{
	struct life whole = live(false), gaps = live(true);
	struct encoder *of_whole = encoder_new(), *of_gaps = encoder_new();

	(void)state;
	for (uint32_t turn = 0; turn < 12; turn++) {
		uint32_t first = turn % 4 == 3 ? 300 : 0;
		struct buf chunks, single;

		encode_all(of_whole, collect_many(&whole, first, turn), &chunks);
		encode_all(of_gaps, collect_many(&gaps, first, turn), &single);
		assert_int_equal(chunks.length, single.length);
		/* Numbers that are given away again go to the same attributes in both, or in
		 * neither. */
		if (turn < 3)
			assert_memory_equal(chunks.data, single.data, single.length);
		buf_fini(&chunks);
		buf_fini(&single);
	}
	encoder_free(of_whole);
	encoder_free(of_gaps);
	model_free(whole.model);
	model_free(gaps.model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overflow_attribute),
		cmocka_unit_test(test_values_that_are_zero_are_present),
		cmocka_unit_test(test_attributes_follow_the_generation),
		cmocka_unit_test(test_dead_bytes_are_squeezed_out),
		cmocka_unit_test(test_another_metric_of_the_same_index_starts_anew),
		cmocka_unit_test(test_chunks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
