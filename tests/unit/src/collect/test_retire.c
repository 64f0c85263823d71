/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that come, go and come back while slots are few, a receiver that refuses some of what it is
 * sent, and programs that still hold the number of a slot whose key has left the index: what was
 * received is what was counted.
 */
#include "collect/retire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "src/collect/fixture.h"
#include "src/collect/table_memory.h"
#include "test.h"

enum {
	KEYS = 12,
	SLOTS = 8,
	OVERFLOW = KEYS, /* stands for the overflow series */
	STEPS = 4000,
	WORDS_MAX = 4 + 3 + 65,
	SECOND = 1000000000,
};

struct amount {
	uint64_t count, sum;
};

/* What a receiver has of one series. */
struct received {
	uint64_t start;
	struct amount last; /* cumulative */
	struct amount total;
};

static const struct kind {
	const char *text;
	uint32_t words;
	enum instrument instrument;
	enum temporality_preference preference;
	uint32_t limit; /* of series */
} kinds[] = {
	{"counter", 1, INSTRUMENT_COUNTER, PREFER_CUMULATIVE, 100},
	{"counter", 1, INSTRUMENT_COUNTER, PREFER_CUMULATIVE, 3},
	{"counter", 1, INSTRUMENT_COUNTER, PREFER_DELTA, 100},
	{"counter", 1, INSTRUMENT_COUNTER, PREFER_DELTA, 3},
	{"histogram, buckets: {exp2: {first: 0}}", 4, INSTRUMENT_HISTOGRAM, PREFER_CUMULATIVE, 100},
	{"histogram, buckets: {exp2: {first: 0}}", 4, INSTRUMENT_HISTOGRAM, PREFER_CUMULATIVE, 3},
	{"histogram, buckets: {exp2: {first: 0}}", 4, INSTRUMENT_HISTOGRAM, PREFER_DELTA, 100},
	{"histogram, buckets: {exp2: {first: 0}}", 4, INSTRUMENT_HISTOGRAM, PREFER_DELTA, 3},
	{"exponential_histogram", WORDS_MAX, INSTRUMENT_EXPONENTIAL_HISTOGRAM, PREFER_CUMULATIVE,
		100},
	{"exponential_histogram", WORDS_MAX, INSTRUMENT_EXPONENTIAL_HISTOGRAM, PREFER_CUMULATIVE,
		3},
	{"exponential_histogram", WORDS_MAX, INSTRUMENT_EXPONENTIAL_HISTOGRAM, PREFER_DELTA, 100},
	{"exponential_histogram", WORDS_MAX, INSTRUMENT_EXPONENTIAL_HISTOGRAM, PREFER_DELTA, 3},
	{"updowncounter", 1, INSTRUMENT_UPDOWNCOUNTER, PREFER_CUMULATIVE, 100},
	{"updowncounter", 1, INSTRUMENT_UPDOWNCOUNTER, PREFER_CUMULATIVE, 3},
};

static const struct field histogram_fields[] = {
	{.name = "sum", .kind = FIELD_UINT, .size = 8},
	{.name = "buckets", .kind = FIELD_ARRAY, .offset = 8, .size = 24, .element_size = 8},
};
static const struct field exponential_fields[] = {
	{.name = "extent.sum", .kind = FIELD_UINT, .size = 8},
	{.name = "extent.zero_count", .kind = FIELD_UINT, .offset = 8, .size = 8},
	{.name = "extent.max", .kind = FIELD_UINT, .offset = 16, .size = 8},
	{.name = "extent.inverse_min", .kind = FIELD_UINT, .offset = 24, .size = 8},
	{.name = "buckets",
		.kind = FIELD_ARRAY,
		.offset = 32,
		.size = (3 + 65) * 8,
		.element_size = 8},
};

static const struct resource resource;

static struct world {
	const struct kind *kind;
	struct table_memory memory;
	struct table table;
	struct fixture f;
	struct model *model;
	const struct snapshot *snapshot;
	const struct metric *metric;
	struct feed *feed;
	struct retirement *retirement;
	uint64_t random, now, retired, returned;
	uint32_t index[KEYS], held[KEYS]; /* slot of each key; 0: none */
	uint32_t free_slots[SLOTS], free_count;
	int refusing; /* the kernel's answer to slot calls */
	struct amount truth[KEYS + 1];
	struct received received[KEYS + 1];
} w;

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t below(uint64_t n)
{
	uint64_t z = w.random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % n;
}

static uint32_t key_of(const void *bytes)
{
	uint32_t key;

	memcpy(&key, bytes, sizeof(key));
	return key;
}

