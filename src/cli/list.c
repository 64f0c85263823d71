/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/pack.h"
#include "app/pins.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/commands.h"
#include "decode/decode.h"
#include "probe/probe.h"

static bool is_default(const char *name)
{
	for (size_t i = 0; default_packs[i]; i++) {
		if (!strcmp(default_packs[i], name))
			return true;
	}
	return false;
}

static bool list_pack(const struct pack_request *request)
{
	struct pack pack = {0};
	struct err err = {0};

	if (pack_open(&pack, request, &err)) {
		log_error_lines(err.text);
		pack_fini(&pack);
		return false;
	}
	printf("%s %s%s\n  %s\n", pack.name, pack.definition.version,
		is_default(pack.name) ? " (default)" : "", pack.definition.description);
	for (size_t i = 0; i < pack.definition.metric_count; i++) {
		const struct metric_definition *metric = &pack.definition.metrics[i];

		printf("  %-28s %-21s %s", metric->name, metric->instrument, metric->unit);
		if (metric->attribute_count || metric->per_cpu)
			printf("%*s", 13 - (int)strnlen(metric->unit, 13), "");
		for (size_t j = 0; j < metric->attribute_count; j++)
			printf(" %s", metric->attributes[j].name);
		printf("%s%s\n", metric->per_cpu ? " " : "",
			metric->per_cpu ? metric->per_cpu : "");
	}
	if (probe_check_hooks(pack.probe, &err))
		printf("  cannot run on this kernel: %s\n", err.text);
	else
		printf("  this kernel has its hooks\n");
	printf("\n");
	pack_fini(&pack);
	return true;
}

/* For those who write definitions. */
static void list_decoders(void)
{
	printf("decoders:\n");
	for (const struct decoder *const *decoder = decoder_all(); *decoder; decoder++)
		printf("  %-12s %s\n", (*decoder)->name, (*decoder)->help);
}

static void list_pin(void *context, const struct pins_entry *entry)
{
	const char *directory = context;
	time_t began = (time_t)(entry->created / NSEC_PER_SEC);
	char text[32] = "";
	struct tm utc;

	if (!entry->readable) {
		printf("  %s/pack:%s: not complete, or of another version of otelbpf\n", directory,
			entry->name);
		return;
	}
	if (gmtime_r(&began, &utc))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	printf("  %-28s since %s, by otelbpf %s%s\n", entry->name, text, entry->maker,
		entry->counts ? "" : "; its programs count only while otelbpf runs");
}

/* What counts whether a process runs or not. Nothing is said of a folder that nobody named and that
 * is not there. */
static int list_pins(const struct cli *cli)
{
	const char *directory = cli->pin_dir ? cli->pin_dir : DEFAULT_PIN_DIR;
	struct err err = {0};
	uint32_t pid = 0;
	bool runs;

	if (!cli->pin_dir && access(directory, R_OK | X_OK) < 0)
		return EXIT_FINE;
	runs = pins_runs(directory, &pid);
	printf("pinned in %s, ", directory);
	if (!runs)
		printf("counting while no process runs:\n");
	else if (pid)
		printf("kept by process %u:\n", pid);
	else
		printf("kept by a process:\n");
	fflush(stdout);
	if (!pins_list(directory, list_pin, (void *)directory, &err))
		return EXIT_FINE;
	log_error("%s", err.text);
	return EXIT_FAILED;
}

static int list(const struct cli *cli)
{
	struct arena arena = {0};
	struct err err = {0};
	const char *directory = pack_directory(cli->pack_dir, &arena, &err);
	const char *const *names = NULL;
	size_t count = 0;
	int result = EXIT_FINE;
	bool good = true;

	if (!directory ||
		(!cli->pack_count && pack_names(directory, &names, &count, &arena, &err))) {
		log_error("%s", err.text);
		result = EXIT_FAILED;
		count = 0;
	}
	for (size_t i = 0; i < count; i++)
		(void)list_pack(&(struct pack_request){.name = names[i], .directory = directory});
	for (size_t i = 0; directory && i < cli->pack_count; i++) {
		struct pack_request request = cli->packs[i];

		request.directory = directory;
		good &= list_pack(&request);
	}
	if (!good)
		result = EXIT_USAGE;
	if (directory && !cli->pack_count)
		list_decoders();
	arena_fini(&arena);
	return list_pins(cli) ? EXIT_FAILED : result;
}

const struct command command_list = {
	.name = "list",
	.arguments = "[PACK]...",
	.help = "packs, their metrics, whether this kernel can run them, the decoders, and what is "
		"pinned",
	.run = list,
};
