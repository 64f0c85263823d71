/* SPDX-License-Identifier: Apache-2.0 */
/* A definition in the dialect of ebpf_exporter from anywhere: what is taken must be what collect
 * needs. */
#include <math.h>
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

/* Bytes of the key, one label behind the other. */
static uint32_t check_label(const struct attribute_definition *label, uint32_t from)
{
	require(label->name && *label->name && !label->field);
	require(label->size > 0 && label->size <= LIMIT_MAP_KEY && label->offset >= from);
	require(label->decoder_count > 0 && label->decoder_count <= LIMIT_DECODERS_PER_CHAIN);
	for (size_t i = 0; i < label->decoder_count; i++) {
		const struct decoder_definition *decoder = &label->decoders[i];

		require(decoder->name && decoder->position.line);
		for (size_t j = 0; j < decoder->argument_count; j++)
			require(decoder->arguments[j].key && decoder->arguments[j].value);
	}
	return label->offset + label->size;
}

static void check_rows(const struct metric_definition *metric)
{
	const struct bucket_rows *rows = metric->rows;

	require(rows && rows->number_count > 0);
	require(rows->bound_count <= LIMIT_BOUNDS && rows->bound_count <= rows->number_count);
	require(rows->bound_count + 1 >= rows->number_count);
	for (size_t i = 0; i < rows->number_count; i++) {
		require(!i || rows->numbers[i] > rows->numbers[i - 1]);
		require(rows->numbers[i] != rows->sum_number);
	}
	for (uint32_t i = 0; i < rows->bound_count; i++)
		require(isfinite(rows->bounds[i]) && (!i || rows->bounds[i] > rows->bounds[i - 1]));
}

static void check_metric(const struct metric_definition *metric)
{
	uint32_t end = 0;

	require(metric->name && metric->unit && metric->description && metric->map);
	require(metric->by_size && metric->factor && metric->divisor);
	require(strlen(metric->name) <= LIMIT_METRIC_NAME);
	require(metric->attribute_count <= LIMIT_ATTRIBUTES_PER_SERIES);
	for (size_t i = 0; i < metric->attribute_count; i++)
		end = check_label(&metric->attributes[i], end);
	if (metric->buckets == BUCKETS_ROWS) {
		require(!strcmp(metric->instrument, "histogram"));
		check_rows(metric);
		end = check_label(&metric->rows->number, end);
	} else {
		require(metric->buckets == BUCKETS_NONE && !metric->rows);
	}
	require(end <= metric->key_size && metric->key_size <= LIMIT_MAP_KEY);
}

static void check_pack(const struct pack_definition *pack)
{
	require(pack->name && pack->version && pack->description);
	require(pack->metric_count > 0 && pack->metric_count <= LIMIT_METRICS_PER_PACK);
	for (size_t i = 0; i < pack->metric_count; i++)
		check_metric(&pack->metrics[i]);
	for (size_t i = 0; i < pack->address_count; i++)
		require(pack->addresses[i].symbol && pack->addresses[i].variable);
	for (const struct note *note = pack->notes; note; note = note->next)
		require(strncmp(note->text, "fuzz.yaml:", 10) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The first byte chooses: with a prefix or without. */
	const struct definition_options options = {
		.file = "fuzz.yaml",
		.ebpf_exporter = true,
		.ebpf_exporter_prefix = size && data[0] == '#',
	};
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
