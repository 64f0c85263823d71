/* SPDX-License-Identifier: Apache-2.0 */
/* What programs are made to count, by BPF_PROG_TEST_RUN: it returns when they have. */
#include <stdlib.h>

#include <bpf/bpf.h>

#include "conservation/programs.h"

static uint64_t below(struct programs *programs, uint64_t n)
{
	return kernel_random(&programs->kernel, n);
}

/* So that values of a key lie in memory of several. */
static void choose_cpu(struct programs *programs)
{
	uint64_t number = below(programs, UINT32_MAX);
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)programs->cpus[number % (uint64_t)programs->cpu_count], &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		abort();
}

static void perform(struct programs *programs)
{
	unsigned char packet[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet),
		.repeat = (int)programs->event_count);

	if (!programs->event_count)
		return;
	choose_cpu(programs);
	programs->script->next = 0;
	if (bpf_prog_test_run_opts(programs->program, &options) ||
		programs->script->next != programs->event_count)
		abort();
	programs->event_count = 0;
}

static void put(struct programs *programs, uint32_t map, enum event_kind kind, uint32_t key)
{
	uint32_t n = map == SIZES    ? (uint32_t)below(programs, 8)
		     : map == SCALES ? 2 + (uint32_t)below(programs, 15)
				     : 1 + (uint32_t)below(programs, 99);

	if (map >= SLOT_MAPS) {
		struct foreign *foreign = &programs->foreign[map - SLOT_MAPS];

		if (foreign->allowed[key] <= n)
			return;
		foreign->allowed[key] -= n;
		foreign->unread = true;
	}
	if (kind == ADD)
		programs->last[map][key] = ++programs->time;
	programs->script->events[programs->event_count++] = (struct event){
		.map = map, .kind = kind, .key = key, .n = n};
	if (programs->event_count == SCRIPT_EVENTS)
		perform(programs);
}

static uint32_t key_at(int first, int number)
{
	return (uint32_t)(first + number) % KEYS;
}

static uint32_t any_key(struct programs *programs)
{
	return (uint32_t)below(programs, KEYS);
}

static uint32_t usual_key(struct programs *programs)
{
	if (kernel_one_in(&programs->kernel, 100))
		return any_key(programs);
	return key_at(programs->first, (int)below(programs, (uint64_t)programs->count));
}

/* Other keys come; most of those that counted until now go idle. Sometimes all of them count. */
static void move_on(struct programs *programs)
{
	programs->first = (int)any_key(programs);
	programs->count = 2 + (int)below(programs, 7);
	if (kernel_one_in(&programs->kernel, 6))
		programs->count = KEYS;
}

static void delete_some(struct programs *programs, struct foreign *foreign)
{
	for (uint32_t key = 0; key < KEYS; key++) {
		uint64_t values[CPUS_MAX] = {0}, total = 0;

		if (!kernel_one_in(&programs->kernel, 4) ||
			bpf_map_lookup_elem(foreign->map->fd, &key, values))
			continue;
		for (size_t i = 0; i < CPUS_MAX; i++)
			total += values[i];
		if (bpf_map_delete_elem(foreign->map->fd, &key))
			abort();
		foreign->allowed[key] = total;
		foreign->deleted++;
	}
}

/* What is deleted before it was read is lost to anybody, and totals that nobody acknowledged go
 * with their entry. */
static void delete_entries(struct programs *programs)
{
	if (programs->kernel.temporality != TEMPORALITY_DELTA)
		return;
	for (int i = 0; i < FOREIGN_MAPS; i++) {
		struct foreign *foreign = &programs->foreign[i];

		if (kernel_one_in(&programs->kernel, 5) && !foreign->unread)
			delete_some(programs, foreign);
	}
}

void events_were_read(struct foreign *foreign)
{
	foreign->unread = false;
	for (int key = 0; key < KEYS; key++)
		foreign->allowed[key] = UINT64_MAX;
}

static void finish_some(struct programs *programs, uint64_t one_in)
{
	for (uint32_t map = 0; map < SLOT_MAPS; map++) {
		if (programs->script->held[map].number && kernel_one_in(&programs->kernel, one_in))
			put(programs, map, FINISH, 0);
	}
}

/* The key that counted last before `time`; KEYS: none did. */
static uint32_t key_before(const struct programs *programs, uint32_t map, uint64_t time)
{
	const uint64_t *last = programs->last[map];
	uint32_t found = KEYS;

	for (uint32_t key = 0; key < KEYS; key++) {
		if (last[key] && last[key] < time && (found == KEYS || last[key] > last[found]))
			found = key;
	}
	return found;
}

/* Of the keys that have a slot the one that counted least recently: it is the next to end. What is
 * held last stays. */
static void hold_oldest(struct programs *programs, uint32_t map)
{
	uint32_t key = key_before(programs, map, UINT64_MAX);

	for (; key < KEYS; key = key_before(programs, map, programs->last[map][key]))
		put(programs, map, HOLD, key);
}

static void hold_some(struct programs *programs)
{
	for (uint32_t map = 0; map < SLOT_MAPS; map++) {
		if (!programs->script->held[map].number && kernel_one_in(&programs->kernel, 4))
			hold_oldest(programs, map);
	}
}

void events_finish(struct programs *programs)
{
	finish_some(programs, 1);
	perform(programs);
}

void events_run(struct programs *programs, bool calm)
{
	if (!calm) {
		delete_entries(programs);
		if (kernel_one_in(&programs->kernel, 30))
			move_on(programs);
	}
	finish_some(programs, 20);
	perform(programs);
	for (uint64_t n = 20 + below(programs, 60); n; n--)
		put(programs, (uint32_t)below(programs, PROGRAM_MAPS), ADD, usual_key(programs));
	hold_some(programs);
	perform(programs);
}

void events_while_retiring(struct programs *programs)
{
	for (uint32_t map = 0; map < SLOT_MAPS; map++) {
		for (uint64_t n = below(programs, 4); n; n--)
			put(programs, map, ADD, any_key(programs));
		/* It may have just left. */
		if (kernel_one_in(&programs->kernel, 3))
			put(programs, map, ADD, programs->script->held[map].key);
	}
	perform(programs);
}
