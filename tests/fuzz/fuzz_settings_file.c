/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration file from anywhere, and its views on a pack. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "config/settings_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact)
{
	if (!fact)
		abort();
}

static const char *lookup(const char *name)
{
	return strlen(name) > 3 ? NULL : "value: [${A}";
}

static void warn(void *context, const char *text)
{
	(void)context;
	require(*text);
}

static void check_pairs(const struct pair *pairs, size_t count, size_t most)
{
	require(count <= most);
	for (size_t i = 0; i < count; i++) {
		require(*pairs[i].key && utf8_is_valid(pairs[i].key, strlen(pairs[i].key)));
		require(utf8_is_valid(pairs[i].value, strlen(pairs[i].value)));
	}
}

static void check_view(const struct view *view)
{
	require(view->aggregation <= AGGREGATION_EXPONENTIAL);
	require(view->boundaries.count <= LIMIT_BOUNDS);
	for (size_t i = 1; i < view->boundaries.count; i++)
		require(decimal_compare(&view->boundaries.list[i - 1].value,
				&view->boundaries.list[i].value) < 0);
	require(view->max_scale >= VIEW_SCALE_MIN && view->max_scale <= VIEW_SCALE_MAX);
	require(!view->max_size || view->max_size >= 2);
}

static void check_applied(const struct views *views, struct arena *arena)
{
	struct metric_definition metrics[] = {
		{.name = "a", .unit = "s", .instrument = "exponential_histogram"},
		{.name = "b", .unit = "1", .instrument = "counter"},
	};
	struct pack_definition pack = {.name = "p",
		.file = "p.yaml",
		.version = "1",
		.metrics = metrics,
		.metric_count = 2};

	if (views_apply(views, &pack, arena, NULL))
		return;
	require(pack.metric_count <= LIMIT_METRICS_PER_PACK);
	for (size_t i = 0; i < pack.metric_count; i++)
		require(*pack.metrics[i].name && strlen(pack.metrics[i].name) <= LIMIT_METRIC_NAME);
}

static void check(const struct settings *settings, struct arena *arena)
{
	require(settings->interval_ns && settings->request_timeout_ns);
	check_pairs(settings->headers, settings->header_count, LIMIT_HEADERS);
	check_pairs(settings->resource, settings->resource_count, LIMIT_RESOURCE_ATTRIBUTES);
	require(settings->views.count <= LIMIT_VIEWS && settings->pack_count <= LIMIT_PACKS);
	for (size_t i = 0; i < settings->views.count; i++)
		check_view(&settings->views.list[i]);
	check_applied(&settings->views, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct environment env = {.lookup = lookup, .arena = &arena, .warning = warn};
	struct settings settings = {.interval_ns = 1, .request_timeout_ns = 1};
	struct err err = {{0}};

	if (settings_file_parse("f.yaml", (const char *)data, size, &env, &settings, &err) == 0)
		check(&settings, &arena);
	else
		require(err.text[0] != '\0');
	arena_fini(&arena);
	return 0;
}
