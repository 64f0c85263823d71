/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_conservation [-v] [-b] [-c] [-s SEED] [-n EXPORTS]: what a receiver of deltas has in the end
 * is what the kernel counted, exactly and for every series, whatever happened on the way. Model,
 * exporter and receiver are the real ones, over real sockets; the time is not. With -b BPF programs
 * count, and all of otelbpf reads and retires what they use; otherwise what counts is simulated.
 * With -c (and -b) totals are sent in place of deltas.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/str.h"
#include "conservation/clock.h"
#include "conservation/memory.h"
#include "conservation/network.h"
#include "conservation/programs.h"

enum {
	EXIT_SKIP = 77,
	/* A run of so many exports has met everything. */
	LONG_RUN = 2000,
	PHASE = 250, /* exports between two balances */
	/* Rounds of the loop for one export: some days. */
	MANY_ROUNDS = 1000000,
	MEMORY_TOLERANCE = 256 << 10,
};

static const struct conduct conducts[] = {
	{"ok", SURE_TAKEN, 50, 0},
	{"202", SURE_TAKEN, 1, 0},
	{"slow", SURE_TAKEN, 2, 0},
	{"close", SURE_TAKEN, 3, 0},
	{"partial;message=no room", SURE_TAKEN, 1, 0},
	{"partial;rejected=3", SURE_TAKEN, 2, 3},
	{"503", SURE_REFUSED, 3, 0},
	{"503;retry-after=20", SURE_REFUSED, 2, 0},
	{"429;retry-after=2", SURE_REFUSED, 2, 0},
	{"500", SURE_REFUSED, 2, 0},
	{"401", SURE_REFUSED, 1, 0},
	{"404;plain=not found", SURE_REFUSED, 1, 0},
	{"408", SURE_REFUSED, 1, 0},
	{"redirect", SURE_REFUSED, 1, 0},
	{"cut-early", SURE_REFUSED, 3, 0},
	{"400;message=bad", SURE_UNFIT, 3, 0},
	{"413", SURE_UNFIT, 1, 0},
	{"422", SURE_UNFIT, 1, 0},
	{"hang", UNSURE, 4, 0},
	{"cut", UNSURE, 5, 0},
	{"cut-middle", UNSURE, 3, 0},
	{"garbage", UNSURE, 3, 0},
	{"bad-body", UNSURE, 2, 0},
	{"wrong-type", UNSURE, 2, 0},
	{"502", UNSURE, 2, 0},
	{"504;retry-after=10", UNSURE, 2, 0},
};

static bool calm;

static const struct conduct *choose(struct network *network)
{
	const struct conduct *chosen;
	unsigned int total = 0;
	uint64_t at;

	if (calm)
		return &network_good;
	for (size_t i = 0; i < ARRAY_SIZE(conducts); i++)
		total += conducts[i].weight;
	at = kernel_random(network->kernel, total);
	for (chosen = conducts; at >= chosen->weight; chosen++)
		at -= chosen->weight;
	/* No receiver takes a request and then finds the same bytes unfit. */
	return network->taken && chosen->certainty == SURE_UNFIT ? &network_good : chosen;
}

/* The receiver may stop at any time of an export, and come back later. */
struct absence {
	uint64_t rounds; /* until it stops; UINT64_MAX: it does not */
	uint64_t end;
};

static struct absence plan_absence(struct kernel *kernel)
{
	if (calm || kernel_random(kernel, 20))
		return (struct absence){.rounds = UINT64_MAX};
	return (struct absence){
		.rounds = kernel_random(kernel, 40),
		.end = clock_monotonic_ns() + (1 + kernel_random(kernel, 90)) * NSEC_PER_SEC,
	};
}

static bool export_once(struct network *network)
{
	struct kernel *kernel = network->kernel;
	struct absence absence = plan_absence(kernel);
	const struct snapshot *snapshot = kernel->calls->collect(kernel, clock_realtime_ns(), calm);

	network_export(network, snapshot, 30 * NSEC_PER_SEC);
	for (uint64_t rounds = 0; !network->done || !network->sink; rounds++) {
		network_pump(network);
		if (rounds == absence.rounds)
			network_close(network);
		if (!network->sink && clock_monotonic_ns() >= absence.end)
			network_open(network);
		if (rounds == MANY_ROUNDS)
			snprintf(network->receiver.fault, sizeof(network->receiver.fault),
				"an export does not end");
		if (network->receiver.fault[0])
			return false;
	}
	sink_forget(network->sink);
	if (network->result.unresolved)
		snprintf(network->receiver.fault, sizeof(network->receiver.fault),
			"an outcome was given up");
	return !network->receiver.fault[0];
}

static void pass_time(struct kernel *kernel)
{
	clock_advance((1 + kernel_random(kernel, 60)) * NSEC_PER_SEC);
	if (!calm && !kernel_random(kernel, 100))
		clock_step(((int64_t)kernel_random(kernel, 7200) - 3600) * (int64_t)NSEC_PER_SEC);
}

