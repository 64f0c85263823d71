/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the series of a metric can end while the program that counts goes on. */
#include <errno.h>
#include <string.h>

#include "collect/plan_private.h"

static bool is_words(const struct field *field)
{
	return field && !field->bits && field->offset % sizeof(uint64_t) == 0 &&
	       (field->kind == FIELD_ARRAY ? field->element_size : field->size) == sizeof(uint64_t);
}

/* What retire.c needs: slots that can be taken back, all of whose metrics agree, and values that
 * it can add up. */
int bind_idle_timeout(struct binding *b)
{
	const struct metric_definition *metric = b->metric;
	const struct table_layout *table = &b->plan->map->table;
	const struct metric_definition *other = b->pack->metrics;
	bool numbers = b->plan->value != NULL;

	for (; other < metric; other++) {
		if (!strcmp(other->map, metric->map) &&
			other->idle_timeout_ns != metric->idle_timeout_ns)
			return binding_fail(b, metric->idle_timeout_position,
				"another idle_timeout than that of metric %s, which has the same "
				"map; expected the same",
				other->name);
	}
	b->plan->idle_timeout_ns = metric->idle_timeout_ns;
	if (!metric->idle_timeout_ns)
		return 0;
	if (table->kind != TABLE_SLOTS)
		return binding_fail(b, metric->idle_timeout_position,
			"idle_timeout needs a map with keys that otel.bpf.h makes; series of other "
			"maps end with their entries");
	if (table->sleeps)
		return binding_fail(b, metric->idle_timeout_position,
			"idle_timeout is not possible: the object has programs that may sleep, "
			"which nobody can wait for");
	if (numbers ? !is_words(b->plan->value)
		    : !is_words(b->plan->sum) || !is_words(b->plan->buckets))
		return binding_fail(b, metric->idle_timeout_position,
			"idle_timeout needs values of 64 bits, as the instruments of otel.bpf.h "
			"have them");
	return 0;
}
