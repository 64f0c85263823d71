/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets and timers of a libcurl multi handle as events of a loop. This file reads
 * CLOCK_MONOTONIC, as libcurl does: its timers count from the moment at which it sets them. Only
 * for http.c.
 */
#pragma once

#include "base/compiler.h"
#include "base/loop.h"

#include <curl/curl.h>

struct http_events {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer timer;
	void (*progress)(void *context); /* libcurl did something: a request may have ended */
	void *context;
};

/* Must not move from here on: libcurl has its address. `progress` may end it. -ENOMEM. */
int http_events_init(struct http_events *events, struct loop *loop, void (*progress)(void *context),
	void *context) MUST_CHECK;
/* Accepts one that is zero. Its requests must have been removed. */
void http_events_fini(struct http_events *events);