static int forget(const struct map_info *table, const void *key)
{
	assert_ptr_equal(table, &w.memory.info);
	if (w.refusing)
		return w.refusing;
	w.index[key_of(key)] = 0;
	return 0;
}

static int restore(const struct map_info *table, const void *key, uint32_t number)
{
	assert_ptr_equal(table, &w.memory.info);
	if (w.refusing)
		return w.refusing;
	if (w.index[key_of(key)])
		return -EEXIST;
	w.index[key_of(key)] = number;
	return 0;
}

static int release(const struct map_info *table, uint32_t number)
{
	if (w.refusing)
		return w.refusing;
	for (int key = 0; key < KEYS; key++)
		assert_int_not_equal(w.index[key], number);
	memset(w.memory.bytes + (size_t)number * table->table.stride, 0, table->table.stride);
	assert_in_range(w.free_count, 0, SLOTS - 1);
	w.free_slots[w.free_count++] = number;
	return 0;
}

static const struct slot_calls calls = {.forget = forget, .restore = restore, .release = release};

static void world_begin(const struct kind *kind, uint64_t seed)
{
	const struct map_info *const maps[] = {&w.memory.info};
	struct scope *scope;
	char text[512];

	memset(&w, 0, sizeof(w));
	w.kind = kind;
	w.random = seed;
	w.now = SECOND;
	slots_make(&w.memory, SLOTS, kind->words * 8);
	if (kind->instrument == INSTRUMENT_HISTOGRAM)
		w.memory.info.value = (struct layout){32, histogram_fields, 2};
	if (kind->instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM) {
		w.memory.info.table.divisor = 1;
		w.memory.info.value = (struct layout){WORDS_MAX * 8, exponential_fields, 5};
	}
	if (kind->instrument == INSTRUMENT_UPDOWNCOUNTER)
		w.memory.value_field.kind = FIELD_INT;
	snprintf(text, sizeof(text),
		"  - {name: m, instrument: %s, unit: \"1\", description: D., map: m, "
		"idle_timeout: 1s, cardinality_limit: %u, attributes: [{name: k}]}\n",
		kind->text, kind->limit);
	fixture_plan(&w.f, text, maps, 1);
	if (w.f.result)
		fail_msg("%s", w.f.err.text);
	for (w.free_count = 0; w.free_count < SLOTS; w.free_count++)
		w.free_slots[w.free_count] = w.free_count + 1;
	assert_int_equal(table_open(&w.table, &w.memory.info, NULL), 0);
	w.model = model_new(&resource);
	model_set_temporality(w.model, kind->preference);
	scope = model_add_scope(w.model, "s", "1", 1);
	assert_int_equal(feed_new(&w.feed, &w.f.plan.metrics[0], scope, NULL), 0);
	w.metric = scope->metrics[0];
	w.retirement = retirement_new(&(struct retirement_options){
		&w.table, &w.feed, 1, w.f.plan.metrics[0].idle_timeout_ns, &calls});
	assert_non_null(w.retirement);
}

static void world_end(void)
{
	retirement_free(w.retirement);
	feed_free(w.feed);
	model_free(w.model);
	fixture_end(&w.f);
	table_close(&w.table);
	table_memory_free(&w.memory);
}

/* What a program does that has the slot's number. */
static void add(uint32_t slot, uint32_t key)
{
	uint64_t *words = slot_words(&w.memory, slot), octave = below(3), value = 1 << octave;
	struct amount *truth = &w.truth[slot ? key : OVERFLOW];

	if (w.kind->instrument == INSTRUMENT_UPDOWNCOUNTER) {
		value = below(2) || !truth->sum ? 1 : -1;
		if (w.truth[key].sum && !below(3))
			value = -w.truth[key].sum;
	}
	truth->count++;
	truth->sum += value;
	words[0] += value;
	if (w.kind->instrument == INSTRUMENT_HISTOGRAM)
		words[1 + octave]++;
	if (w.kind->instrument != INSTRUMENT_EXPONENTIAL_HISTOGRAM)
		return;
	words[2] = value > words[2] ? value : words[2];
	words[3] = ~value > words[3] ? ~value : words[3];
	words[4 + octave]++;
}

static void event(uint32_t key)
{
	uint32_t slot = w.index[key];

	if (!slot && w.free_count) {
		slot = w.index[key] = w.free_slots[--w.free_count];
		slot_publish(&w.memory, slot, key);
		assert_int_equal(slot_words(&w.memory, slot)[0], 0);
	}
	add(slot, key);
}

