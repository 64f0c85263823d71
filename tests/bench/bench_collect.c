/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One collection and the encoding of its points, in slots and in a hash map that is read in
 * batches, against bare batch look-ups of that map: all in one run, so that the ratios count and
 * not the machine. Keys of 16 bytes, three attributes, no compression. Needs root.
 *
 *     bench_collect SERIES [cumulative|delta [percpu]]
 *
 * The hash map has a value for each CPU with `percpu`. Prints one line: `series NAME ns_per_series
 * ...`, the best of several rounds.
 */
#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "collect/collect.h"
#include "otlp/encode.h"
#include "read/table.h"

enum {
	BATCH = 4096,
	/* Rounds of the few series take as long in sum as one of the many. */
	SERIES_IN_ROUNDS = 5000000,
	ROUNDS_MIN = 12,
	CPUS_MAX = 256,
};

struct key {
	uint32_t process, device;
	uint64_t file;
};

struct slot {
	uint32_t state, layout;
	struct key key;
	uint64_t value;
};

static const struct field key_fields[] = {
	{.name = "process", .kind = FIELD_UINT, .offset = 0, .size = 4},
	{.name = "device", .kind = FIELD_UINT, .offset = 4, .size = 4},
	{.name = "file", .kind = FIELD_UINT, .offset = 8, .size = 8},
};
static const struct field value_field = {.name = "", .kind = FIELD_UINT, .size = 8};

static const char definition[] = "version: 1.0.0\n"
				 "description: What the measurement counts.\n"
				 "metrics:\n"
				 "  - name: bench.reads\n"
				 "    instrument: counter\n"
				 "    unit: \"{read}\"\n"
				 "    description: Reads.\n"
				 "    map: reads\n"
				 "    cardinality_limit: 10000000\n"
				 "    attributes:\n"
				 "      - { name: process.pid, field: process }\n"
				 "      - { name: system.device, field: device }\n"
				 "      - { name: file.inode, field: file }\n";

struct bench {
	uint32_t series;
	unsigned int rounds;
	uint32_t type; /* of the map that is read in batches */
	uint32_t cpus; /* values of each of its keys */
	enum temporality_preference preference;
	struct map_info hash, slots;
	struct slot *memory;
};

/* From a map to its requests. */
struct pipeline {
	struct arena arena;
	struct pack_definition pack;
	struct pack_plan plan;
	struct model *model;
	struct collector *collector;
	struct encoder *encoder;
	struct buf request;
	uint64_t time, points, bytes;
};

static volatile uint64_t bench_sink;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench_collect: %s\n", what);
	exit(1);
}

static struct key key_of(uint32_t i)
{
	return (struct key){.process = i / 16, .device = i % 16, .file = i * UINT64_C(7919)};
}

static void describe(struct map_info *info, uint32_t type, uint32_t series)
{
	*info = (struct map_info){
		.name = "reads",
		.type = type,
		.key_size = sizeof(struct key),
		.value_size = sizeof(uint64_t),
		.max_entries = series,
		.key = {sizeof(struct key), key_fields, 3},
		.value = {sizeof(uint64_t), &value_field, 1},
	};
}

static void make_hash(struct bench *bench)
{
	struct key *keys = calloc(BATCH, sizeof(*keys));
	uint64_t *values = calloc((size_t)BATCH * bench->cpus, sizeof(*values));

	describe(&bench->hash, bench->type, bench->series);
	bench->hash.fd = bpf_map_create(
		bench->type, "reads", sizeof(struct key), sizeof(uint64_t), bench->series, NULL);
	if (bench->hash.fd < 0 || !keys || !values)
		die("cannot make a map; it takes root");
	for (uint32_t i = 0; i < bench->series; i += BATCH) {
		uint32_t count = bench->series - i < BATCH ? bench->series - i : BATCH;

		for (uint32_t j = 0; j < count; j++) {
			keys[j] = key_of(i + j);
			for (uint32_t cpu = 0; cpu < bench->cpus; cpu++)
				values[j * bench->cpus + cpu] = i + j + 1;
		}
		if (bpf_map_update_batch(bench->hash.fd, keys, values, &count, NULL))
			die("cannot fill the map");
	}
	free(keys);
	free(values);
}

