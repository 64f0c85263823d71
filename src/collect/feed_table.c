/* SPDX-License-Identifier: Apache-2.0 */
/* Mapped memory -> one metric. A slot's number says which series it is: what was met before needs
 * neither a look-up nor a decoder. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/huge.h"
#include "collect/feed_private.h"

enum {
	/* Keys that decoders are told of at once: one pass over a file may serve all. */
	LEARN_KEYS = 1024,
	/* How far ahead of their use slots are fetched. */
	AHEAD_BYTES = 2048,
};

/* Slots whose keys are to be decoded. */
struct lesson {
	const struct table *table;
	uint32_t count;
	uint32_t numbers[LEARN_KEYS], states[LEARN_KEYS];
	const unsigned char *keys[LEARN_KEYS]; /* copies */
};

static uint32_t *take_row(size_t count)
{
	uint32_t *row = calloc(count, sizeof(*row));

	huge_advise(row, row ? count * sizeof(*row) : 0);
	return row;
}

size_t feed_row_limit(const struct feed *feed)
{
	const struct map_info *info = feed->plan->map;

	if (info->table.kind == TABLE_SLOTS)
		return (size_t)info->max_entries + 1;
	return (size_t)info->max_entries * (feed->plan->keeps_cpus ? info->table.elements : 1);
}

int feed_take_rows(struct feed *feed)
{
	size_t count = feed_row_limit(feed);
	struct feed_slots *slots = &feed->slots;

	if (!slots->states)
		slots->states = take_row(count);
	if (!slots->series)
		slots->series = take_row(count);
	if (!slots->runs)
		slots->runs = take_row(count / FEED_MANY + 1);
	if (feed->renames && !feed->slots_renamed)
		feed->slots_renamed = take_row(count);
	return slots->states && slots->series && slots->runs &&
			       (!feed->renames || feed->slots_renamed)
		       ? 0
		       : -ENOMEM;
}

static void add(struct feed *feed, uint32_t series, const unsigned char *value)
{
	feed->kind->add(feed, series, 0, value);
}

/* What slot or value `number` has, under all its names. */
static void add_named(struct feed *feed, size_t number, const unsigned char *value)
{
	const struct feed_values values = {value, 0, 1};
	struct feed_row row = {.series = feed->slots.series[number]};

	if (feed->renames && feed_has_less(feed, feed->slots_renamed[number], &values))
		feed_forget_names(feed, &feed->slots_renamed[number]);
	if (feed->renames)
		row.renamed = feed->slots_renamed[number];
	if (row.renamed)
		feed_add_renamed(feed, &row, &values);
	else if (row.series != KEYTAB_UNDECODABLE)
		add(feed, row.series, value);
}

static void forget_names(struct feed *feed, size_t number)
{
	if (feed->renames)
		feed_forget_names(feed, &feed->slots_renamed[number]);
}

/* The series of slot or value `number`, which is not known yet, or may be called something else
 * now. */
static int learn_name(struct feed *feed, size_t number, uint32_t state, const unsigned char *key,
	const unsigned char *value)
{
	const struct feed_row old = {.series = feed->slots.series[number]};
	const struct feed_values values = {value, 0, 1};
	uint32_t series = old.series;
	bool renamed = false;
	int result;

	if (feed->slots.states[number] == state) {
		result = feed_is_renamed(feed, key, series, &renamed);
		if (result || !renamed ||
			!feed_end_name(feed, &old, &feed->slots_renamed[number], &values))
			return result;
	} else {
		forget_names(feed, number);
	}
	result = feed_decode_key(feed, key, &series, NULL);
	if (!result && series != KEYTAB_UNDECODABLE)
		result = feed_count_slot(feed, series);
	feed_set_slot(feed, number, result ? 0 : state, series);
	return result;
}

static int learn(struct feed *feed, struct lesson *lesson)
{
	uint64_t sum;
	int result = attributes_prepare(feed->plan, lesson->keys, lesson->count, &feed->scratch);

	for (uint32_t i = 0; !result && i < lesson->count; i++) {
		uint32_t number = lesson->numbers[i];
		bool is_new = feed->slots.states[number] != lesson->states[i];
		const unsigned char *value = table_value(lesson->table, number, &sum);

		result = learn_name(feed, number, lesson->states[i], lesson->keys[i], value);
		if (!result && is_new)
			add_named(feed, number, value);
	}
	arena_reset(&feed->scratch);
	lesson->count = 0;
	return result;
}

