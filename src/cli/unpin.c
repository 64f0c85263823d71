/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>

#include "app/pins.h"
#include "base/log.h"
#include "cli/commands.h"

static int unpin(const struct cli *cli)
{
	const char *directory = cli->pack_count ? cli->packs[0].name : NULL;
	struct err err = {0};
	size_t removed, left;
	int result;

	if (!directory)
		directory = cli->pin_dir ? cli->pin_dir : DEFAULT_PIN_DIR;
	if (cli->pack_count > 1) {
		log_error("unpin takes one folder; %zu are named", cli->pack_count);
		return EXIT_USAGE;
	}
	result = pins_remove(directory, &removed, &left, &err);
	if (result) {
		if (result == -ENOENT)
			log_error("nothing is pinned in %s: there is no such folder", directory);
		else
			log_error("%s", err.text);
		return EXIT_FAILED;
	}
	printf("%s: %zu pins removed", directory, removed);
	if (left)
		printf("; %zu that are not otelbpf's stay", left);
	printf("\n");
	return EXIT_FINE;
}

const struct command command_unpin = {
	.name = "unpin",
	.arguments = "[DIR]",
	.help = "remove what --pin left in DIR (default " DEFAULT_PIN_DIR "): counting ends",
	.run = unpin,
};
