/* SPDX-License-Identifier: Apache-2.0 */
/* A pack that goes on without its process. */
#include <errno.h>
#include <string.h>

#include "app/pack.h"
#include "base/hash.h"
#include "probe/pin.h"

/* Of what is pinned, so always the same. */
static const struct hash_seed seed = {0x6f74656c627066, 0x70696e73};

static void mix(uint64_t *hash, const void *bytes, size_t length)
{
	const struct hash_seed chained = {seed.k0 ^ *hash, seed.k1};

	*hash = hash_bytes(&chained, bytes, length);
}

static void mix_number(uint64_t *hash, uint64_t number)
{
	mix(hash, &number, sizeof(number));
}

static void mix_text(uint64_t *hash, const char *text)
{
	mix_number(hash, text != NULL);
	if (text)
		mix(hash, text, strlen(text));
}

static void mix_attribute(uint64_t *hash, const struct attribute_definition *attribute)
{
	mix_text(hash, attribute->name);
	mix_text(hash, attribute->field);
	mix_number(hash, attribute->offset);
	mix_number(hash, attribute->size);
	for (size_t i = 0; i < attribute->decoder_count; i++) {
		const struct decoder_definition *decoder = &attribute->decoders[i];

		mix_text(hash, decoder->name);
		for (size_t j = 0; j < decoder->argument_count; j++) {
			mix_text(hash, decoder->arguments[j].key);
			mix_text(hash, decoder->arguments[j].value);
		}
	}
}

static void mix_rows(uint64_t *hash, const struct bucket_rows *rows)
{
	mix_attribute(hash, &rows->number);
	mix(hash, rows->numbers, rows->number_count * sizeof(*rows->numbers));
	mix(hash, rows->bounds, rows->bound_count * sizeof(*rows->bounds));
	mix_number(hash, rows->sum_number);
}

/* What views make of it. */
static void mix_plan(uint64_t *hash, const struct metric_plan *plan)
{
	mix_number(hash, plan->octaves);
	mix_number(hash, plan->keeps_cpus);
	mix_number(hash, plan->bound_count);
	if (plan->bounds)
		mix(hash, plan->bounds, plan->bound_count * sizeof(*plan->bounds));
	for (size_t i = 0; i < plan->attribute_count; i++)
		mix_number(hash, plan->attributes[i].hidden);
}

/* What makes the values of its series, and which series there are; not its description. */
static void mix_metric(uint64_t *hash, const struct metric_definition *metric)
{
	const uint64_t numbers[] = {metric->factor, metric->divisor, metric->buckets,
		metric->exp2_first, metric->max_size, metric->cardinality_limit, metric->by_size,
		metric->key_size, metric->samples, metric->attribute_count,
		metric->idle_timeout_ns != 0};

	mix_text(hash, metric->name);
	mix_text(hash, metric->unit);
	mix_text(hash, metric->map);
	mix_text(hash, metric->instrument);
	mix_text(hash, metric->value);
	mix_text(hash, metric->per_cpu);
	mix(hash, numbers, sizeof(numbers));
	if (metric->rows)
		mix_rows(hash, metric->rows);
	for (size_t i = 0; i < metric->attribute_count; i++)
		mix_attribute(hash, &metric->attributes[i]);
}

static struct book_identity identity(const struct pack *pack, const struct pins *pins)
{
	uint64_t hash = probe_fingerprint(pack->probe, &seed);

	for (size_t i = 0; i < pack->definition.metric_count; i++) {
		mix_metric(&hash, &pack->definition.metrics[i]);
		mix_plan(&hash, &pack->plan.metrics[i]);
	}
	mix_number(&hash, (uint64_t)pins_temporality(pins));
	return (struct book_identity){
		.layout = hash,
		.object = probe_object_hash(pack->probe, &seed),
	};
}

/* NULL: nothing of it is in our own memory only. */
static const char *unpinnable(const struct pack *pack)
{
	for (size_t i = 0; i < pack->plan.metric_count; i++) {
		if (pack->plan.metrics[i].samples)
			return "its samples are counted by otelbpf, not in the kernel";
	}
	return NULL;
}

static void tell_unpinned(const struct pack *pack, const char *why)
{
	log_warn(
		"pack %s cannot be pinned and counts only while otelbpf runs: %s", pack->name, why);
}

static void find_pin(struct pack *pack, struct pins *pins)
{
	const struct book_identity now = identity(pack, pins);
	const char *reason = unpinnable(pack);
	struct err err = {0};

	if (reason) {
		tell_unpinned(pack, reason);
		return;
	}
	pack->pin = pins_pack(pins, pack->name, &now, &reason, &err);
	if (!pack->pin)
		tell_unpinned(pack, err.text);
	else if (reason)
		log_warn("pack %s: what is pinned cannot be gone on with: %s; its counts begin "
			 "anew",
			pack->name, reason);
}

/* True if the probe is as a run before left it. */
static bool adopt(struct pack *pack)
{
	struct err err = {0};

	if (!pin_counts(pack->pin)) {
		probe_reuse_maps(pack->probe, pin_folder(pack->pin));
		return false;
	}
	if (!probe_adopt(pack->probe, pin_folder(pack->pin), &err)) {
		if (pin_has_other_object(pack->pin))
			log_warn("pack %s: the programs of an earlier version of its object go on "
				 "counting; `otelbpf unpin` and a new start bring in the new ones",
				pack->name);
		return true;
	}
	log_warn("pack %s: what is pinned cannot be gone on with: %s; its counts begin anew",
		pack->name, err.text);
	if (pin_renew(pack->pin, &err)) {
		tell_unpinned(pack, err.text);
		pack->pin = NULL;
	}
	return false;
}

int pack_load(struct pack *pack, struct pins *pins, struct err *err)
{
	if (pins)
		find_pin(pack, pins);
	if (pack->pin && pin_is_old(pack->pin) && adopt(pack))
		return 0;
	return probe_load(pack->probe, err);
}

static void pin_probe(struct pack *pack, struct scope *scope, uint64_t now)
{
	struct err err = {0};
	bool counts;

	if (probe_pin(pack->probe, pin_folder(pack->pin), &counts, &err)) {
		tell_unpinned(pack, err.text);
		pin_abandon(pack->pin);
		pack->pin = NULL;
		return;
	}
	if (!counts)
		log_warn("pack %s counts only while otelbpf runs: %s; its counts go on with the "
			 "next start",
			pack->name, err.text);
	pin_complete(pack->pin, &(struct pin_of){scope, pack->collector}, counts, now);
}

int pack_attach(struct pack *pack, struct scope *scope, uint64_t now, struct err *err)
{
	bool is_old = pack->pin && pin_is_old(pack->pin);
	int result = 0;

	if (is_old)
		result = pin_restore(pack->pin, &(struct pin_of){scope, pack->collector}, err);
	if (!result && !(is_old && pin_counts(pack->pin)))
		result = probe_attach(pack->probe, err);
	if (!result && pack->pin && !is_old)
		pin_probe(pack, scope, now);
	if (result && pack->pin && !is_old) {
		pin_abandon(pack->pin);
		pack->pin = NULL;
	}
	return result;
}
