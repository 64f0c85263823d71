/* SPDX-License-Identifier: Apache-2.0 */
/* An hour without the receiver, in virtual time: memory stays flat, and what comes first after it
 * is one delta for each series, over the whole of it. */
#include <stdlib.h>
#include <string.h>

#include "conservation/clock.h"
#include "conservation/memory.h"
#include "conservation/network.h"
#include "test.h"

#define INTERVAL (60 * NSEC_PER_SEC)

enum {
	HOUR = 60, /* intervals */
};

static const struct resource resource;
static const struct conduct *conduct;

static const struct conduct *choose(struct network *network)
{
	(void)network;
	return conduct;
}

struct fixture {
	struct kernel *kernel;
	struct network network;
	uint64_t next; /* collection */
};

static int setup(void **state)
{
	const struct exporter_options options = {
		.request_timeout_ns = 10 * NSEC_PER_SEC,
		.user_agent = "outage/1",
		.insist = true,
	};
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	conduct = &network_good;
	if (!fixture)
		return -1;
	fixture->kernel = kernel_simulated(7, &resource);
	network_init(&fixture->network, fixture->kernel, &options, choose);
	fixture->next = clock_monotonic_ns();
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	network_fini(&fixture->network);
	kernel_free(fixture->kernel);
	free(fixture);
	return 0;
}

static void pump_until(struct fixture *fixture, uint64_t at)
{
	while (clock_monotonic_ns() < at) {
		network_pump(&fixture->network);
		if (fixture->network.receiver.fault[0])
			fail_msg("%s", fixture->network.receiver.fault);
	}
}

/* One interval as the program has it: the kernel counts; a collection waits while an export is
 * under way. Returns true if there was one. */
static bool pass_interval(struct fixture *fixture)
{
	struct kernel *kernel = fixture->kernel;
	struct network *network = &fixture->network;
	bool collects = !exporter_busy(network->exporter);

	kernel->calls->run(kernel, true);
	fixture->next += INTERVAL;
	if (collects)
		network_export(network, kernel->calls->collect(kernel, clock_realtime_ns(), true),
			30 * NSEC_PER_SEC);
	pump_until(fixture, fixture->next);
	if (network->sink)
		sink_forget(network->sink);
	return collects;
}

/* The most memory in the first and in the second half of the hour: connections come and go. */
struct memory {
	size_t peaks[2];
};

static void note_memory(struct memory *memory, int interval)
{
	size_t *peak = &memory->peaks[interval >= HOUR / 2];
	size_t now = memory_allocated();

	if (now > *peak)
		*peak = now;
}

static void check_memory(const struct memory *memory)
{
	/* A buffer of libcurl's may still grow to its size. */
	const size_t tolerance = 2048;

	assert_true(memory->peaks[0] > 0);
	assert_true(memory->peaks[1] <= memory->peaks[0] + tolerance);
}

/* What every series has after the outage, compared with what it had before. */
static void check_one_delta(const struct fixture *fixture, const struct receiver *before)
{
	const struct receiver *now = &fixture->network.receiver;
	int series = 0;

	for (int m = 0; m < fixture->kernel->map_count; m++) {
		for (int k = 0; k <= OVERFLOW_KEY; k++) {
			if (!before->counts[m][k])
				continue;
			series++;
			assert_int_equal(now->counts[m][k], before->counts[m][k] + 1);
			assert_true(now->starts[m][k] == before->ends[m][k]);
			assert_true(now->ends[m][k] > before->ends[m][k] + 59 * INTERVAL);
		}
	}
	assert_int_equal(series, KEYS); /* the stable map's */
}

static void check_balance(struct fixture *fixture)
{
	receiver_compare(&fixture->network.receiver);
	if (fixture->network.receiver.fault[0])
		fail_msg("%s", fixture->network.receiver.fault);
}

static void warm_up(struct fixture *fixture)
{
	for (int i = 0; i < 10; i++)
		assert_true(pass_interval(fixture));
	check_balance(fixture);
}

static void test_nobody_listens(void **state)
{
	struct fixture *fixture = *state;
	struct receiver before;
	struct memory memory = {0};

	warm_up(fixture);
	before = fixture->network.receiver;
	network_close(&fixture->network);
	for (int i = 0; i < HOUR; i++) {
		assert_true(pass_interval(fixture));
		assert_true(fixture->network.done);
		assert_string_equal(fixture->network.result.error_type, "connect");
		assert_int_equal(fixture->network.result.exported, 0);
		note_memory(&memory, i);
	}
	check_memory(&memory);
	network_open(&fixture->network);
	assert_true(pass_interval(fixture));
	assert_null(fixture->network.result.error_type);
	assert_int_equal(fixture->network.result.requests, 1);
	check_one_delta(fixture, &before);
	check_balance(fixture);
}

/* The receiver refuses everything for an hour. */
static void test_refusals(void **state)
{
	static const struct conduct refuse = {"503;retry-after=5", SURE_REFUSED, 1, 0};
	struct fixture *fixture = *state;
	struct receiver before;
	struct memory memory = {0};

	warm_up(fixture);
	before = fixture->network.receiver;
	conduct = &refuse;
	for (int i = 0; i < HOUR + 1; i++) {
		assert_true(pass_interval(fixture));
		assert_true(fixture->network.done);
		if (i == 0) /* met the last good answer */
			before = fixture->network.receiver;
		note_memory(&memory, i);
	}
	assert_string_equal(fixture->network.result.error_type, "503");
	check_memory(&memory);
	conduct = &network_good;
	/* Once more what was chosen before, then good ones: the retry of the same request. */
	assert_true(pass_interval(fixture));
	check_one_delta(fixture, &before);
	check_balance(fixture);
}

/* It takes the first request of the outage and says nothing for an hour: the same bytes until it
 * does, and then all the rest at once. */
static void test_silence(void **state)
{
	static const struct conduct hang = {"hang", UNSURE, 1, 0};
	struct fixture *fixture = *state;
	struct network *network = &fixture->network;
	struct receiver before;
	uint64_t requests, duplicates;
	struct memory memory = {0};

	warm_up(fixture);
	conduct = &hang;
	assert_true(pass_interval(fixture)); /* met the last good answer */
	assert_true(network->done);
	assert_true(pass_interval(fixture));
	assert_false(network->done);
	requests = network->requests;
	duplicates = network->duplicates;
	for (int i = 0; i < HOUR; i++) {
		assert_false(pass_interval(fixture));
		note_memory(&memory, i);
	}
	check_memory(&memory);
	/* Each of up to 10 s, with waits of up to 36 s: from 78 to 360. */
	assert_in_range(network->requests - requests, 78, 360);
	assert_true(network->duplicates > duplicates);
	conduct = &network_good;
	while (!network->done)
		network_pump(network);
	assert_null(network->result.error_type);
	assert_int_equal(network->result.requests, 1);
	assert_true(network->result.duration_ns >= HOUR * INTERVAL);
	/* That was the delta of an hour ago; now comes the rest. */
	before = network->receiver;
	fixture->next = clock_monotonic_ns();
	assert_true(pass_interval(fixture));
	assert_true(network->done);
	check_one_delta(fixture, &before);
	check_balance(fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nobody_listens),
		TEST(test_refusals),
		TEST(test_silence),
	};

	/* libcurl would ask it for 127.0.0.1 too. */
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