/* Copy the key of a slot for the lesson. A key that is not all there yet waits for the next
 * collection. */
static int enrol(struct feed *feed, struct lesson *lesson, uint32_t number, uint32_t state)
{
	const struct map_info *info = lesson->table->info;
	unsigned char *key = arena_alloc(&feed->scratch, info->key_size);

	if (!key)
		return -ENOMEM;
	memcpy(key, table_element(lesson->table, number) + info->table.key_offset, info->key_size);
	if (key_checksum(key, info->key_size) != state)
		return 0;
	lesson->keys[lesson->count] = key;
	lesson->states[lesson->count] = state;
	lesson->numbers[lesson->count++] = number;
	return lesson->count == LEARN_KEYS ? learn(feed, lesson) : 0;
}

/* The slots that are not known; or those that are, to look again. */
static int learn_slots(struct feed *feed, const struct table *table, bool known)
{
	struct lesson *lesson = malloc(sizeof(*lesson));
	int result = 0;

	if (!lesson)
		return -ENOMEM;
	lesson->table = table;
	lesson->count = 0;
	for (uint32_t number = 1; !result && number <= table->info->max_entries; number++) {
		uint32_t state = slot_state(table_element(table, number));

		if (state && (feed->slots.states[number] == state) == known)
			result = enrol(feed, lesson, number, state);
	}
	if (!result && lesson->count)
		result = learn(feed, lesson);
	arena_reset(&feed->scratch);
	free(lesson);
	return result;
}

static int add_overflow(struct feed *feed, const unsigned char *value)
{
	uint32_t series = metric_overflow_series(feed->metric);

	if (series == SERIES_NONE)
		return -ENOMEM;
	add(feed, series, value);
	return 0;
}

static void hand_over(struct feed *feed, struct feed_many *gathered)
{
	if (feed->kind->numbers) {
		feed_add_many(feed, gathered);
		return;
	}
	for (size_t i = 0; i < gathered->count; i++)
		add(feed, gathered->series[i], gathered->values[i]);
	gathered->count = 0;
}

/* A hint to the processor, whatever lies there. */
static inline void fetch(const unsigned char *element)
{
	__builtin_prefetch((const void *)((uintptr_t)element + AHEAD_BYTES));
}

/* Slots from `from` up to `to`. Returns false if there are some with keys that are not known yet.
 */
static bool add_each(struct feed *feed, const struct table *table, uint32_t from, uint32_t to)
{
	struct feed_many gathered;
	bool all_known = true;
	uint64_t sum;

	gathered.count = 0;
	gathered.cpu_stride = 0;
	gathered.cpu_count = 1;
	for (uint32_t number = from; number < to; number++) {
		const unsigned char *element = table_element(table, number);
		uint32_t state = slot_state(element), series = feed->slots.series[number];

		fetch(element);
		if (!state) {
			forget_names(feed, number);
			continue;
		}
		feed->row_count++;
		if (feed->slots.states[number] != state) {
			all_known = false;
			continue;
		}
		if (feed->renames) {
			add_named(feed, number, table_value(table, number, &sum));
			continue;
		}
		if (series == KEYTAB_UNDECODABLE)
			continue;
		gathered.series[gathered.count] = series;
		gathered.values[gathered.count] = table_value(
			table, number, &gathered.sums[gathered.count]);
		gathered.count++;
	}
	hand_over(feed, &gathered);
	return all_known;
}

/* Of slots that are all known: the series of the first, if those of the others follow it. */
static uint32_t find_run(const struct feed *feed, uint32_t from, uint32_t to)
{
	const uint32_t *series = feed->slots.series, *states = feed->slots.states;

	for (uint32_t number = from; number < to; number++) {
		if (!states[number] || series[number] == KEYTAB_UNDECODABLE ||
			series[number] != series[from] + (number - from))
			return FEED_RUN_NONE;
	}
	return series[from] + 1;
}

/* The same as add_each, if all slots are known and their series follow each other; otherwise
 * nothing, and false. */
