/* SPDX-License-Identifier: Apache-2.0 */
#include "conservation/programs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/limits.h"
#include "read/table.h"

static const struct {
	const char *name;
	enum instrument instrument;
	bool mixed;
} maps[PROGRAM_MAPS] = {
	[COUNTS] = {"counts", INSTRUMENT_COUNTER, false},
	[SPREAD] = {"spread", INSTRUMENT_COUNTER, false},
	[SIZES] = {"sizes", INSTRUMENT_HISTOGRAM, false},
	[SCALES] = {"scales", INSTRUMENT_EXPONENTIAL_HISTOGRAM, false},
	[LIMITED] = {"limited", INSTRUMENT_COUNTER, true},
	[PLAIN] = {"plain", INSTRUMENT_COUNTER, false},
	[PERCPU] = {"percpu", INSTRUMENT_COUNTER, true},
};

/* Whose programs run while series end. */
static struct programs *running;

/* The linker lets the wait of src/app/retire.c come by here (--wrap): programs run before it, when
 * keys have left the index, and after it. */
/* NOLINTBEGIN(bugprone-reserved-identifier) */
int __real_grace_wait(struct grace *grace, struct err *err);
int __wrap_grace_wait(struct grace *grace, struct err *err);

int __wrap_grace_wait(struct grace *grace, struct err *err)
{
	int result;

	running->waits++;
	if (!running->calm)
		events_while_retiring(running);
	/* That is what is waited for. */
	events_finish(running);
	result = __real_grace_wait(grace, err);
	if (!running->calm)
		events_while_retiring(running);
	return result;
}
/* NOLINTEND(bugprone-reserved-identifier) */

static int lookup_batch(
	int fd, void *in_position, void *out_position, void *keys, void *values, uint32_t *count)
{
	if (running->calls_left < 0)
		return map_calls_kernel.lookup_batch(
			fd, in_position, out_position, keys, values, count);
	if (!running->calls_left--)
		return -EIO;
	/* Some rows, so that the pass is not over yet. */
	*count /= 2;
	return map_calls_kernel.lookup_batch(fd, in_position, out_position, keys, values, count);
}

static struct map_calls map_calls;

static void fail(const struct err *err)
{
	printf("FAIL: %s\n", err->text);
	abort();
}

static uint64_t read_errors(const struct programs *programs, const struct map_info *map)
{
	struct collector_map_stats stats = {0};

	for (size_t i = 0; stats.map != map; i++)
		collector_map_stats(programs->pack.collector, i, &stats);
	return stats.read_errors;
}

/* Read all maps. Which of the foreign ones fails, if one is to, is as it happens. */
static void read_maps(struct programs *programs)
{
	uint64_t before[FOREIGN_MAPS];
	struct err err = {0};
	int result;

	for (int i = 0; i < FOREIGN_MAPS; i++)
		before[i] = read_errors(programs, programs->foreign[i].map);
	programs->calls_left = -1;
	if (!programs->calm && kernel_one_in(&programs->kernel, 20))
		programs->calls_left = (int)kernel_random(&programs->kernel, 4);
	result = collector_run(programs->pack.collector, &err);
	if (result && result != -EIO)
		fail(&err);
	programs->failures += result != 0;
	for (int i = 0; i < FOREIGN_MAPS; i++) {
		if (read_errors(programs, programs->foreign[i].map) == before[i])
			events_were_read(&programs->foreign[i]);
	}
}

static struct amount amount_of(const struct given *given)
{
	struct amount amount = {.sum = given->sum};

	for (int i = 0; i < BUCKETS; i++)
		amount.buckets[i] = given->buckets[i];
	return amount;
}

static void learn_truth(struct programs *programs)
{
	for (int i = 0; i < PROGRAM_MAPS; i++) {
		struct amount *truth = programs->kernel.maps[i].truth;

		for (int k = 0; k < KEYS; k++)
			truth[k] = amount_of(&programs->truth->keys[i][k]);
		truth[OVERFLOW_KEY] = amount_of(&programs->truth->rest[i]);
	}
}

/* As src/app/app.c does it. */
static const struct snapshot *collect(struct kernel *kernel, uint64_t now, bool calm)
{
	struct programs *programs = (struct programs *)kernel;

	programs->calm = calm;
	if (calm)
		events_finish(programs);
	model_begin(kernel->model, now);
	read_maps(programs);
	retire_run(&programs->retire, &programs->pack, 1, clock_monotonic_ns());
	if (programs->retire.failures.failures)
		abort();
	learn_truth(programs);
	return model_end(kernel->model);
}

static void run(struct kernel *kernel, bool calm)
{
	events_run((struct programs *)kernel, calm);
}

/* Each slot has a key, or is in the list of free ones, which is empty then. */
static bool has_all_slots(const struct map_info *map)
{
	unsigned char slot[4096];
	uint32_t number, count = 0;

	if (map->table.stride > sizeof(slot))
		abort();
	for (number = 1; number <= SLOTS; number++) {
		if (bpf_map_lookup_elem(map->fd, &number, slot))
			abort();
		count += slot_state(slot) != 0;
	}
	while (!bpf_map_lookup_and_delete_elem(map->free_slots->fd, NULL, &number))
		count++;
	return count == SLOTS;
}

