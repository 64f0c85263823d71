/* SPDX-License-Identifier: Apache-2.0 */
#include "src/collect/retire_world.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "model/marks.h"
#include "test.h"

const struct kind kinds[] = {
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

static struct world w;

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t below(uint64_t n)
{
	uint64_t z = w.random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % n;
}

static bool is_marked(uint32_t slot)
{
	return table_word(table_element(&w.table, slot)) >> 32;
}

static uint32_t key_of(const void *bytes)
{
	uint32_t key;

	memcpy(&key, bytes, sizeof(key));
	return key;
}

/* The process may end here. */
static void moment(void)
{
	if (!w.fuse || --w.fuse)
		return;
	w.deaths++;
	longjmp(w.death, 1);
}

static void give(uint32_t number)
{
	for (uint32_t i = 0; i < w.free_count; i++)
		assert_int_not_equal(w.free_slots[i], number);
	assert_in_range(w.free_count, 0, SLOTS - 1);
	w.free_slots[w.free_count++] = number;
}

/* 0: there is none. */
static uint32_t get_free(void)
{
	uint32_t number = w.free_count ? w.free_slots[0] : 0;

	if (number)
		memmove(w.free_slots, w.free_slots + 1, --w.free_count * sizeof(*w.free_slots));
	return number;
}

static int forget(const struct map_info *table, const void *key)
{
	assert_ptr_equal(table, &w.memory.info);
	if (w.refusing)
		return w.refusing;
	moment();
	w.index[key_of(key)] = 0;
	moment();
	return 0;
}

static int restore(const struct map_info *table, const void *key, uint32_t number)
{
	assert_ptr_equal(table, &w.memory.info);
	if (w.refusing)
		return w.refusing;
	moment();
	if (w.index[key_of(key)])
		return -EEXIST;
	w.index[key_of(key)] = number;
	moment();
	return 0;
}

static int find(const struct map_info *table, const void *key, uint32_t *number)
{
	assert_ptr_equal(table, &w.memory.info);
	if (w.refusing)
		return w.refusing;
	*number = w.index[key_of(key)];
	return *number ? 0 : -ENOENT;
}

static int release(const struct map_info *table, uint32_t number)
{
	if (w.refusing)
		return w.refusing;
	assert_int_not_equal(number, w.taken);
	for (int key = 0; key < KEYS; key++) {
		assert_int_not_equal(w.index[key], number);
		/* Of gauges the test itself says when programs end. */
		if (w.kind->instrument != INSTRUMENT_GAUGE)
			assert_int_not_equal(w.held[key], number);
	}
	assert_int_equal(slot_state(table_element(&w.table, number)), 0);
	moment();
	memset(w.memory.bytes + (size_t)number * table->table.stride, 0, table->table.stride);
	moment();
	give(number);
	moment();
	return 0;
}

static int rotate(const struct map_info *table, uint32_t *number)
{
	assert_ptr_equal(table, &w.memory.info);
	if (w.refusing)
		return w.refusing;
	*number = get_free();
	if (!*number)
		return -ENOENT;
	moment();
	if (!w.calm && !below(8))
		event((uint32_t)below(KEYS));
	give(*number);
	moment();
	return 0;
}

static const struct slot_calls calls = {
	.forget = forget,
	.restore = restore,
	.find = find,
	.release = release,
	.rotate = rotate,
};

struct world *world_begin(const struct kind *kind, uint64_t seed)
{
	const struct map_info *const maps[] = {&w.memory.info};
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
	world_start();
	return &w;
}

/* As the book of a pack has it (app/book.h). */
static void resume(void)
{
	struct input in = {.at = w.kept.data, .end = w.kept.data + w.kept.length};
	uint64_t length = get64(&in);

	assert_int_equal(
		marks_read(w.scope, take_bytes(&in, length), length, w.kept_time, NULL), 0);
	assert_int_equal(feed_read(w.feed, &in), 0);
	assert_int_equal(retirement_read(w.retirement, &in), 0);
	assert_true(!in.failed && in.at == in.end);
	model_resume(w.model, w.kept_time);
}

void world_start(void)
{
	w.model = model_new(&resource);
	model_set_temporality(w.model, w.kind->preference);
	w.scope = model_add_scope(w.model, "s", "1", w.kept_time ? w.kept_time : 1);
	assert_int_equal(feed_new(&w.feed, &w.f.plan.metrics[0], w.scope, NULL), 0);
	w.metric = w.scope->metrics[0];
	w.retirement = retirement_new(&(struct retirement_options){
		&w.table, &w.feed, 1, w.f.plan.metrics[0].idle_timeout_ns, &calls});
	assert_non_null(w.retirement);
	w.refusing = 0;
	if (w.kept.length)
		resume();
}

void world_stop(void)
{
	retirement_free(w.retirement);
	feed_free(w.feed);
	model_free(w.model);
}

void world_end(void)
{
	world_stop();
	buf_fini(&w.kept);
	fixture_end(&w.f);
	table_close(&w.table);
	table_memory_free(&w.memory);
}

void keep(void)
{
	uint64_t length = 0;
	struct buf now;

	buf_init(&now, 1 << 20);
	put64(&now, 0);
	marks_write(w.scope, &now);
	length = now.length - sizeof(length);
	memcpy(now.data, &length, sizeof(length));
	feed_write(w.feed, &now);
	retirement_write(w.retirement, &now);
	assert_false(now.failed);
	buf_fini(&w.kept);
	w.kept = now;
	w.kept_time = w.snapshot->time;
}

/* What a program does that has the slot's number. */
void add(uint32_t slot, uint32_t key)
{
	uint64_t *words = slot_words(&w.memory, slot), octave = below(3), value = 1 << octave;
	struct amount *truth = &w.truth[slot ? key : OVERFLOW];

	if (w.kind->instrument == INSTRUMENT_UPDOWNCOUNTER) {
		value = below(2) || !truth->sum ? 1 : -1;
		if (truth->sum && !below(3))
			value = -truth->sum;
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

static void use(uint32_t slot, uint32_t key)
{
	assert_int_equal(w.index[key], 0);
	w.index[key] = slot;
	slot_publish(&w.memory, slot, key);
	assert_int_equal(slot_words(&w.memory, slot)[0], 0);
	add(slot, key);
}

/* A program that was about to use a slot does so, or finds that another one was faster. */
static void finish_taken(void)
{
	uint32_t taken = w.taken, key = w.taken_for;

	w.taken = 0;
	if (!taken)
		return;
	if (!w.index[key]) {
		use(taken, key);
		return;
	}
	give(taken);
	add(w.index[key], key);
}

static uint32_t hinted(uint32_t key)
{
	uint32_t slot = w.hints[key];

	return slot_state(table_element(&w.table, slot)) == key_checksum(&key, sizeof(key)) &&
			       !is_marked(slot)
		       ? slot
		       : 0;
}

void event(uint32_t key)
{
	uint32_t slot;

	if (!below(4))
		finish_taken();
	slot = hinted(key);
	if (!slot)
		slot = w.index[key];
	if (slot || !w.free_count) {
		w.hints[key] = slot;
		add(slot, key);
		return;
	}
	slot = get_free();
	if (!w.taken && !below(4)) {
		w.taken = slot;
		w.taken_for = key;
		return;
	}
	use(slot, key);
}

/* All programs that ran have ended. */
static void grace(void)
{
	finish_taken();
	memset(w.held, 0, sizeof(w.held));
}

/* Of those that have not. */
static void late_events(void)
{
	for (uint32_t key = 0; key < KEYS; key++) {
		if (w.held[key] && !w.index[key] && !below(2)) {
			add(w.held[key], key);
			w.returned++;
		}
		if (!below(4))
			event(key);
	}
}

static void receive(uint32_t number)
{
	const struct series *s = &w.metric->series[number];
	uint64_t start = w.metric->starts[number];
	bool cumulative = w.metric->temporality == TEMPORALITY_CUMULATIVE;
	const struct attr *attr = &s->attrs[0];
	struct received *r = &w.received[attr->type == ATTR_BOOL ? OVERFLOW : attr->integer];
	struct amount now = {0};

	if (w.metric->numbers)
		now.sum = w.metric->numbers[number];
	if (w.kind->instrument == INSTRUMENT_HISTOGRAM)
		now = (struct amount){s->histogram.count, s->histogram.sum};
	if (w.kind->instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM)
		now = (struct amount){s->exponential->count, s->exponential->sum};
	assert_true(start >= r->start);
	if (w.kind->instrument == INSTRUMENT_UPDOWNCOUNTER)
		r->total = r->last = (struct amount){0};
	else if (cumulative && start == r->start)
		assert_true(now.count >= r->last.count && now.sum >= r->last.sum);
	else
		r->last = (struct amount){0};
	r->total.count += now.count - r->last.count;
	r->total.sum += now.sum - r->last.sum;
	r->start = start;
	if (cumulative)
		r->last = now;
}

/* The receiver takes the series of one request, or refuses them. */
void send(uint32_t from, uint32_t to, bool taken)
{
	const struct snapshot_place begin = {.series = from}, end = {.series = to};

	if (!taken)
		return;
	/* What is not there any more is a level of 0. */
	for (uint32_t i = from; i < to; i++) {
		if (series_is_live(w.metric, i))
			receive(i);
	}
	model_acknowledge(w.model, &begin, &end);
}

bool pass(bool calm)
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
void retire(bool calm)
{
	int result;
	bool waits;

	for (uint32_t key = 0; key < KEYS; key++) {
		if (w.index[key])
			w.held[key] = w.index[key];
	}
	w.refusing = !calm && !below(20) ? -EPERM : 0;
	result = retirement_begin(w.retirement, w.now, &waits, NULL);
	assert_true(result == 0 || result == w.refusing);
	w.refusing = 0;
	moment();
	if (!waits || (!calm && !below(10)))
		return;
	if (!calm)
		late_events();
	grace();
	moment();
	assert_int_equal(retirement_end(w.retirement, w.now, NULL), 0);
	moment();
}

/* The receiver's answer is marked at once: that it may be unknown is tests/e2e/test_pin.sh. */
static void deliver(uint32_t from, uint32_t to, bool taken)
{
	send(from, to, taken);
	keep();
	moment();
}

/* Only a level of 0 can end: those that are none fall, as a rule. */
static void levels_fall(void)
{
	for (uint32_t key = 0; key < KEYS; key++) {
		if (w.truth[key].sum && !below(3))
			event(key);
	}
	if (w.truth[OVERFLOW].sum)
		add(0, OVERFLOW);
}

void step(bool calm)
{
	uint32_t middle;

	w.calm = calm;
	w.now += SECOND / 4 + below(SECOND / 2);
	for (uint32_t key = 0; !calm && key < KEYS; key++) {
		/* Each key has times of its own in which it is idle. */
		if (!((w.now / SECOND / 8 + key) % 3) && !below(3))
			event(key);
	}
	if (!calm && w.kind->instrument == INSTRUMENT_UPDOWNCOUNTER && !below(2))
		levels_fall();
	if (calm)
		finish_taken();
	moment();
	if (pass(calm))
		retire(calm);
	w.snapshot = model_end(w.model);
	if (w.kind->instrument == INSTRUMENT_UPDOWNCOUNTER)
		memset(w.received, 0, sizeof(w.received));
	moment();
	keep();
	moment();
	middle = (uint32_t)below(w.metric->series_count + 1);
	deliver(0, middle, calm || below(3));
	deliver(middle, w.metric->series_count, calm || below(3));
}

void balance(void)
{
	struct amount truth = {0}, received = {0};

	for (int i = 0; i < 3; i++)
		step(true);
	for (uint32_t key = 0; key < KEYS; key++)
		assert_false(w.index[key] && is_marked(w.index[key]));
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
