/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/collect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/words.h"
#include "collect/feed.h"
#include "collect/retire.h"
#include "read/samples.h"

/* A map and the metrics made of it. */
struct source {
	const struct map_info *map;
	struct table table; /* of otel.bpf.h; otherwise there is a reader, or there are samples */
	struct reader *reader;
	struct reader *overflow; /* of the companion map; NULL if there is none */
	struct samples *samples;
	struct feed **feeds;
	size_t feed_count;
	struct retirement *retirement; /* NULL: series do not end while the map has them */
	bool failed;		       /* the last pass */
	uint64_t entries, read_errors;
};

struct collector {
	struct source *sources;
	size_t source_count;
};

static struct source *find_source(struct collector *collector, const struct map_info *map)
{
	struct source *source = collector->sources;

	while (source < collector->sources + collector->source_count && source->map != map)
		source++;
	return source;
}

static int open_source(struct source *source, const struct metric_plan *plan,
	const struct map_calls *calls, struct err *err)
{
	int result;

	source->map = plan->map;
	if (plan->samples)
		return samples_new(&source->samples, plan->map, plan->key_size, err);
	if (plan->map->table.kind != TABLE_NONE)
		return table_open(&source->table, plan->map, err);
	result = reader_new(&source->reader, plan->map, calls, err);
	if (!result && plan->overflow)
		result = reader_new(&source->overflow, plan->overflow, calls, err);
	return result;
}

static int add_feed(struct collector *collector, const struct metric_plan *plan,
	struct scope *scope, const struct map_calls *calls, struct err *err)
{
	struct source *source = find_source(collector, plan->map);
	struct feed **feeds;
	int result;

	if (source == collector->sources + collector->source_count) {
		collector->source_count++;
		result = open_source(source, plan, calls, err);
		if (result)
			return result;
	}
	feeds = realloc(source->feeds, (source->feed_count + 1) * sizeof(struct feed *));
	if (!feeds)
		return err_set(err, -ENOMEM, "out of memory");
	source->feeds = feeds;
	result = feed_new(&feeds[source->feed_count], plan, scope, err);
	if (!result)
		source->feed_count++;
	return result;
}

/* All metrics of a map have the same timeout: plan_idle.c. */
static int open_retirements(
	struct collector *collector, const struct pack_plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->metric_count; i++) {
		struct source *source = find_source(collector, plan->metrics[i].map);
		struct retirement_options options = {
			.table = &source->table,
			.feeds = source->feeds,
			.feed_count = source->feed_count,
			.timeout_ns = plan->metrics[i].idle_timeout_ns,
			.calls = &slot_calls_kernel,
		};

		if (!options.timeout_ns || source->retirement)
			continue;
		source->retirement = retirement_new(&options);
		if (!source->retirement)
			return err_set(err, -ENOMEM, "out of memory");
	}
	return 0;
}

int collector_new(struct collector **result, const struct pack_plan *plan, struct scope *scope,
	const struct map_calls *calls, struct err *err)
{
	struct collector *collector = calloc(1, sizeof(*collector));
	int code = -ENOMEM;

	*result = NULL;
	if (collector)
		collector->sources = calloc(plan->metric_count + 1, sizeof(*collector->sources));
	if (!collector || !collector->sources) {
		err_set(err, code, "out of memory");
		goto fail;
	}
	for (size_t i = 0; i < plan->metric_count; i++) {
		code = add_feed(collector, &plan->metrics[i], scope, calls, err);
		if (code)
			goto fail;
	}
	code = open_retirements(collector, plan, err);
	if (code)
		goto fail;
	*result = collector;
	return 0;
fail:
	collector_free(collector);
	return code;
}

void collector_free(struct collector *collector)
{
	if (!collector)
		return;
	for (size_t i = 0; i < collector->source_count; i++) {
		struct source *source = &collector->sources[i];

		for (size_t j = 0; j < source->feed_count; j++)
			feed_free(source->feeds[j]);
		free(source->feeds);
		retirement_free(source->retirement);
		table_close(&source->table);
		reader_free(source->reader);
		reader_free(source->overflow);
		samples_free(source->samples);
	}
	free(collector->sources);
	free(collector);
}

static int feed_all(struct source *source, const struct batch *batch,
	int (*take)(struct feed *feed, const struct batch *batch), struct err *err)
{
	for (size_t i = 0; i < source->feed_count; i++) {
		int result = take(source->feeds[i], batch);

		if (result)
			return err_set(err, result, "%s", strerror(-result));
	}
	return 0;
}

static int read_rows(struct source *source, struct err *err)
{
	struct batch batch;
	int result;

	reader_rewind(source->reader);
	while ((result = reader_next(source->reader, &batch, err)) == 1) {
		result = feed_all(source, &batch, feed_batch, err);
		if (result)
			break;
	}
	return result;
}

static int read_overflow(struct source *source, struct err *err)
{
	struct batch batch;
	int result;

	if (!source->overflow)
		return 0;
	reader_rewind(source->overflow);
	while ((result = reader_next(source->overflow, &batch, err)) == 1) {
		result = feed_all(source, &batch, feed_overflow, err);
		if (result)
			break;
	}
	return result;
}

/* What was lost belongs to no key, but it happened. */
static int read_samples(struct source *source, struct err *err)
{
	struct batch batch, rest;
	const uint64_t *lost;
	int result;

	result = samples_read(source->samples, &batch, &lost, err);
	if (!result)
		result = feed_all(source, &batch, feed_batch, err);
	if (result)
		return result;
	rest = (struct batch){
		.values = (const unsigned char *)lost,
		.value_stride = sizeof(*lost),
		.cpu_count = 1,
		.count = 1,
	};
	return feed_all(source, &rest, feed_overflow, err);
}