static void receive(const struct series *s)
{
	bool cumulative = w.metric->temporality == TEMPORALITY_CUMULATIVE;
	const struct attr *attr = &s->attrs[0];
	struct received *r = &w.received[attr->type == ATTR_BOOL ? OVERFLOW : attr->integer];
	struct amount now = {0, s->number};

	if (w.kind->instrument == INSTRUMENT_HISTOGRAM)
		now = (struct amount){s->histogram.count, s->histogram.sum};
	if (w.kind->instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM)
		now = (struct amount){s->exponential->count, s->exponential->sum};
	assert_true(s->start >= r->start);
	if (w.kind->instrument == INSTRUMENT_UPDOWNCOUNTER)
		r->total = r->last = (struct amount){0};
	else if (cumulative && s->start == r->start)
		assert_true(now.count >= r->last.count && now.sum >= r->last.sum);
	else
		r->last = (struct amount){0};
	r->total.count += now.count - r->last.count;
	r->total.sum += now.sum - r->last.sum;
	r->start = s->start;
	if (cumulative)
		r->last = now;
}

/* The receiver takes the series of one request, or refuses them. */
static void send(uint32_t from, uint32_t to, bool taken)
{
	const struct snapshot_place begin = {.series = from}, end = {.series = to};

	if (!taken)
		return;
	/* What is not there any more is a level of 0. */
	for (uint32_t i = from; i < to; i++) {
		if (w.metric->series[i].live)
			receive(&w.metric->series[i]);
	}
	model_acknowledge(w.model, &begin, &end);
}

static bool pass(bool calm)
{
	model_begin(w.model, w.now);
	feed_begin(w.feed);
	assert_int_equal(feed_table(w.feed, &w.table), 0);
	if (!calm && !below(20)) {
		feed_end(w.feed, false);
		retirement_skip(w.retirement);
		return false;
	}
	feed_end(w.feed, true);
	return true;
}

/* Programs run while keys leave the index: some have looked up their slot before. */
static void retire(bool calm)
{
	int result;
	bool waits;

	memcpy(w.held, w.index, sizeof(w.held));
	w.refusing = !calm && !below(20) ? -EPERM : 0;
	result = retirement_begin(w.retirement, w.now, &waits, NULL);
	assert_true(result == 0 || result == w.refusing);
	if (!waits || (!calm && !below(10)))
		return;
	for (uint32_t key = 0; !calm && key < KEYS; key++) {
		if (w.held[key] && !w.index[key] && !below(2)) {
			add(w.held[key], key);
			w.returned++;
		}
		if (!below(4))
			event(key);
	}
	assert_int_equal(retirement_end(w.retirement, w.now, NULL), 0);
}

static void step(bool calm)
{
	uint32_t middle;

	w.now += SECOND / 4 + below(SECOND / 2);
	for (uint32_t key = 0; !calm && key < KEYS; key++) {
		/* Each key has times of its own in which it is idle. */
		if (!((w.now / SECOND / 8 + key) % 3) && !below(3))
			event(key);
	}
	if (pass(calm))
		retire(calm);
	w.snapshot = model_end(w.model);
	if (w.kind->instrument == INSTRUMENT_UPDOWNCOUNTER)
		memset(w.received, 0, sizeof(w.received));
	middle = (uint32_t)below(w.metric->series_count + 1);
	send(0, middle, calm || below(3));
	send(middle, w.metric->series_count, calm || below(3));
}

static void balance(void)
{
	struct amount truth = {0}, received = {0};

	for (int i = 0; i < 3; i++)
		step(true);
	for (int key = 0; key <= OVERFLOW; key++) {
		if (w.kind->instrument == INSTRUMENT_UPDOWNCOUNTER)
			w.truth[key].count = 0;
		if (w.kind->limit > KEYS) {
			assert_int_equal(w.received[key].total.sum, w.truth[key].sum);
			if (w.kind->instrument != INSTRUMENT_COUNTER)
				assert_int_equal(w.received[key].total.count, w.truth[key].count);
		}
		truth.sum += w.truth[key].sum;
		received.sum += w.received[key].total.sum;
	}
	assert_int_equal(truth.sum, received.sum);
}

static void test_nothing_is_lost(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		world_begin(&kinds[i], i + 1);
		for (int n = 1; n <= STEPS; n++) {
			step(false);
			if (n % 50 == 0)
				balance();
		}
		print_message("%s: %llu slots became free, %llu events came late\n", kinds[i].text,
			(unsigned long long)retirement_count(w.retirement),
			(unsigned long long)w.returned);
		assert_in_range(retirement_count(w.retirement), 50, UINT32_MAX);
		assert_in_range(w.returned, 20, UINT32_MAX);
		world_end();
	}
}

