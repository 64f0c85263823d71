/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collect/feed_private.h"
#include "src/collect/allocations.h"
#include "src/collect/fixture.h"
#include "src/collect/table_memory.h"
#include "test.h"

static const struct resource resource;

struct bench {
	struct table_memory memory;
	struct table table;
	struct fixture f;
	struct model *model;
	struct feed *feed;
	const struct metric *metric;
	uint64_t time;
};

/* b->memory is made. */
static void bench_begin(struct bench *b, const char *rest)
{
	const struct map_info *const maps[] = {&b->memory.info};
	struct scope *scope;
	char text[512];

	snprintf(text, sizeof(text),
		"  - {name: m, instrument: counter, unit: \"1\", description: D., map: m%s}\n",
		rest);
	fixture_plan(&b->f, text, maps, 1);
	assert_int_equal(b->f.result, 0);
	assert_int_equal(table_open(&b->table, &b->memory.info, NULL), 0);
	b->model = model_new(&resource);
	scope = model_add_scope(b->model, "s", "1", 1);
	assert_int_equal(feed_new(&b->feed, &b->f.plan.metrics[0], scope, NULL), 0);
	b->metric = scope->metrics[0];
	b->time = 100;
}

static void bench_end(struct bench *b)
{
	feed_free(b->feed);
	model_free(b->model);
	fixture_end(&b->f);
	table_close(&b->table);
	table_memory_free(&b->memory);
}

static void collect(struct bench *b)
{
	model_begin(b->model, b->time++);
	feed_begin(b->feed);
	assert_int_equal(feed_table(b->feed, &b->table), 0);
	feed_end(b->feed, true);
	model_end(b->model);
}

/* Of the live series whose last attribute is this number; -1: there is none. */
static int64_t value_of(const struct bench *b, int64_t key)
{
	for (uint32_t i = 0; i < b->metric->series_count; i++) {
		const struct series *s = &b->metric->series[i];

		if (series_is_live(b->metric, i) && s->attrs[s->attr_count - 1].type == ATTR_INT &&
			s->attrs[s->attr_count - 1].integer == key)
			return (int64_t)series_number(b->metric, s);
	}
	return -1;
}

static int64_t overflow_of(const struct bench *b)
{
	for (uint32_t i = 0; i < b->metric->series_count; i++) {
		const struct series *s = &b->metric->series[i];

		if (series_is_live(b->metric, i) && s->attrs[0].type == ATTR_BOOL)
			return (int64_t)series_number(b->metric, s);
	}
	return -1;
}

static void test_slots_become_series(void **state)
{
	struct bench b;

	(void)state;
	slots_make(&b.memory, 5, 8);
	bench_begin(&b, ", attributes: [{name: k}]");
	collect(&b);
	assert_int_equal(feed_rows(b.feed), 0);
	assert_int_equal(b.metric->series_count, 0);
	slot_publish(&b.memory, 2, 70);
	slot_publish(&b.memory, 5, 90);
	*slot_words(&b.memory, 2) = 7;
	*slot_words(&b.memory, 5) = UINT64_C(1) << 40;
	collect(&b);
	assert_int_equal(feed_rows(b.feed), 2);
	assert_int_equal(value_of(&b, 70), 7);
	assert_int_equal(value_of(&b, 90), INT64_C(1) << 40);
	assert_int_equal(overflow_of(&b), -1);
	*slot_words(&b.memory, 2) = 8;
	*slot_words(&b.memory, 0) = 3;
	collect(&b);
	assert_int_equal(value_of(&b, 70), 8);
	assert_int_equal(overflow_of(&b), 3);
	/* The slot goes to another key. */
	slot_publish(&b.memory, 2, 71);
	*slot_words(&b.memory, 2) = 1;
	collect(&b);
	assert_int_equal(value_of(&b, 70), -1);
	assert_int_equal(value_of(&b, 71), 1);
	bench_end(&b);
}

/* The state is there, the key is not yet: as another processor may see it. */
static void test_a_key_seen_half_waits(void **state)
{
	uint32_t key = 70;
	struct bench b;

	(void)state;
	slots_make(&b.memory, 5, 8);
	bench_begin(&b, ", attributes: [{name: k}]");
	slot_publish(&b.memory, 1, key);
	memset(b.memory.bytes + b.memory.info.table.stride + 8, 0, sizeof(key));
	*slot_words(&b.memory, 1) = 7;
	collect(&b);
	assert_int_equal(b.metric->series_count, 0);
	slot_publish(&b.memory, 1, key);
	collect(&b);
	assert_int_equal(value_of(&b, 70), 7);
	bench_end(&b);
}

static void test_undecodable_keys_cost_themselves(void **state)
{
	const char *text;
	struct bench b;

	(void)state;
	slots_make(&b.memory, 5, 8);
	bench_begin(&b, ", attributes: [{name: k, decode: [{static_map: {4: \"4\"}}, uint]}]");
	slot_publish(&b.memory, 1, 3);
	slot_publish(&b.memory, 2, 4);
	collect(&b);
	collect(&b);
	assert_int_equal(b.metric->series_count, 1);
	assert_true(series_is_live(b.metric, 0));
	assert_int_equal(feed_undecodable(b.feed, &text), 1);
	assert_int_not_equal(strlen(text), 0);
	bench_end(&b);
}

