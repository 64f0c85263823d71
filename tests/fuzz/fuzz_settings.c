/* SPDX-License-Identifier: Apache-2.0 */
/* An environment from anywhere: one variable per line, in the order of `names`. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "config/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"OTEL_EXPORTER_OTLP_ENDPOINT",
	"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS",
	"OTEL_RESOURCE_ATTRIBUTES", "OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_METRICS_EXPORTER",
	"OTEL_METRIC_EXPORT_INTERVAL", "OTEL_SERVICE_NAME", "OTEL_LOG_LEVEL"};

static const char *values[ARRAY_SIZE(names)];

static void require(bool fact)
{
	if (!fact)
		abort();
}

static const char *lookup(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0)
			return values[i];
	return NULL;
}

static void warn(void *context, const char *text)
{
	(void)context;
	require(strncmp(text, "OTEL_", 5) == 0);
}

static void check(const struct settings *settings)
{
	require(strncmp(settings->url, "http://", 7) == 0 ||
		strncmp(settings->url, "https://", 8) == 0);
	require(!strpbrk(settings->url, " \t\r\n"));
	require(settings->interval_ns && settings->request_timeout_ns);
	require(settings->header_count <= LIMIT_HEADERS);
	for (size_t i = 0; i < settings->header_count; i++) {
		require(*settings->headers[i].key && !strpbrk(settings->headers[i].key, " :\r\n"));
		require(!strpbrk(settings->headers[i].value, "\r\n"));
	}
	require(settings->resource_count <= LIMIT_RESOURCE_ATTRIBUTES);
	for (size_t i = 0; i < settings->resource_count; i++) {
		const struct pair *pair = &settings->resource[i];

		require(*pair->key && utf8_is_valid(pair->key, strlen(pair->key)));
		require(utf8_is_valid(pair->value, strlen(pair->value)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct settings_sources sources = {.lookup = lookup, .warning = warn};
	struct settings settings;
	struct arena arena = {0};
	struct err err = {{0}};
	char *text = malloc(size + 1), *rest = text;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		values[i] = strsep(&rest, "\n");
	if (settings_load(&settings, &sources, &arena, &err) == 0)
		check(&settings);
	else
		require(err.text[0] != '\0');
	arena_fini(&arena);
	free(text);
	return 0;
}