static int read_table(struct source *source, struct err *err)
{
	for (size_t i = 0; i < source->feed_count; i++) {
		int result = feed_table(source->feeds[i], &source->table);

		if (result)
			return err_set(err, result, "%s", strerror(-result));
	}
	return 0;
}

static int run_source(struct source *source, struct err *err)
{
	int result;

	for (size_t i = 0; i < source->feed_count; i++)
		feed_begin(source->feeds[i]);
	if (source->samples)
		result = read_samples(source, err);
	else
		result = source->reader ? read_rows(source, err) : read_table(source, err);
	if (!result)
		result = read_overflow(source, err);
	for (size_t i = 0; i < source->feed_count; i++)
		feed_end(source->feeds[i], !result);
	source->failed = result != 0;
	if (result) {
		source->read_errors++;
		return err_prefix(err, result, "map %s: ", source->map->name);
	}
	source->entries = source->feed_count ? feed_rows(source->feeds[0]) : 0;
	return 0;
}

int collector_run(struct collector *collector, struct err *err)
{
	int first = 0;

	for (size_t i = 0; i < collector->source_count; i++) {
		struct err why = {0};
		int result = run_source(&collector->sources[i], &why);

		if (result && !first)
			first = err_set(err, result, "%s", why.text);
	}
	return first;
}

int collector_retire_begin(struct collector *collector, uint64_t now, bool *waits, struct err *err)
{
	int first = 0;

	*waits = false;
	for (size_t i = 0; i < collector->source_count; i++) {
		struct source *source = &collector->sources[i];
		bool one_waits = false;
		int result = 0;

		if (source->retirement && source->failed)
			retirement_skip(source->retirement);
		else if (source->retirement)
			result = retirement_begin(
				source->retirement, now, &one_waits, first ? NULL : err);
		*waits |= one_waits;
		if (!first)
			first = result;
	}
	return first;
}

int collector_retire_end(struct collector *collector, uint64_t now, struct err *err)
{
	int first = 0, result;

	for (size_t i = 0; i < collector->source_count; i++) {
		struct retirement *retirement = collector->sources[i].retirement;

		result = retirement ? retirement_end(retirement, now, first ? NULL : err) : 0;
		if (!first)
			first = result;
	}
	return first;
}

bool collector_retires(const struct collector *collector)
{
	for (size_t i = 0; i < collector->source_count; i++) {
		if (collector->sources[i].retirement)
			return true;
	}
	return false;
}

void collector_write(const struct collector *collector, struct buf *out)
{
	for (size_t i = 0; i < collector->source_count; i++) {
		const struct source *source = &collector->sources[i];

		for (size_t j = 0; j < source->feed_count; j++)
			feed_write(source->feeds[j], out);
		if (source->retirement)
			retirement_write(source->retirement, out);
	}
}

static int read_source(struct source *source, struct input *in)
{
	int result = 0;

	for (size_t i = 0; i < source->feed_count && !result; i++)
		result = feed_read(source->feeds[i], in);
	if (!result && source->retirement)
		result = retirement_read(source->retirement, in);
	return result;
}

int collector_read(struct collector *collector, const void *bytes, size_t size, struct err *err)
{
	struct input in = {.at = bytes, .end = (const uint8_t *)bytes + size};

	for (size_t i = 0; i < collector->source_count; i++) {
		const struct source *source = &collector->sources[i];
		int result = read_source(&collector->sources[i], &in);

		if (result == -EINVAL)
			return err_set(err, result, "what was known of map %s does not fit it",
				source->map->name);
		if (result)
			return err_set(
				err, result, "map %s: %s", source->map->name, strerror(-result));
	}
	return in.failed || in.at != in.end
		       ? err_set(err, -EINVAL, "the marks are of other maps, or damaged")
		       : 0;
}

static void add_slot_stats(const struct source *source, struct collector_map_stats *stats)
{
	struct table_rest rest;

	if (source->map->table.kind != TABLE_SLOTS)
		return;
	table_rest(&source->table, &rest);
	stats->has_slots = true;
	stats->rest_events = rest.events;
	stats->rest_failed = rest.failed;
	if (source->retirement)
		stats->retired = retirement_count(source->retirement);
}

size_t collector_map_count(const struct collector *collector)
{
	return collector->source_count;
}

void collector_map_stats(
	const struct collector *collector, size_t index, struct collector_map_stats *stats)
{
	const struct source *source = &collector->sources[index];

	*stats = (struct collector_map_stats){
		.map = source->map,
		.entries = source->entries,
		.read_errors = source->read_errors,
	};
	add_slot_stats(source, stats);
}

uint64_t collector_undecodable(const struct collector *collector)
{
	uint64_t total = 0;
	const char *text;

	for (size_t i = 0; i < collector->source_count; i++) {
		for (size_t j = 0; j < collector->sources[i].feed_count; j++)
			total += feed_undecodable(collector->sources[i].feeds[j], &text);
	}
	return total;
}

uint64_t collector_skipped(const struct collector *collector)
{
	uint64_t total = 0;

	for (size_t i = 0; i < collector->source_count; i++) {
		for (size_t j = 0; j < collector->sources[i].feed_count; j++)
			total += feed_skipped(collector->sources[i].feeds[j]);
	}
	return total;
}

const char *collector_undecodable_text(const struct collector *collector)
{
	const char *text = "";

	for (size_t i = 0; i < collector->source_count; i++) {
		for (size_t j = 0; j < collector->sources[i].feed_count; j++) {
			const char *this_one;

			if (feed_undecodable(collector->sources[i].feeds[j], &this_one))
				text = this_one;
		}
	}
	return text;
}