static bool add_run(struct feed *feed, const struct table *table, uint32_t from, uint32_t to)
{
	uint32_t *run = &feed->slots.runs[from / FEED_MANY], difference = 0;
	const unsigned char *element = table_element(table, from);
	size_t at = table->info->table.value_offset + feed->plan->value->offset;
	uint64_t values[FEED_MANY];

	if (*run == FEED_RUN_UNKNOWN)
		*run = find_run(feed, from, to);
	if (*run == FEED_RUN_NONE)
		return false;
	for (uint32_t number = from; number < to; number++) {
		fetch(element);
		difference |= slot_state(element) ^ feed->slots.states[number];
		values[number - from] = table_word(element + at);
		element += table->info->table.stride;
	}
	if (difference)
		return false;
	feed->row_count += to - from;
	metric_add_run(feed->metric, *run - 1, values, to - from);
	return true;
}

static bool is_word(const struct field *field)
{
	return field->size == sizeof(uint64_t) && !field->bits &&
	       field->offset % sizeof(uint64_t) == 0;
}

/* Returns false if there are slots with keys that are not known yet. */
static bool add_known(struct feed *feed, const struct table *table)
{
	bool runs = feed->kind->numbers && !feed->renames && !table->spread &&
		    is_word(feed->plan->value);
	uint32_t end = table->info->max_entries + 1, from, to;
	bool all_known = true;

	for (from = 1; from < end; from = to) {
		to = (from / FEED_MANY + 1) * FEED_MANY;
		if (to > end)
			to = end;
		if (!runs || !add_run(feed, table, from, to))
			all_known &= add_each(feed, table, from, to);
	}
	return all_known;
}

static int feed_slots(struct feed *feed, const struct table *table)
{
	int result = feed_take_rows(feed);
	const unsigned char *rest;
	uint64_t sum;

	if (!result && feed->look_again)
		result = learn_slots(feed, table, true);
	if (result)
		return result;
	if (!add_known(feed, table))
		result = learn_slots(feed, table, false);
	rest = table_value(table, 0, &sum);
	if (!result && !feed_all_zero(rest, table->info->value_size))
		result = add_overflow(feed, rest);
	if (!result)
		feed_add_remains(feed);
	return result;
}

/* Value `i` of a shard; -1 is what had no place. */
static uint64_t shard_value(const struct table *table, uint32_t shard, int64_t i)
{
	return table_word(table_element(table, shard) + table->info->table.values_offset +
			  (size_t)(i + 1) * sizeof(uint64_t));
}

/* Of the shards from `first` on, as many as make one series. */
static uint64_t shards_sum(const struct table *table, uint32_t first, uint32_t count, int64_t i)
{
	uint64_t sum = 0;

	for (uint32_t shard = first; shard < first + count; shard++)
		sum += shard_value(table, shard, i);
	return sum;
}

/* `number`: of the value, in the table or, if CPUs are kept apart, of one CPU. */
static int add_shards(struct feed *feed, size_t number, uint32_t i, uint32_t cpu, uint64_t sum)
{
	const unsigned char *value = (const unsigned char *)&sum;
	int result = 0;

	feed->row_count++;
	if (!feed->slots.states[number] || feed->look_again) {
		memcpy(feed->key, &i, sizeof(i));
		if (feed->plan->keeps_cpus)
			memcpy(feed->key + sizeof(i), &cpu, sizeof(cpu));
		result = learn_name(feed, number, 1, feed->key, value);
		arena_reset(&feed->scratch);
	}
	if (!result)
		add_named(feed, number, value);
	return result;
}

static int feed_shards(struct feed *feed, const struct table *table)
{
	uint32_t shards = table->info->table.elements;
	uint32_t together = feed->plan->keeps_cpus ? 1 : shards, per_value = shards / together;
	int result = feed_take_rows(feed);
	uint64_t sum;

	for (uint32_t i = 0; !result && i < table->info->max_entries; i++) {
		for (uint32_t cpu = 0; !result && cpu < per_value; cpu++) {
			sum = shards_sum(table, cpu, together, i);
			/* Every value exists; one that is 0 stands for what never happened. */
			if (sum)
				result = add_shards(feed, (size_t)i * per_value + cpu, i, cpu, sum);
		}
	}
	if (result)
		return result;
	sum = shards_sum(table, 0, shards, -1);
	return sum ? add_overflow(feed, (const unsigned char *)&sum) : 0;
}

int feed_table(struct feed *feed, const struct table *table)
{
	return table->info->table.kind == TABLE_SLOTS ? feed_slots(feed, table)
						      : feed_shards(feed, table);
}
