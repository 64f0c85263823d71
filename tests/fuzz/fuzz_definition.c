/* SPDX-License-Identifier: Apache-2.0 */
/* A definition from anywhere. What is taken must be complete; what is refused must say why. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "config/definition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact)
{
	if (!fact)
		abort();
}

static void check_attribute(const struct attribute_definition *attribute)
{
	require(attribute->name && *attribute->name);
	require(attribute->decoder_count <= LIMIT_DECODERS_PER_CHAIN);
	for (size_t i = 0; i < attribute->decoder_count; i++) {
		const struct decoder_definition *decoder = &attribute->decoders[i];

		require(decoder->name != NULL && decoder->position.line);
		require(decoder->argument_count <= LIMIT_DECODER_ARGUMENTS + 1);
		for (size_t j = 0; j < decoder->argument_count; j++)
			require(decoder->arguments[j].key && decoder->arguments[j].value);
	}
}

static void check_metric(const struct metric_definition *metric)
{
	require(metric->name && metric->unit && metric->description && metric->map);
	require(metric->instrument && metric->divisor);
	require(strlen(metric->name) <= LIMIT_METRIC_NAME);
	require((metric->buckets != BUCKETS_NONE) == !strcmp(metric->instrument, "histogram"));
	require(metric->exp2_first < 64);
	require(metric->attribute_count <= LIMIT_ATTRIBUTES_PER_SERIES);
	for (size_t i = 0; i < metric->attribute_count; i++)
		check_attribute(&metric->attributes[i]);
}

static void check_pack(const struct pack_definition *pack)
{
	require(pack->name && pack->version && pack->description);
	require(pack->metric_count > 0 && pack->metric_count <= LIMIT_METRICS_PER_PACK);
	for (size_t i = 0; i < pack->metric_count; i++)
		check_metric(&pack->metrics[i]);
	for (size_t i = 0; i < pack->choice_count; i++)
		require(pack->choices[i].program_count > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct definition_options options = {.file = "fuzz.yaml"};
	struct pack_definition pack;
	struct arena arena = {0};
	struct err err = {{0}};

	if (definition_parse(&options, (const char *)data, size, &arena, &pack, &err)) {
		require(strncmp(err.text, "fuzz.yaml:", 10) == 0);
		require(utf8_is_valid(err.text, strlen(err.text)));
	} else {
		check_pack(&pack);
	}
	arena_fini(&arena);
	return 0;
}