/* A counter, and nothing random. */
static uint64_t collect(uint64_t seconds, bool taken)
{
	uint64_t live = 0;

	w.now += seconds * SECOND;
	assert_true(pass(true));
	retire(true);
	w.snapshot = model_end(w.model);
	for (uint32_t i = 0; i < w.metric->series_count; i++)
		live += w.metric->series[i].live;
	send(0, w.metric->series_count, taken);
	return live;
}

static void test_only_what_was_delivered_ends(void **state)
{
	uint64_t start;

	(void)state;
	world_begin(&kinds[0], 1);
	event(3);
	assert_int_equal(collect(1, false), 1);
	start = w.metric->series[0].start;
	for (int i = 0; i < 10; i++)
		assert_int_equal(collect(1, false), 1);
	assert_int_not_equal(w.index[3], 0);
	assert_int_equal(collect(1, true), 1);
	/* Now its key leaves, and its slot two snapshots later. */
	assert_int_equal(collect(1, true), 1);
	assert_int_equal(w.index[3], 0);
	assert_int_equal(w.free_count, SLOTS - 1);
	assert_int_equal(collect(1, true), 1);
	assert_int_equal(w.free_count, SLOTS - 1);
	assert_int_equal(collect(1, true), 1);
	assert_int_equal(w.free_count, SLOTS);
	assert_int_equal(retirement_count(w.retirement), 1);
	assert_int_equal(collect(1, true), 0);
	/* It begins anew. */
	event(3);
	assert_int_equal(collect(1, true), 1);
	assert_true(w.metric->series[0].start > start);
	assert_int_equal(w.received[3].total.sum, w.truth[3].sum);
	world_end();
}

static void test_a_level_stays(void **state)
{
	(void)state;
	world_begin(&kinds[12], 1);
	event(3);
	for (int i = 0; i < 20; i++)
		assert_int_equal(collect(1, true), 1);
	assert_int_not_equal(w.index[3], 0);
	slot_words(&w.memory, w.index[3])[0] = 0;
	for (int i = 0; i < 5; i++)
		(void)collect(1, true);
	assert_int_equal(w.index[3], 0);
	assert_int_equal(collect(1, true), 0);
	world_end();
}

static void set(uint32_t slot, uint64_t value)
{
	slot_words(&w.memory, slot)[0] = value;
}

static void gauge_until_it_leaves(void)
{
	static const struct kind gauge = {"gauge", 1, INSTRUMENT_GAUGE, PREFER_CUMULATIVE, 100};
	bool waits = false;

	world_begin(&gauge, 1);
	w.index[3] = w.free_slots[--w.free_count];
	slot_publish(&w.memory, w.index[3], 3);
	set(w.index[3], 70);
	w.held[3] = w.index[3];
	while (!waits) {
		w.now += SECOND / 4;
		assert_true(pass(true));
		assert_int_equal(retirement_begin(w.retirement, w.now, &waits, NULL), 0);
		if (!waits) {
			model_end(w.model);
			send(0, w.metric->series_count, true);
		}
	}
	assert_int_equal(w.index[3], 0);
}

/* All live series; there is at most one. */
static int64_t gauge_value(void)
{
	assert_int_equal(retirement_end(w.retirement, w.now, NULL), 0);
	model_end(w.model);
	if (!collect(1, true))
		return -1;
	return (int64_t)w.metric->series[0].number;
}

static void test_gauges(void **state)
{
	(void)state;
	gauge_until_it_leaves();
	assert_int_equal(gauge_value(), -1);
	assert_int_equal(w.free_count, SLOTS);
	world_end();
	/* Set meanwhile by a program that had its number. */
	gauge_until_it_leaves();
	set(w.held[3], 71);
	assert_int_equal(gauge_value(), 71);
	assert_int_equal(w.index[3], w.held[3]);
	world_end();
	/* And then by another one. */
	gauge_until_it_leaves();
	set(w.held[3], 71);
	w.index[3] = w.free_slots[--w.free_count];
	slot_publish(&w.memory, w.index[3], 3);
	set(w.index[3], 72);
	assert_int_equal(gauge_value(), 72);
	assert_int_equal(w.free_count, SLOTS - 1);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_lost),
		cmocka_unit_test(test_only_what_was_delivered_ends),
		cmocka_unit_test(test_a_level_stays),
		cmocka_unit_test(test_gauges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
