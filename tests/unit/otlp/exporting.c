/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/exporting.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "test.h"

void make_exporter(struct fixture *fixture)
{
	struct err err = {""};

	exporter_free(fixture->exporter);
	if (exporter_new(&fixture->exporter, fixture->loop, &fixture->options, &err))
		fail_msg("%s", err.text);
}

int exporting_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->loop = loop_new(NULL);
	fixture->sink = sink_new(fixture->loop, 0, NULL);
	if (!fixture->loop || !fixture->sink)
		return -1;
	snprintf(fixture->url, sizeof(fixture->url), "http://127.0.0.1:%u/v1/metrics",
		sink_port(fixture->sink));
	fixture->options = (struct exporter_options){
		.url = fixture->url,
		.request_timeout_ns = 60 * NSEC_PER_SEC,
		.user_agent = "test/1",
		.random_seed = 1,
		.retry_initial_ns = NSEC_PER_MSEC,
	};
	sample_new(&fixture->sample);
	make_exporter(fixture);
	*state = fixture;
	return 0;
}

int exporting_teardown(void **state)
{
	struct fixture *fixture = *state;

	exporter_free(fixture->exporter);
	sink_free(fixture->sink);
	loop_free(fixture->loop);
	sample_free(&fixture->sample);
	free(fixture);
	return 0;
}

void script(struct fixture *fixture, const char *const *behaviours)
{
	struct err err;

	for (; *behaviours; behaviours++) {
		if (sink_script(fixture->sink, *behaviours, &err))
			fail_msg("%s", err.text);
	}
}

void on_done(void *context, const struct export_result *result)
{
	struct fixture *fixture = context;

	fixture->done++;
	fixture->result = *result;
}

void begin(struct fixture *fixture, uint64_t timeout)
{
	fixture->done = 0;
	fixture->acknowledged = 0;
	assert_int_equal(exporter_export(fixture->exporter, fixture->sample.snapshot,
				 clock_monotonic_ns() + timeout, on_done, fixture),
		0);
}

void wait_for_result(struct fixture *fixture)
{
	while (!fixture->done)
		assert_int_equal(loop_run_once(fixture->loop, true, NULL), 0);
}

void wait_for_request(struct fixture *fixture, size_t count)
{
	while (sink_request_count(fixture->sink) < count) {
		/* Nothing would come any more. */
		if (fixture->done)
			fail_msg("the export ended with %zu requests of %zu: %s",
				sink_request_count(fixture->sink), count, fixture->result.error);
		assert_int_equal(loop_run_once(fixture->loop, true, NULL), 0);
	}
}
