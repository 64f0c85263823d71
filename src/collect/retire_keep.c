/* SPDX-License-Identifier: Apache-2.0 */
/* Slots on their way, for the process after this one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/words.h"
#include "collect/retire_private.h"

/* What is safe does not change: what it has now is what it has when it becomes free. */
void retirement_write(const struct retirement *retirement, struct buf *out)
{
	const struct table *table = retirement->options.table;

	for (size_t i = 0; i < retirement->leaving_count; i++) {
		const struct leaving *leaving = &retirement->leaving[i];
		uint32_t state = slot_state(table_element(table, leaving->number));
		const unsigned char *value;
		uint64_t sum;

		/* Without a state it only has to become free: it will be missed (reclaim.h). */
		if (!leaving->safe || !state)
			continue;
		put32(out, leaving->number);
		put32(out, state);
		put32(out, leaving->retired);
		value = table_value(table, leaving->number, &sum);
		if (!leaving->retired)
			buf_put(out, value, table->info->value_size);
	}
	put32(out, 0);
}

/* Whether it is still, or again, what its key finds. */
static int is_used(const struct retirement *retirement, uint32_t number, bool *used)
{
	const struct table *table = retirement->options.table;
	uint32_t found = 0;
	int result = retirement->options.calls->find(table->info, table_key(table, number), &found);

	*used = !result && found == number;
	return result == -ENOENT ? 0 : result;
}

/* It was on its way. It may have become free, and been used again, before the process ended. */
static int inherit(struct retirement *retirement, const struct leaving *leaving, uint32_t state,
	const uint64_t *words)
{
	const struct retirement_options *options = &retirement->options;
	uint32_t number = leaving->number;
	bool used = slot_state(table_element(options->table, number)) != state;
	int result = 0;

	for (size_t i = 0; i < options->feed_count && words && !result; i++)
		result = feed_inherit_slot(options->feeds[i], number, state, words);
	if (!result && !used)
		result = is_used(retirement, number, &used);
	if (result || used)
		return result;
	for (size_t i = 0; i < options->feed_count; i++)
		feed_drop_slot(options->feeds[i], number, state);
	retirement_leave(retirement, leaving);
	return 0;
}

static int read_leaving(struct retirement *retirement, struct input *in, uint32_t number)
{
	const struct map_info *info = retirement->options.table->info;
	struct leaving leaving = {
		.number = number, .passes = RETIRE_PASSES, .safe = true, .retired = true};
	uint32_t state = get32(in), retired = get32(in);
	const void *bytes = retired ? NULL : take_bytes(in, info->value_size);
	uint64_t *words = NULL;
	int result;

	if (in->failed || number > info->max_entries || !state ||
		retirement->leaving_count == LIMIT_RETIRING ||
		retirement->idle[number].since == LEAVING)
		return -EINVAL;
	if (bytes) {
		words = malloc(info->value_size);
		if (!words)
			return -ENOMEM;
		memcpy(words, bytes, info->value_size);
	}
	result = inherit(retirement, &leaving, state, words);
	free(words);
	return result;
}

/* What became free after the feeds were written. */
static void forget_changed(struct retirement *retirement)
{
	const struct retirement_options *options = &retirement->options;

	for (uint32_t number = 1; number <= options->table->info->max_entries; number++) {
		uint32_t state = slot_state(table_element(options->table, number));

		for (size_t i = 0; i < options->feed_count; i++)
			feed_check_slot(options->feeds[i], number, state);
	}
}

int retirement_read(struct retirement *retirement, struct input *in)
{
	uint32_t number;
	int result = 0;

	while (!result && (number = get32(in)))
		result = read_leaving(retirement, in, number);
	if (result || in->failed)
		return result ? result : -EINVAL;
	forget_changed(retirement);
	retirement->reclaim = reclaim_new(retirement->options.table, retirement->options.calls);
	return retirement->reclaim ? 0 : -ENOMEM;
}
