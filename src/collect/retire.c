/* SPDX-License-Identifier: Apache-2.0 */
#include "collect/retire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/retire_private.h"

enum {
	/* How often in the time of the timeout slots are looked at. */
	LOOKS = 8,
};

struct retirement *retirement_new(const struct retirement_options *options)
{
	struct retirement *retirement = calloc(1, sizeof(*retirement));

	if (!retirement)
		return NULL;
	retirement->options = *options;
	retirement->idle = calloc(
		(size_t)options->table->info->max_entries + 1, sizeof(*retirement->idle));
	if (retirement->idle)
		return retirement;
	free(retirement);
	return NULL;
}

void retirement_free(struct retirement *retirement)
{
	if (!retirement)
		return;
	reclaim_free(retirement->reclaim);
	free(retirement->idle);
	free(retirement);
}

uint64_t retirement_count(const struct retirement *retirement)
{
	return retirement->count;
}

/* Two values that look the same cost nothing but a slot that ends while it is in use. */
static uint64_t digest_of(const struct table *table, uint32_t number)
{
	uint64_t sum, digest = 0;
	const unsigned char *value = table_value(table, number, &sum);

	for (size_t i = 0; i < table->info->value_size / sizeof(uint64_t); i++)
		digest = (digest ^ table_word(value + i * sizeof(uint64_t))) *
			 UINT64_C(0x9e3779b97f4a7c15);
	return digest;
}

static bool is_idle(const struct retirement *retirement, uint32_t number, uint32_t state)
{
	const struct retirement_options *options = &retirement->options;

	for (size_t i = 0; i < options->feed_count; i++) {
		if (!feed_slot_is_idle(options->feeds[i], number, state))
			return false;
	}
	return true;
}

static bool is_delivered(const struct retirement *retirement, uint32_t number)
{
	const struct retirement_options *options = &retirement->options;

	for (size_t i = 0; i < options->feed_count; i++) {
		if (!feed_slot_is_delivered(options->feeds[i], number))
			return false;
	}
	return true;
}

static int say(const struct retirement *retirement, int code, struct err *err)
{
	return err_set(err, code, "map %s: an idle series cannot end: %s",
		retirement->options.table->info->name, strerror(-code));
}

void retirement_leave(struct retirement *retirement, const struct leaving *leaving)
{
	retirement->leaving[retirement->leaving_count++] = *leaving;
	retirement->idle[leaving->number].since = LEAVING;
}

/* Begin with the slot. */
static int forget(struct retirement *retirement, uint32_t number, struct err *err)
{
	const struct table *table = retirement->options.table;
	int result;

	slot_mark(table, number);
	result = retirement->options.calls->forget(table->info, table_key(table, number));
	if (result) {
		slot_unmark(table, number);
		return say(retirement, result, err);
	}
	retirement_leave(retirement, &(struct leaving){.number = number});
	return 0;
}

static int look_at(struct retirement *retirement, uint32_t number, uint64_t now, struct err *err)
{
	const struct table *table = retirement->options.table;
	struct idle *idle = &retirement->idle[number];
	uint32_t state = slot_state(table_element(table, number));
	uint64_t digest;

	if (!state || idle->since == LEAVING)
		return 0;
	digest = digest_of(table, number);
	if (!idle->since || idle->digest != digest) {
		*idle = (struct idle){digest, now};
		return 0;
	}
	if (now - idle->since < retirement->options.timeout_ns ||
		!is_idle(retirement, number, state))
		return 0;
	return forget(retirement, number, err);
}

static int look(struct retirement *retirement, uint64_t now, struct err *err)
{
	uint32_t number = 1, end = retirement->options.table->info->max_entries + 1;
	int result = 0;

	if (now < retirement->next_look)
		return 0;
	while (!result && number < end && retirement->leaving_count < LIMIT_RETIRING)
		result = look_at(retirement, number++, now, err);
	/* There is no more room: go on in the next pass. */
	if (result || number == end)
		retirement->next_look = now + retirement->options.timeout_ns / LOOKS;
	return result;
}

static int retire(struct retirement *retirement, struct leaving *leaving)
{
	const struct retirement_options *options = &retirement->options;
	int result = 0;

	for (size_t i = 0; !result && i < options->feed_count; i++)
		result = feed_prepare_retire(options->feeds[i], leaving->number);
	for (size_t i = 0; !result && i < options->feed_count; i++)
		feed_retire_slot(options->feeds[i], options->table, leaving->number);
	if (!result)
		leaving->retired = true;
	return result;
}

