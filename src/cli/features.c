/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "probe/probe.h"

static int features(const struct cli *cli)
{
	size_t count;
	const struct feature *all = probe_features(&count);

	(void)cli;
	for (size_t i = 0; i < count; i++) {
		char detail[256] = "";
		int there = all[i].test(detail, sizeof(detail));
		const char *answer = there > 0 ? "yes" : there == 0 ? "no" : "unknown";

		if (there < 0 && !detail[0])
			snprintf(
				detail, sizeof(detail), "could not be tried: %s", strerror(-there));
		printf("%-24s %-8s %s%s%s\n", all[i].name, answer, all[i].what,
			detail[0] ? "; " : "", detail);
	}
	return EXIT_FINE;
}

const struct command command_features = {
	.name = "features",
	.arguments = "",
	.help = "what this kernel offers; each is tried, as root for a full answer",
	.run = features,
};
