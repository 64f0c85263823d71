/* SPDX-License-Identifier: Apache-2.0 */
#include "config/view.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"

static const struct kind {
	const char *instrument; /* of a definition */
	enum instrument_kind kind;
	/* What selectors may say. What is read from maps is observed, and who asks for the other
	 * kind means the same. */
	const char *types[2];
} kinds[] = {
	{"counter", KIND_COUNTER, {"counter", "observable_counter"}},
	{"updowncounter", KIND_UPDOWNCOUNTER, {"up_down_counter", "observable_up_down_counter"}},
	{"gauge", KIND_GAUGE, {"gauge", "observable_gauge"}},
	{"histogram", KIND_HISTOGRAM, {"histogram", "histogram"}},
	{"exponential_histogram", KIND_HISTOGRAM, {"histogram", "histogram"}},
};

static const struct kind *find_kind(const struct metric_definition *metric)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].instrument, metric->instrument) == 0)
			return &kinds[i];
	return &kinds[0];
}

static bool same_character(char a, char b, bool any_case)
{
	if (!any_case)
		return a == b;
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

bool wildcard_matches(const char *pattern, const char *text, bool any_case)
{
	const char *star = NULL, *retry = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			retry = text;
		} else if (*pattern == '?' || same_character(*pattern, *text, any_case)) {
			/* A character of UTF-8 may be several bytes. */
			if (*pattern == '?')
				while ((text[1] & 0xc0) == 0x80)
					text++;
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static bool selects(const struct view *view, const struct pack_definition *pack,
	const struct metric_definition *metric)
{
	const struct kind *kind = find_kind(metric);

	/* Packs have no schema URL. */
	if (view->meter_schema_url)
		return false;
	if (view->instrument_type && strcmp(view->instrument_type, kind->types[0]) != 0 &&
		strcmp(view->instrument_type, kind->types[1]) != 0)
		return false;
	if (view->instrument_name && !wildcard_matches(view->instrument_name, metric->name, true))
		return false;
	if (view->unit && strcmp(view->unit, metric->unit) != 0)
		return false;
	if (view->meter_name && strcmp(view->meter_name, pack->name) != 0)
		return false;
	return !view->meter_version || strcmp(view->meter_version, pack->version) == 0;
}

static bool is_exponential(const struct metric_definition *metric)
{
	return strcmp(metric->instrument, "exponential_histogram") == 0;
}

static void make_explicit(struct metric_definition *metric, const struct boundaries *boundaries)
{
	metric->instrument = "histogram";
	metric->boundaries = boundaries;
	metric->max_size = 0;
}

/* False if the instrument cannot be aggregated so. */
static bool aggregate(struct metric_definition *metric, const struct view *view)
{
	enum instrument_kind kind = find_kind(metric)->kind;

	switch (view->aggregation) {
	case AGGREGATION_DEFAULT:
	case AGGREGATION_DROP:
		return true;
	case AGGREGATION_SUM:
		return kind == KIND_COUNTER || kind == KIND_UPDOWNCOUNTER;
	case AGGREGATION_LAST_VALUE:
		return kind == KIND_GAUGE;
	case AGGREGATION_EXPLICIT:
		if (kind == KIND_HISTOGRAM)
			make_explicit(metric, &view->boundaries);
		return kind == KIND_HISTOGRAM;
	case AGGREGATION_EXPONENTIAL:
		if (kind != KIND_HISTOGRAM)
			return false;
		metric->octaves = OCTAVES_EXPONENTIAL;
		metric->max_size = view->max_size;
		metric->scale_cut = (uint32_t)(VIEW_SCALE_MAX - view->max_scale);
		return true;
	}
	return false;
}

/* What the reader and the exporter say of all metrics, where nothing says more. */
static void apply_defaults(const struct views *views, struct metric_definition *metric,
	bool aggregation, const struct boundaries *any)
{
	if (!metric->cardinality_limit)
		metric->cardinality_limit = views->cardinality[find_kind(metric)->kind];
	if (aggregation && views->histograms == AGGREGATION_EXPONENTIAL)
		metric->octaves = OCTAVES_IF_EXACT;
	if (aggregation && views->histograms == AGGREGATION_EXPLICIT && is_exponential(metric))
		make_explicit(metric, any);
}

static bool name_is_taken(const struct metric_definition *metrics, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(metrics[i].name, name) == 0)
			return true;
	return false;
}

struct application {
	const struct views *views;
	struct pack_definition *pack;
	struct arena *arena;
	struct metric_definition *metrics; /* what becomes of those of the pack */
	size_t count;
	const struct boundaries *any;
};

/* Names are of one metric each, and a pack has room for so many. */
static void put(struct application *a, const struct metric_definition *stream, const char *file,
	struct position at)
{
	bool full = a->count == LIMIT_METRICS_PER_PACK;

	if (full || name_is_taken(a->metrics, a->count, stream->name))
		note_add(a->arena, &a->pack->notes, file, at,
			full ? "the pack has too many metrics with '%.100s', which is left out"
			     : "there is a metric called '%.100s' already; this one is left out",
			stream->name);
	else
		a->metrics[a->count++] = *stream;
}

/* The stream that the view makes of the metric. False if it cannot. */
static bool apply(
	struct application *a, const struct metric_definition *metric, const struct view *view)
{
	struct metric_definition stream = *metric;

	if (!aggregate(&stream, view)) {
		note_add(a->arena, &a->pack->notes, view->file, view->position,
			"the view's aggregation is not one for %s (%s), which is left as it is",
			metric->name, metric->instrument);
		return false;
	}
	if (view->aggregation == AGGREGATION_DROP)
		return true;
	if (view->name)
		stream.name = view->name;
	if (view->description)
		stream.description = view->description;
	if (view->cardinality_limit)
		stream.cardinality_limit = view->cardinality_limit;
	if (view->filter)
		stream.filter = view->filter;
	apply_defaults(a->views, &stream, view->aggregation == AGGREGATION_DEFAULT, a->any);
	put(a, &stream, view->file, view->position);
	return true;
}

int views_apply(const struct views *views, struct pack_definition *pack, struct arena *arena,
	struct err *err)
{
	struct boundaries *any = arena_alloc(arena, sizeof(*any));
	struct application a = {.views = views, .pack = pack, .arena = arena, .any = any};

	a.metrics = arena_alloc(arena, (LIMIT_METRICS_PER_PACK + 1) * sizeof(*a.metrics));
	if (!any || !a.metrics)
		return err_set(err, -ENOMEM, "out of memory");
	any->unspecified = true;
	for (size_t i = 0; i < pack->metric_count; i++) {
		struct metric_definition metric = pack->metrics[i];
		bool dealt_with = false;

		for (size_t j = 0; j < views->count; j++)
			if (selects(&views->list[j], pack, &metric))
				dealt_with |= apply(&a, &metric, &views->list[j]);
		if (dealt_with)
			continue;
		apply_defaults(views, &metric, true, any);
		put(&a, &metric, pack->file, metric.position);
	}
	pack->metrics = a.metrics;
	pack->metric_count = a.count;
	return 0;
}
