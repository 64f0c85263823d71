/* SPDX-License-Identifier: Apache-2.0 */
/* One request on its way to the receiver behind the sink, on a connection of its own. */
#pragma once

#include "base/loop.h"
#include "sink/request.h"

#include <stdint.h>

struct forward;

/* `answer` is as the receiver sent it, head and body, and lasts until forward_free; without a byte:
 * the receiver gave none that is complete. */
typedef void forward_done(void *context, const struct buf *answer);

/* Send it as it came to 127.0.0.1. Calls back once, not before it returns, unless it is freed
 * first. NULL if there is no connection. */
struct forward *forward_new(struct loop *loop, uint16_t port, const struct sink_request *request,
	forward_done *done, void *context);
void forward_free(struct forward *forward); /* accepts NULL */