/* What it has was read for the last time. */
static int release(struct retirement *retirement, struct leaving *leaving, struct err *err)
{
	const struct retirement_options *options = &retirement->options;
	int result = 0;

	if (!leaving->retired)
		result = retire(retirement, leaving);
	if (result)
		return say(retirement, result, err);
	slot_end(options->table, leaving->number);
	result = options->calls->release(options->table->info, leaving->number);
	if (result)
		return say(retirement, result, err);
	for (size_t i = 0; i < options->feed_count; i++)
		feed_release_slot(options->feeds[i], leaving->number);
	retirement->idle[leaving->number] = (struct idle){0};
	retirement->count++;
	return 0;
}

/* Keep those for which `step` says 1. The first failure is told, and its slot kept. */
static int sweep(struct retirement *retirement, uint64_t now,
	int (*step)(struct retirement *retirement, struct leaving *leaving, uint64_t now,
		struct err *err),
	struct err *err)
{
	size_t kept = 0;
	int first = 0;

	for (size_t i = 0; i < retirement->leaving_count; i++) {
		struct leaving *leaving = &retirement->leaving[i];
		int result = step(retirement, leaving, now, first ? NULL : err);

		if (result < 0 && !first)
			first = result;
		if (result)
			retirement->leaving[kept++] = *leaving;
	}
	retirement->leaving_count = kept;
	return first;
}

static int after_pass(
	struct retirement *retirement, struct leaving *leaving, uint64_t now, struct err *err)
{
	(void)now;
	if (leaving->safe && leaving->passes < RETIRE_PASSES)
		leaving->passes++;
	if (leaving->passes < RETIRE_PASSES ||
		(!leaving->retired && !is_delivered(retirement, leaving->number)))
		return 1;
	return release(retirement, leaving, err);
}

/* A slot whose key has left the index, which was marked before. False: there is no room now. */
static bool on_orphan(void *context, uint32_t number)
{
	struct retirement *retirement = context;

	if (retirement->idle[number].since == LEAVING)
		return true;
	if (retirement->leaving_count == LIMIT_RETIRING)
		return false;
	retirement_leave(retirement, &(struct leaving){.number = number});
	return true;
}

/* What the process before left half done. */
static int reclaim(struct retirement *retirement, bool *waits, struct err *err)
{
	int result;

	if (!retirement->reclaim)
		return 0;
	result = reclaim_pass(retirement->reclaim, on_orphan, retirement, waits);
	if (result < 0)
		return err_set(err, result, "map %s: slots of the process before: %s",
			retirement->options.table->info->name, strerror(-result));
	if (!result)
		return 0;
	reclaim_free(retirement->reclaim);
	retirement->reclaim = NULL;
	return 0;
}

int retirement_begin(struct retirement *retirement, uint64_t now, bool *waits, struct err *err)
{
	int result = sweep(retirement, now, after_pass, err), code;

	*waits = false;
	code = reclaim(retirement, waits, result ? NULL : err);
	if (!result)
		result = code;
	code = look(retirement, now, result ? NULL : err);
	for (size_t i = 0; i < retirement->leaving_count; i++)
		*waits |= !retirement->leaving[i].safe;
	return result ? result : code;
}

/*
 * Gauges do not add up: two slots of one series would. So its slot ends at once, unless it was set
 * meanwhile: then the key comes back to it, or it has another slot already, in which it was set
 * later.
 */
static int end_gauge(
	struct retirement *retirement, struct leaving *leaving, uint64_t now, struct err *err)
{
	const struct table *table = retirement->options.table;
	struct idle *idle = &retirement->idle[leaving->number];
	uint64_t digest = digest_of(table, leaving->number);
	int result;

	if (leaving->retired || idle->digest == digest)
		return release(retirement, leaving, err);
	result = retirement->options.calls->restore(
		table->info, table_key(table, leaving->number), leaving->number);
	if (result == -EEXIST)
		return release(retirement, leaving, err);
	if (result)
		return say(retirement, result, err);
	slot_unmark(table, leaving->number);
	*idle = (struct idle){digest, now};
	return 0;
}

int retirement_end(struct retirement *retirement, uint64_t now, struct err *err)
{
	const struct retirement_options *options = &retirement->options;
	bool gauges = true;

	for (size_t i = 0; i < retirement->leaving_count; i++)
		retirement->leaving[i].safe = true;
	if (retirement->reclaim)
		reclaim_waited(retirement->reclaim);
	for (size_t i = 0; i < options->feed_count; i++)
		gauges &= feed_is_gauge(options->feeds[i]);
	return gauges ? sweep(retirement, now, end_gauge, err) : 0;
}

void retirement_skip(struct retirement *retirement)
{
	for (size_t i = 0; i < retirement->leaving_count; i++)
		retirement->leaving[i].passes = 0;
}