/* The receiver is well for a while: now everything has to be there. */
static bool balance(struct network *network)
{
	calm = true;
	/* The next request may still meet what was chosen before. */
	for (int i = 0; i < 3; i++) {
		pass_time(network->kernel);
		if (!export_once(network))
			return false;
	}
	calm = false;
	if (network->result.failed) {
		snprintf(network->receiver.fault, sizeof(network->receiver.fault), "%s",
			network->result.error);
		return false;
	}
	receiver_compare(&network->receiver);
	return !network->receiver.fault[0];
}

static void check_memory(struct network *network, size_t before)
{
	size_t now = memory_allocated();

	if (now > before + MEMORY_TOLERANCE)
		snprintf(network->receiver.fault, sizeof(network->receiver.fault),
			"memory grew from %zu to %zu bytes", before, now);
}

/* Returns how many of the exports were as they should be. */
static uint64_t run(struct network *network, uint64_t exports)
{
	struct kernel *kernel = network->kernel;
	size_t memory = 0;

	for (uint64_t i = 1; i <= exports; i++) {
		for (uint64_t k = kernel_random(kernel, 3); k; k--)
			kernel->calls->run(kernel, false);
		pass_time(kernel);
		if (!export_once(network))
			return i - 1;
		if (i % PHASE && i < exports)
			continue;
		if (!balance(network))
			return i - 1;
		if (!memory)
			memory = memory_allocated();
	}
	check_memory(network, memory);
	return exports;
}

struct arguments {
	bool verbose, programs, cumulative;
	uint64_t seed, exports;
};

static bool parse(struct arguments *arguments, int argc, char **argv)
{
	int option;

	*arguments = (struct arguments){.seed = clock_seed() >> 32, .exports = 10000};
	while ((option = getopt(argc, argv, "vbcs:n:")) != -1) {
		switch (option) {
		case 'v':
			arguments->verbose = true;
			break;
		case 'b':
			arguments->programs = true;
			break;
		case 'c':
			arguments->cumulative = true;
			break;
		case 's':
		case 'n':
			if (str_to_u64(
				    optarg, option == 's' ? &arguments->seed : &arguments->exports))
				return false;
			break;
		default:
			return false;
		}
	}
	return arguments->programs || !arguments->cumulative;
}

/* Exits if there is none to be had. */
static struct kernel *make_kernel(const struct arguments *arguments)
{
	static const struct resource resource;
	struct kernel *kernel;
	struct err err = {0};
	int result;

	if (!arguments->programs)
		return kernel_simulated(arguments->seed, &resource);
	if (geteuid()) {
		printf("SKIP: needs root\n");
		exit(EXIT_SKIP);
	}
	result = kernel_programs(&kernel, arguments->seed,
		arguments->cumulative ? TEMPORALITY_CUMULATIVE : TEMPORALITY_DELTA, &resource,
		&err);
	if (!result)
		return kernel;
	if (result != -EPERM && result != -ENOTSUP) {
		printf("FAIL: %s\n", err.text);
		exit(EXIT_FAILURE);
	}
	printf("SKIP: %s\n", err.text);
	exit(EXIT_SKIP);
}

/* Sets `fault` if what happened is not all that was to. */
static void tell(struct network *network, uint64_t exports)
{
	bool is_long = exports >= LONG_RUN;
	const char *wrong = network->kernel->calls->tell(network->kernel, is_long);
	char *fault = network->receiver.fault;

	printf("%" PRIu64 " exports, %" PRIu64 " requests of up to %zu bytes, of which %" PRIu64
	       " without a clear answer, %" PRIu64 " acknowledged, %" PRIu64
	       " received twice, %" PRIu64 " points taken\n",
		exports, network->requests, network->options.request_limit, network->unsure,
		network->acknowledged, network->duplicates, network->receiver.points);
	if (is_long && (network->unsure < exports / 20 || network->duplicates < exports / 20))
		wrong = "there was hardly a request without a clear answer";
	if (wrong && !*fault)
		snprintf(fault, sizeof(network->receiver.fault), "%s", wrong);
}

int main(int argc, char **argv)
{
	static struct network network;
	struct kernel *kernel;
	struct arguments arguments;
	struct exporter_options options = {
		.request_timeout_ns = 10 * NSEC_PER_SEC,
		.user_agent = "conservation/1",
		.insist = true,
	};
	uint64_t good;
	char *fault = network.receiver.fault;

	if (!parse(&arguments, argc, argv))
		return 2;
	/* libcurl would ask it for 127.0.0.1 too. */
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	printf("seed %" PRIu64 "\n", arguments.seed);
	fflush(stdout);
	kernel = make_kernel(&arguments);
	options.random_seed = arguments.seed;
	options.gzip = arguments.seed % 2;
	options.request_limit = 300 + kernel_random(kernel, 2000);
	network_init(&network, kernel, &options, choose);
	network.verbose = arguments.verbose;
	good = run(&network, arguments.exports);
	tell(&network, arguments.exports);
	if (*fault)
		printf("FAIL after %" PRIu64 " exports: %s\n", good, fault);
	network_fini(&network);
	kernel_free(kernel);
	return *fault != '\0';
}
