/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An OTLP/HTTP receiver on 127.0.0.1 that does with each request what its script says, and keeps
 * all of them; or that stands in front of another and does the same on the way. Out of memory ends
 * the program.
 */
#pragma once

#include "base/compiler.h"
#include "base/err.h"
#include "base/loop.h"
#include "sink/answer.h"
#include "sink/request.h"

#include <stddef.h>
#include <stdint.h>

struct sink;

/* Listens on `port`, 0: one that is free. */
struct sink *sink_new(struct loop *loop, uint16_t port, struct err *err);
void sink_free(struct sink *sink); /* accepts NULL */
uint16_t sink_port(const struct sink *sink);

/* From now on requests go to the receiver on 127.0.0.1:`port`, as it is said in answer.h. */
void sink_pass_on(struct sink *sink, uint16_t port);

/* Add a behaviour for the next request that has none; when the script is over, all requests
 * succeed. */
int sink_script(struct sink *sink, const char *behaviour, struct err *err) MUST_CHECK;

/* Behaviours of the script that are left. */
size_t sink_script_left(const struct sink *sink);

typedef void sink_callback(void *context, const struct sink_request *request);
/* Called with each request when it is complete, its answer decided but not sent, or its client
 * gone. */
void sink_on_request(struct sink *sink, sink_callback *callback, void *context);

size_t sink_request_count(const struct sink *sink);
const struct sink_request *sink_request(const struct sink *sink, size_t index);
/* Drop the requests that are kept, and the script as far as it is used up. In the callback only as
 * its last act. */
void sink_forget(struct sink *sink);
int sink_connection_count(const struct sink *sink); /* accepted so far */
/* From now on connections are refused. */
void sink_close_listener(struct sink *sink);
/* Close every connection, as a server does with idle ones. */
void sink_close_connections(struct sink *sink);
