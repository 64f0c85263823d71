/* SPDX-License-Identifier: Apache-2.0 */
/* One collection, without a schedule. */
#include "app/app.h"

#include <errno.h>
#include <signal.h>

#include "app/output.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"

static const int stop_signals[] = {SIGTERM, SIGINT, 0};

static void on_signal(void *context, int number)
{
	(void)number;
	loop_stop(context);
}

static void on_end(void *context)
{
	loop_stop(context);
}

int app_once(const struct app_options *options, uint64_t duration_ns, bool json, struct err *err)
{
	struct loop *loop = loop_new(err);
	struct loop_timer end;
	struct app app;
	int result;

	if (!loop)
		return -ENOMEM;
	result = loop_add_signals(loop, stop_signals, on_signal, loop, err);
	if (!result) {
		result = app_init(&app, options, err);
		if (!result) {
			log_info("ready: counting for %g s",
				(double)duration_ns / (double)NSEC_PER_SEC);
			loop_timer_init(&end, loop, on_end, loop);
			loop_timer_set(&end, deadline_after(clock_monotonic_ns(), duration_ns));
			result = loop_run(loop, err);
		}
		if (!result)
			app_refresh(&app);
		if (!result)
			result = output_once(app_collect(&app, clock_realtime_ns()), json, err);
		app_fini(&app);
	}
	loop_free(loop);
	return result;
}