/* As bpf/otel_slots.bpf.h lays it out. */
static void make_slots(struct bench *bench)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	uint32_t elements = bench->series + 1;

	describe(&bench->slots, BPF_MAP_TYPE_ARRAY, bench->series);
	bench->slots.table = (struct table_layout){
		.kind = TABLE_SLOTS,
		.elements = elements,
		.stride = sizeof(struct slot),
		.key_offset = offsetof(struct slot, key),
		.value_offset = offsetof(struct slot, value),
	};
	bench->slots.fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "reads", sizeof(uint32_t),
		sizeof(struct slot), elements, &options);
	if (bench->slots.fd < 0)
		die("cannot make a mapped array");
	bench->memory = mmap(NULL, elements * sizeof(struct slot), PROT_READ | PROT_WRITE,
		MAP_SHARED, bench->slots.fd, 0);
	if (bench->memory == MAP_FAILED)
		die("cannot map the array");
	for (uint32_t i = 0; i < bench->series; i++) {
		struct slot *slot = &bench->memory[i + 1];

		slot->key = key_of(i);
		slot->value = i + 1;
		slot->state = key_checksum(&slot->key, sizeof(slot->key));
	}
}

/* Nanoseconds. */
static uint64_t read_bare(const struct bench *bench)
{
	static struct key keys[BATCH];
	static uint64_t values[BATCH * CPUS_MAX];
	uint64_t begun = clock_monotonic_ns();
	uint32_t in = 0, out = 0, total = 0;
	bool first = true;
	int result;

	do {
		uint32_t count = BATCH;

		result = bpf_map_lookup_batch(
			bench->hash.fd, first ? NULL : &in, &out, keys, values, &count, NULL);
		if (result && result != -ENOENT)
			die("a batch look-up failed");
		total += count;
		in = out;
		first = false;
	} while (!result);
	if (total != bench->series)
		die("the map has not all entries");
	return clock_monotonic_ns() - begun;
}

/* What cannot be avoided where series are idle: to look at the state and the value of each slot. */
static uint64_t read_slots(const struct bench *bench)
{
	uint64_t begun = clock_monotonic_ns(), sum = 0;

	for (uint32_t i = 1; i <= bench->series; i++)
		sum += slot_state((const unsigned char *)&bench->memory[i]) +
		       table_word((const unsigned char *)&bench->memory[i].value);
	bench_sink = sum;
	return clock_monotonic_ns() - begun;
}

static void pipeline_open(struct pipeline *p, const struct bench *bench, const struct map_info *map)
{
	static const struct resource resource = {.schema_url = ""};
	const struct definition_options options = {.file = "reads.yaml"};
	struct scope *scope;
	struct err err;

	*p = (struct pipeline){.time = 1700000000000000000};
	if (definition_parse(
		    &options, definition, sizeof(definition) - 1, &p->arena, &p->pack, &err) ||
		pack_plan_init(&p->plan, &p->pack, &map, 1, &p->arena, &err))
		die(err.text);
	p->model = model_new(&resource);
	model_set_temporality(p->model, bench->preference);
	scope = model_add_scope(p->model, "bench", "1", p->time);
	if (collector_new(&p->collector, &p->plan, scope, &map_calls_kernel, &err))
		die(err.text);
	p->encoder = encoder_new();
	buf_init(&p->request, LIMIT_REQUEST_BYTES);
}

/* One collection; sets how long it took to collect and to encode. */
static void pipeline_run(struct pipeline *p, uint64_t *collect, uint64_t *encode)
{
	uint64_t begun = clock_monotonic_ns(), collected;
	const struct snapshot_place first = {0};
	const struct snapshot *snapshot;
	struct encode_cursor cursor;
	struct encoded encoded;
	struct err err;

	model_begin(p->model, p->time += NSEC_PER_SEC);
	if (collector_run(p->collector, &err))
		die(err.text);
	snapshot = model_end(p->model);
	collected = clock_monotonic_ns();
	p->points = p->bytes = 0;
	if (encode_begin(p->encoder, &cursor, snapshot))
		die("out of memory");
	do {
		if (encode_next(p->encoder, &cursor, LIMIT_REQUEST_BYTES, &p->request, &encoded))
			die("out of memory");
		p->points += encoded.points;
		p->bytes += p->request.length;
	} while (encoded.points);
	*encode = clock_monotonic_ns() - collected;
	*collect = collected - begun;
	model_acknowledge(
		p->model, &first, &(struct snapshot_place){.scope = snapshot->scope_count});
}

