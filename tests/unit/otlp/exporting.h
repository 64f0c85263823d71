/* SPDX-License-Identifier: Apache-2.0 */
/* An exporter and a receiver in one loop, and a snapshot to send. */
#pragma once

#include "otlp/exporter.h"
#include "otlp/sample.h"
#include "sink/sink.h"

#include <stddef.h>
#include <stdint.h>

struct fixture {
	struct loop *loop;
	struct sink *sink;
	struct exporter *exporter;
	struct exporter_options options; /* as exporter_new gets them; see make_exporter */
	char url[128];
	struct sample sample;
	uint64_t acknowledged; /* live series in the ranges told, with options.acknowledged */
	int done;	       /* calls back of the last export */
	struct export_result result;
};

/* cmocka's setup and teardown: *state is the fixture, its exporter is made with the defaults. */
int exporting_setup(void **state);
int exporting_teardown(void **state);

/* The exporter anew, after the test has changed the options. */
void make_exporter(struct fixture *fixture);

/* What the receiver does with the requests that come; the list ends with NULL. */
void script(struct fixture *fixture, const char *const *behaviours);
#define SCRIPT(fixture, ...) script(fixture, (const char *const[]){__VA_ARGS__, NULL})

/* What `begin` has called back: counts in `done`, keeps the result. */
export_done on_done;

/* Start an export that may take `timeout` ns. */
void begin(struct fixture *fixture, uint64_t timeout);
/* Serve the loop until it has ended, or until the receiver has got `count` requests. */
void wait_for_result(struct fixture *fixture);
void wait_for_request(struct fixture *fixture, size_t count);
