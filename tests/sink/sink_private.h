/* SPDX-License-Identifier: Apache-2.0 */
/* What the sink and its connections know of each other. */
#pragma once

#include "base/buf.h"
#include "sink/sink.h"

struct connection;

struct sink {
	struct loop *loop;
	int fd; /* -1: connections are refused */
	struct loop_fd *watched;
	uint16_t port, receiver;
	struct loop_timer back; /* from being away */
	struct connection *connections;
	int accepted;
	struct behaviour *script;
	size_t script_length, script_next;
	struct sink_request **requests;
	size_t request_count;
	struct buf last; /* body of the request before */
	sink_callback *callback;
	void *context;
};

/* Takes the descriptor, and becomes the first of the sink's connections. */
void connection_new(struct sink *sink, int fd);
void connection_close(struct connection *connection);

struct behaviour sink_next_behaviour(struct sink *sink);
/* True if the next request is to be cut before it is complete; that behaviour is then used up. */
bool sink_cuts_early(struct sink *sink);
/* Takes the request; its status is decided. */
void sink_keep(struct sink *sink, struct sink_request *request);
/* Refuse connections for a time; those that are there stay. */
void sink_go_away(struct sink *sink, uint64_t away_ms);
