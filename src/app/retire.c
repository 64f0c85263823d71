/* SPDX-License-Identifier: Apache-2.0 */
#include "app/retire.h"

#include "app/pack.h"

int retire_init(struct retire *retire, const struct pack *packs, size_t pack_count, struct err *err)
{
	for (size_t i = 0; i < pack_count; i++) {
		if (packs[i].collector && collector_retires(packs[i].collector))
			return grace_open(&retire->grace, err);
	}
	return 0;
}

void retire_fini(struct retire *retire)
{
	grace_close(&retire->grace);
}

static int begin(const struct pack *packs, size_t count, uint64_t now, bool *waits, struct err *err)
{
	int first = 0;

	*waits = false;
	for (size_t i = 0; i < count; i++) {
		bool one_waits = false;
		int result = 0;

		if (packs[i].collector)
			result = collector_retire_begin(
				packs[i].collector, now, &one_waits, first ? NULL : err);
		*waits |= one_waits;
		if (!first)
			first = result;
	}
	return first;
}

static int end(const struct pack *packs, size_t count, uint64_t now, struct err *err)
{
	int first = 0;

	for (size_t i = 0; i < count; i++) {
		int result = 0;

		if (packs[i].collector)
			result = collector_retire_end(packs[i].collector, now, first ? NULL : err);
		if (!first)
			first = result;
	}
	return first;
}

void retire_run(struct retire *retire, const struct pack *packs, size_t pack_count, uint64_t now)
{
	struct err err = {0};
	bool waits;
	int first, result = 0;

	if (retire->grace.outer <= 0)
		return;
	first = begin(packs, pack_count, now, &waits, &err);
	if (waits)
		result = grace_wait(&retire->grace, first ? NULL : &err);
	if (waits && !result)
		result = end(packs, pack_count, now, first ? NULL : &err);
	if (first || result)
		log_repeat_failure(&retire->failures, "retire", err.text);
	else
		log_repeat_success(&retire->failures, "idle series can end");
}