/* More new keys than are learned at once, then none. */
static void test_many_slots(void **state)
{
	enum {
		ENTRIES = 3000
	};
	struct bench b;

	(void)state;
	slots_make(&b.memory, ENTRIES, 8);
	bench_begin(&b, ", cardinality_limit: 3000, attributes: [{name: k}]");
	for (uint32_t slot = 1; slot <= ENTRIES; slot++) {
		slot_publish(&b.memory, slot, slot * 3);
		*slot_words(&b.memory, slot) = slot;
	}
	for (int round = 0; round < 3; round++) {
		collect(&b);
		assert_int_equal(b.metric->series_count, ENTRIES);
		for (uint32_t slot = 1; slot <= ENTRIES; slot++)
			assert_int_equal(b.metric->numbers[slot - 1], slot);
	}
	bench_end(&b);
}

static void test_shards_add_up(void **state)
{
	struct bench b;

	(void)state;
	shards_make(&b.memory, 3, 4);
	bench_begin(&b, ", attributes: [{name: k}]");
	*shard_word(&b.memory, 0, 1) = 10;
	*shard_word(&b.memory, 3, 1) = 5;
	*shard_word(&b.memory, 2, 2) = 1;
	collect(&b);
	assert_int_equal(feed_rows(b.feed), 2);
	assert_int_equal(value_of(&b, 0), -1);
	assert_int_equal(value_of(&b, 1), 15);
	assert_int_equal(value_of(&b, 2), 1);
	assert_int_equal(overflow_of(&b), -1);
	*shard_word(&b.memory, 1, -1) = 2;
	*shard_word(&b.memory, 3, -1) = 2;
	collect(&b);
	assert_int_equal(overflow_of(&b), 4);
	bench_end(&b);
}

static void test_shards_apart(void **state)
{
	struct bench b;

	(void)state;
	shards_make(&b.memory, 2, 3);
	bench_begin(&b, ", per_cpu: cpu, attributes: [{name: k}]");
	*shard_word(&b.memory, 0, 1) = 10;
	*shard_word(&b.memory, 2, 1) = 5;
	collect(&b);
	assert_int_equal(feed_rows(b.feed), 2);
	for (uint32_t i = 0; i < 2; i++) {
		const struct series *s = &b.metric->series[i];

		assert_int_equal(s->attrs[1].integer, 1);
		assert_int_equal(b.metric->numbers[i], s->attrs[0].integer ? 5 : 10);
	}
	assert_int_equal(b.metric->series[1].attrs[0].integer, 2);
	bench_end(&b);
}

static void test_no_allocation_for_what_is_known(void **state)
{
	unsigned int before;
	struct bench b;

	(void)state;
	slots_make(&b.memory, 10, 8);
	bench_begin(&b, ", attributes: [{name: k}]");
	before = allocations;
	slot_publish(&b.memory, 1, 1);
	collect(&b);
	assert_int_not_equal(allocations, before);
	before = allocations;
	for (int i = 0; i < 10; i++) {
		++*slot_words(&b.memory, 1);
		collect(&b);
	}
	assert_int_equal(allocations, before);
	assert_int_equal(value_of(&b, 1), 10);
	bench_end(&b);
}

/* From here on the process ends at the first system call but these. */
static void allow_nothing(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), /* struct seccomp_data.nr */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof(code) / sizeof(*code), .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(2);
}

static int wait_for(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Not _exit(): before a function that does not return the address sanitizer calls the system. */
static void leave(int status)
{
	(void)syscall(SYS_exit_group, status);
}

static void test_no_system_call_for_what_is_known(void **state)
{
	struct bench b;
	pid_t child;

	(void)state;
	slots_make(&b.memory, 3000, 8);
	bench_begin(&b, ", cardinality_limit: 3000, attributes: [{name: k}]");
	for (uint32_t slot = 1; slot <= 3000; slot++)
		slot_publish(&b.memory, slot, slot);
	collect(&b);
	child = fork();
	if (!child) {
		allow_nothing();
		for (int i = 0; i < 10; i++) {
			++*slot_words(&b.memory, 17);
			model_begin(b.model, b.time++);
			feed_begin(b.feed);
			if (feed_table(b.feed, &b.table))
				leave(3);
			feed_end(b.feed, true);
			model_end(b.model);
		}
		leave(value_of(&b, 17) == 10 ? 0 : 4);
	}
	assert_int_equal(wait_for(child), 0);
	/* The filter works. */
	child = fork();
	if (!child) {
		allow_nothing();
		(void)syscall(SYS_getppid);
		leave(0);
	}
	assert_int_equal(wait_for(child), -1);
	bench_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots_become_series),
		cmocka_unit_test(test_a_key_seen_half_waits),
		cmocka_unit_test(test_undecodable_keys_cost_themselves),
		cmocka_unit_test(test_many_slots),
		cmocka_unit_test(test_shards_add_up),
		cmocka_unit_test(test_shards_apart),
		cmocka_unit_test(test_no_allocation_for_what_is_known),
		cmocka_unit_test(test_no_system_call_for_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