static void pipeline_close(struct pipeline *p)
{
	collector_free(p->collector);
	encoder_free(p->encoder);
	model_free(p->model);
	pack_plan_fini(&p->plan);
	arena_fini(&p->arena);
	buf_fini(&p->request);
}

static void keep_least(uint64_t *least, uint64_t value)
{
	if (value < *least)
		*least = value;
}

static double per_series(const struct bench *bench, uint64_t ns)
{
	return (double)ns / bench->series;
}

static void touch_all(struct bench *bench)
{
	for (uint32_t i = 1; i <= bench->series; i++)
		bench->memory[i].value++;
}

/* Of this process, from malloc(); the request's buffer is no matter of the number of series, it is
 * taken off. */
static uint64_t memory_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static void measure(struct bench *bench)
{
	uint64_t bare = UINT64_MAX, foreign = UINT64_MAX, collect = UINT64_MAX, encode = UINT64_MAX;
	uint64_t both = UINT64_MAX, idle = UINT64_MAX, scan = UINT64_MAX, c, e;
	struct pipeline of_hash, of_slots;
	uint64_t memory, hash_memory;

	pipeline_open(&of_hash, bench, &bench->hash);
	pipeline_open(&of_slots, bench, &bench->slots);
	memory = memory_in_use();
	pipeline_run(&of_hash, &c, &e);
	hash_memory = memory_in_use() - memory - of_hash.request.capacity;
	memory = memory_in_use();
	pipeline_run(&of_slots, &c, &e);
	memory = memory_in_use() - memory - of_slots.request.capacity;
	if (of_slots.points != bench->series || of_hash.points != bench->series)
		die("points are missing");
	for (unsigned int i = 0; i < bench->rounds; i++) {
		touch_all(bench);
		/* In front of each, so that none finds the caches as it left them. */
		keep_least(&bare, read_bare(bench));
		pipeline_run(&of_slots, &c, &e);
		keep_least(&collect, c);
		keep_least(&encode, e);
		keep_least(&both, c + e);
		keep_least(&bare, read_bare(bench));
		/* With delta temporality, this one still has to do with what was delivered. */
		pipeline_run(&of_slots, &c, &e);
		keep_least(&bare, read_bare(bench));
		pipeline_run(&of_slots, &c, &e);
		keep_least(&idle, c + e);
		keep_least(&bare, read_bare(bench));
		keep_least(&scan, read_slots(bench));
		keep_least(&bare, read_bare(bench));
		pipeline_run(&of_hash, &c, &e);
		keep_least(&foreign, c + e);
	}
	printf("%u batch %.2f foreign %.2f slots %.2f collect %.2f encode %.2f idle %.2f scan %.2f "
	       "bytes "
	       "%.1f memory %.0f hash_memory %.0f\n",
		bench->series, per_series(bench, bare), per_series(bench, foreign),
		per_series(bench, both), per_series(bench, collect), per_series(bench, encode),
		per_series(bench, idle), per_series(bench, scan),
		(double)of_slots.bytes / bench->series, per_series(bench, memory),
		per_series(bench, hash_memory));
	pipeline_close(&of_hash);
	pipeline_close(&of_slots);
}

int main(int argc, char **argv)
{
	struct bench bench = {0};
	uint64_t series;

	if (argc < 2 || str_to_u64(argv[1], &series) || !series || series > LIMIT_CARDINALITY)
		die("usage: bench_collect SERIES [cumulative|delta [percpu]]");
	bench.preference = argc > 2 && !strcmp(argv[2], "delta") ? PREFER_DELTA : PREFER_CUMULATIVE;
	bench.series = (uint32_t)series;
	bench.type = argc > 3 ? BPF_MAP_TYPE_PERCPU_HASH : BPF_MAP_TYPE_HASH;
	bench.cpus = argc > 3 ? (uint32_t)libbpf_num_possible_cpus() : 1;
	if (bench.cpus > CPUS_MAX)
		die("too many CPUs");
	bench.rounds = SERIES_IN_ROUNDS / bench.series;
	if (bench.rounds < ROUNDS_MIN)
		bench.rounds = ROUNDS_MIN;
	make_hash(&bench);
	make_slots(&bench);
	measure(&bench);
	return 0;
}
