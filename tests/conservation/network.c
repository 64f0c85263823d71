/* SPDX-License-Identifier: Apache-2.0 */
#include "conservation/network.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conservation/clock.h"

enum {
	PORT = 4318,
};

const struct conduct network_good = {"ok", SURE_TAKEN, 1, 0};

static void fault(struct network *network, const char *what)
{
	if (!network->receiver.fault[0])
		snprintf(network->receiver.fault, sizeof(network->receiver.fault), "%s", what);
}

static void trace(const struct network *network, const char *format, ...) PRINTF_LIKE(2, 3);

static void trace(const struct network *network, const char *format, ...)
{
	va_list args;

	if (!network->verbose)
		return;
	printf("%.3f s: ", (double)clock_monotonic_ns() / (double)NSEC_PER_SEC);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
}

static void choose_next(struct network *network)
{
	network->next = network->choose(network);
	if (sink_script(network->sink, network->next->behaviour, NULL))
		abort();
}

static bool is_taken(const struct network *network, const struct sink_request *request)
{
	return network->taken_length == request->length &&
	       !memcmp(network->taken, request->body, request->length);
}

static void take(
	struct network *network, const struct sink_request *request, const struct conduct *conduct)
{
	receiver_take(&network->receiver, request, conduct->rejected);
	network->taken = malloc(request->length);
	if (!network->taken)
		abort();
	memcpy(network->taken, request->body, request->length);
	network->taken_length = request->length;
	network->answered = conduct->certainty == SURE_TAKEN;
}

/* Only who could not know whether his request was taken may send it again. */
static void check_duplicate(struct network *network, const struct sink_request *request)
{
	network->duplicates++;
	if (!is_taken(network, request))
		fault(network, "other bytes were sent while the outcome of a request was unknown");
	else if (network->answered)
		fault(network, "a request was sent again that was answered with a success");
}

static void on_request(void *context, const struct sink_request *request)
{
	struct network *network = context;
	const struct conduct *conduct = network->next;
	bool takes = conduct->certainty == SURE_TAKEN ||
		     (conduct->certainty == UNSURE && kernel_random(network->kernel, 2));

	trace(network, "%zu bytes on connection %d%s: %s%s\n", request->length, request->connection,
		network->taken ? ", taken before" : "", conduct->behaviour,
		takes && !network->taken ? ", taken" : "");
	network->requests++;
	network->unsure += conduct->certainty == UNSURE;
	if (network->taken)
		check_duplicate(network, request);
	else if (takes)
		take(network, request, conduct);
	choose_next(network);
}

static void on_acknowledged(
	void *context, const struct snapshot_place *from, const struct snapshot_place *to)
{
	struct network *network = context;

	trace(network, "acknowledged\n");
	network->acknowledged++;
	if (!network->taken)
		fault(network, "a request counts as acknowledged that nobody took");
	free(network->taken);
	network->taken = NULL;
	model_acknowledge(network->kernel->model, from, to);
}

void network_open(struct network *network)
{
	network->sink = sink_new(network->loop, PORT, NULL);
	if (!network->sink)
		abort();
	trace(network, "the receiver is there\n");
	sink_on_request(network->sink, on_request, network);
	choose_next(network);
}

void network_close(struct network *network)
{
	trace(network, "the receiver goes\n");
	network->answered = false;
	sink_free(network->sink);
	network->sink = NULL;
}

void network_init(struct network *network, struct kernel *kernel,
	const struct exporter_options *options, network_choice *choose)
{
	*network = (struct network){
		.kernel = kernel,
		.receiver.kernel = kernel,
		.loop = loop_new(NULL),
		.options = *options,
		.choose = choose,
	};
	if (!network->loop)
		abort();
	network_open(network);
	snprintf(network->url, sizeof(network->url), "http://127.0.0.1:%u/v1/metrics", PORT);
	network->options.url = network->url;
	network->options.acknowledged = on_acknowledged;
	network->options.acknowledged_context = network;
	if (exporter_new(&network->exporter, network->loop, &network->options, NULL))
		abort();
}

void network_fini(struct network *network)
{
	exporter_free(network->exporter);
	sink_free(network->sink);
	loop_free(network->loop);
	free(network->taken);
}

static void on_done(void *context, const struct export_result *result)
{
	struct network *network = context;

	trace(network, "export done: %s\n", result->error);
	network->done = true;
	network->result = *result;
}

void network_export(struct network *network, const struct snapshot *snapshot, uint64_t timeout)
{
	network->done = false;
	/* The loop has to see the time that passed meanwhile. */
	network_pump(network);
	network->idle = 0;
	trace(network, "export\n");
	if (exporter_export(
		    network->exporter, snapshot, clock_monotonic_ns() + timeout, on_done, network))
		abort();
}

static uint64_t progress(const struct network *network)
{
	uint64_t made = exporter_stats(network->exporter)->attempts + network->requests;

	return network->sink ? made + (uint64_t)sink_connection_count(network->sink) : made;
}

/* The answer was too slow. */
static void note_timeout(struct network *network)
{
	char text[512];

	if (network->answered && exporter_trouble(network->exporter, text, sizeof(text)) &&
		strstr(text, "no answer in time"))
		network->answered = false;
}

void network_pump(struct network *network)
{
	uint64_t before = progress(network);

	if (loop_run_once(network->loop, false, NULL))
		abort();
	note_timeout(network);
	if (network->sink && !sink_script_left(network->sink))
		choose_next(network); /* a request was cut before it was one */
	network->idle = progress(network) == before ? network->idle + 1 : 0;
	clock_advance(NSEC_PER_MSEC << (network->idle / 16 < 12 ? network->idle / 16 : 12));
}