static const char *tell(const struct kernel *kernel, bool is_long)
{
	const struct programs *programs = (const struct programs *)kernel;
	const struct truth *truth = programs->truth;
	uint64_t retired = 0, deleted = 0;
	bool all = true;

	for (size_t i = 0; i < collector_map_count(programs->pack.collector); i++) {
		struct collector_map_stats stats;

		collector_map_stats(programs->pack.collector, i, &stats);
		retired += stats.retired;
		all &= !stats.has_slots || has_all_slots(stats.map);
	}
	for (int i = 0; i < FOREIGN_MAPS; i++)
		deleted += programs->foreign[i].deleted;
	printf("%" PRIu64 " slots taken back after %" PRIu64
	       " waits; %llu times a key came back to another slot, %llu of them while the one "
	       "before was not free yet; %llu additions to slots whose key had left; %llu events "
	       "without a place; %" PRIu64 " entries deleted; %" PRIu64 " passes failed\n",
		retired, programs->waits, truth->moved, truth->returned, truth->late,
		truth->rest_events, deleted, programs->failures);
	if (!all)
		return "slots were lost";
	if (!is_long || (retired > 100 && truth->moved > 100 && truth->returned > 10 &&
				truth->late > 10 && truth->rest_events > 100 &&
				(deleted > 100 || kernel->temporality != TEMPORALITY_DELTA) &&
				programs->failures > 10))
		return NULL;
	return "something did not happen that was to be met";
}

static void unmap(const void *memory, size_t size)
{
	if (memory)
		munmap((void *)memory, size);
}

static void free_programs(struct kernel *kernel)
{
	struct programs *programs = (struct programs *)kernel;

	unmap(programs->script, sizeof(*programs->script));
	unmap(programs->truth, sizeof(*programs->truth));
	if (programs->program > 0)
		close(programs->program);
	retire_fini(&programs->retire);
	pack_fini(&programs->pack);
	model_free(kernel->model);
	free(programs);
	running = NULL;
}

static const struct kernel_calls calls = {
	.run = run,
	.collect = collect,
	.tell = tell,
	.free = free_programs,
};

static int load(struct programs *programs, struct err *err)
{
	struct pack *pack = &programs->pack;
	const struct definition_options options = {.file = COUNTING_DEFINITION};
	const struct map_info *infos[LIMIT_OBJECT_MAPS];
	int result;

	if (!possible_cpus() || possible_cpus() > CPUS_MAX)
		return err_set(err, -ENOTSUP, "needs a machine with 1 to %d CPUs, not %u", CPUS_MAX,
			possible_cpus());
	result = definition_load(&options, &pack->arena, &pack->definition, err);
	if (!result)
		result = probe_open(&pack->probe, COUNTING_OBJECT, NULL, 0, err);
	if (result)
		return result;
	for (size_t i = 0; i < probe_map_count(pack->probe); i++)
		infos[i] = probe_map_at(pack->probe, i);
	result = pack_plan_init(&pack->plan, &pack->definition, infos, probe_map_count(pack->probe),
		&pack->arena, err);
	return result ? result : probe_load(pack->probe, err);
}

static void *map_memory(const struct programs *programs, const char *name, size_t size)
{
	const struct map_info *map = probe_map(programs->pack.probe, name);
	void *memory;

	if (!map)
		abort();
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map->fd, 0);
	if (memory == MAP_FAILED)
		abort();
	return memory;
}

static void find_cpus(struct programs *programs)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		abort();
	for (int cpu = 0; cpu < CPUS_MAX; cpu++) {
		if (CPU_ISSET((size_t)cpu, &set))
			programs->cpus[programs->cpu_count++] = cpu;
	}
}

static void prepare(struct programs *programs)
{
	struct program_info info;

	probe_program_info(programs->pack.probe, 0, &info);
	programs->program = bpf_prog_get_fd_by_id(info.id);
	if (programs->program < 0)
		abort();
	programs->script = map_memory(programs, "script", sizeof(*programs->script));
	programs->truth = map_memory(programs, "truth", sizeof(*programs->truth));
	for (int i = 0; i < PROGRAM_MAPS; i++) {
		programs->kernel.maps[i] = (struct counted){
			.name = maps[i].name,
			.instrument = maps[i].instrument,
			.mixed = maps[i].mixed,
		};
	}
	for (int i = 0; i < FOREIGN_MAPS; i++) {
		programs->foreign[i].map = probe_map(
			programs->pack.probe, maps[SLOT_MAPS + i].name);
		events_were_read(&programs->foreign[i]);
	}
	programs->count = 6;
	find_cpus(programs);
}

static int start(struct programs *programs, struct err *err)
{
	struct model *model = programs->kernel.model;
	struct scope *scope = model_add_scope(model, "conservation", "1", 1);
	int result;

	if (!scope)
		abort();
	map_calls = map_calls_kernel;
	map_calls.lookup_batch = lookup_batch;
	result = collector_new(
		&programs->pack.collector, &programs->pack.plan, scope, &map_calls, err);
	if (!result)
		result = retire_init(&programs->retire, &programs->pack, 1, err);
	return result;
}

int kernel_programs(struct kernel **kernel, uint64_t seed, enum temporality temporality,
	const struct resource *resource, struct err *err)
{
	struct programs *programs = calloc(1, sizeof(*programs));
	struct model *model = model_new(resource);
	int result;

	if (!programs || !model)
		abort();
	programs->kernel = (struct kernel){
		.calls = &calls,
		.random = seed,
		.model = model,
		.temporality = temporality,
		.map_count = PROGRAM_MAPS,
	};
	model_set_temporality(
		model, temporality == TEMPORALITY_DELTA ? PREFER_DELTA : PREFER_CUMULATIVE);
	running = programs;
	result = load(programs, err);
	if (!result)
		result = start(programs, err);
	if (result) {
		kernel_free(&programs->kernel);
		return result;
	}
	prepare(programs);
	*kernel = &programs->kernel;
	return 0;
}
