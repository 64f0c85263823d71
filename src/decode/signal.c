/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <signal.h>

#include "decode/decoders.h"
#include "decode/value.h"

enum {
	/* As kill -l counts: the C library keeps the kernel's first two for itself. */
	REAL_TIME_FIRST = 34,
	REAL_TIME_LAST = 64,
};

#define NAME(number) [number] = #number

/* By the numbers of the machine that this is compiled for. */
static const char *const names[] = {
	NAME(SIGHUP),
	NAME(SIGINT),
	NAME(SIGQUIT),
	NAME(SIGILL),
	NAME(SIGTRAP),
	NAME(SIGABRT),
	NAME(SIGBUS),
	NAME(SIGFPE),
	NAME(SIGKILL),
	NAME(SIGUSR1),
	NAME(SIGSEGV),
	NAME(SIGUSR2),
	NAME(SIGPIPE),
	NAME(SIGALRM),
	NAME(SIGTERM),
	NAME(SIGSTKFLT),
	NAME(SIGCHLD),
	NAME(SIGCONT),
	NAME(SIGSTOP),
	NAME(SIGTSTP),
	NAME(SIGTTIN),
	NAME(SIGTTOU),
	NAME(SIGURG),
	NAME(SIGXCPU),
	NAME(SIGXFSZ),
	NAME(SIGVTALRM),
	NAME(SIGPROF),
	NAME(SIGWINCH),
	NAME(SIGIO),
	NAME(SIGPWR),
	NAME(SIGSYS),
};

static int decode(void *state, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	uint64_t number;
	int result;

	(void)state;
	result = value_to_index(in, &number, err);
	if (result)
		return result;
	if (number < ARRAY_SIZE(names) && names[number])
		return value_set_text(out, arena, err, "%s", names[number]);
	if (number == REAL_TIME_FIRST)
		return value_set_text(out, arena, err, "SIGRTMIN");
	if (number > REAL_TIME_FIRST && number <= REAL_TIME_LAST)
		return value_set_text(
			out, arena, err, "SIGRTMIN+%" PRIu64, number - REAL_TIME_FIRST);
	return value_set_unknown(out, in, arena, err);
}

const struct decoder decoder_signal = {
	.name = "signal",
	.lengths = DECODE_INTEGERS,
	.help = "number of a signal to its name: 9 becomes SIGKILL; 'unknown:N' for others",
	.decode = decode,
};
