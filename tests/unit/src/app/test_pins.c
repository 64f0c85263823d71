/* SPDX-License-Identifier: Apache-2.0 */
/* Runs that follow each other in one process; that a real one may be killed is
 * tests/e2e/test_pin.sh. */
#include "app/pins.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/kept.h"
#include "probe/pin_folder.h"
#include "test.h"

static const struct resource resource;
static const struct book_identity identity = {.layout = 1, .object = 2};
static char folder[96];
static bool renews; /* what a run finds cannot be gone on with */
static struct err err;

enum {
	PACKS = 2
};
static const char *const names[PACKS] = {"one", "two"};

struct run {
	struct pins *pins;
	struct model *model;
	struct metric *metrics[PACKS];
	struct pin *pin[PACKS];
	const struct snapshot *snapshot;
};

static void assert_ok(int result)
{
	if (result)
		fail_msg("%s", err.text);
}

/* With the first `packs` packs. */
static struct run start(enum temporality_preference preference, int packs)
{
	const struct metric_desc desc = {
		.name = "m", .instrument = INSTRUMENT_COUNTER, .max_series = 100000};
	struct run run = {.model = model_new(&resource)};

	assert_ok(pins_open(&run.pins, folder, preference, &err));
	model_set_temporality(run.model, preference);
	model_resume(run.model, pins_time(run.pins));
	for (int i = 0; i < packs; i++) {
		const char *reason;
		struct scope *scope;

		run.pin[i] = pins_pack(run.pins, names[i], &identity, &reason, &err);
		assert_non_null(run.pin[i]);
		if (!renews)
			assert_null(reason);
		scope = model_add_scope(run.model, names[i], "1",
			pin_is_old(run.pin[i]) ? pin_time(run.pin[i]) : 50);
		run.metrics[i] = scope_add_metric(scope, &desc, NULL);
		if (pin_is_old(run.pin[i]))
			assert_ok(pin_restore(run.pin[i], &(struct pin_of){.scope = scope}, &err));
		else
			pin_complete(run.pin[i], &(struct pin_of){.scope = scope}, true, 50);
	}
	return run;
}

static void stop(struct run *run)
{
	pins_close(run->pins);
	model_free(run->model);
}

/* Series 1 to `count` of each pack have `value`. */
static void collect(struct run *run, uint64_t now, int64_t count, uint64_t value)
{
	model_begin(run->model, now);
	for (int i = 0; i < PACKS && run->metrics[i]; i++) {
		for (int64_t n = 1; n <= count; n++) {
			struct attr attr = attr_int("n", n);

			metric_add(run->metrics[i], metric_find_series(run->metrics[i], &attr, 1),
				value);
		}
	}
	run->snapshot = model_end(run->model);
	pins_commit(run->pins, run->snapshot);
}

static void acknowledge(
	struct run *run, const struct snapshot_place *from, const struct snapshot_place *to)
{
	model_acknowledge(run->model, from, to);
	pins_acknowledged(run->pins, from, to);
}

static void check(const struct run *run, int pack, uint32_t series, uint64_t start, uint64_t value)
{
	const struct metric *metric = run->metrics[pack];

	assert_true(series_is_live(metric, series));
	assert_int_equal(metric->starts[series], start);
	assert_int_equal(metric->numbers[series], value);
}

static void cumulative_runs(void **state)
{
	struct run run = start(PREFER_CUMULATIVE, 2);

	(void)state;
	assert_int_equal(pins_time(run.pins), 50);
	stop(&run);
	run = start(PREFER_CUMULATIVE, 2);
	collect(&run, 100, 1, 5);
	collect(&run, 200, 2, 6);
	stop(&run);
	run = start(PREFER_CUMULATIVE, 2);
	assert_int_equal(pins_time(run.pins), 200);
	collect(&run, 150, 3, 7);
	assert_int_equal(run.snapshot->time, 201);
	for (int i = 0; i < 2; i++) {
		check(&run, i, 0, 50, 7);
		check(&run, i, 1, 100, 7);
		check(&run, i, 2, 200, 7);
	}
	stop(&run);
}

static void delta_runs(void **state)
{
	const struct snapshot_place first = {0}, middle = {.series = 1}, end = {.scope = 2};
	struct run run = start(PREFER_DELTA, 2);

	(void)state;
	collect(&run, 100, 2, 10);
	acknowledge(&run, &first, &end);
	collect(&run, 200, 2, 15);
	acknowledge(&run, &first, &middle);
	stop(&run);
	run = start(PREFER_DELTA, 2);
	collect(&run, 300, 2, 16);
	check(&run, 0, 0, 200, 1);
	check(&run, 0, 1, 100, 6);
	check(&run, 1, 0, 100, 6);
	stop(&run);
	run = start(PREFER_DELTA, 2);
	collect(&run, 400, 2, 18);
	check(&run, 0, 0, 200, 3);
	check(&run, 1, 1, 100, 8);
	stop(&run);
}

/* It is there until something else has happened, and it settles packs that no longer run, too. */
static void unresolved_requests(void **state)
{
	static const char bytes[] = "the bytes of a request";
	const struct snapshot_place middle = {.series = 1}, end = {.scope = 2};
	const struct pins_request sent = {
		.bytes = bytes, .length = sizeof(bytes), .points = 3, .from = middle, .to = end};
	struct pins_request found;
	struct run run = start(PREFER_DELTA, 2);

	(void)state;
	assert_false(pins_unresolved(run.pins, &found));
	collect(&run, 100, 2, 10);
	pins_sending(run.pins, &sent);
	stop(&run);
	run = start(PREFER_DELTA, 1);
	assert_true(pins_unresolved(run.pins, &found));
	assert_int_equal(found.length, sizeof(bytes));
	assert_memory_equal(found.bytes, bytes, sizeof(bytes));
	assert_int_equal(found.points, 3);
	stop(&run);
	/* Nothing has come of it. */
	run = start(PREFER_DELTA, 1);
	pins_resolved(run.pins);
	assert_false(pins_unresolved(run.pins, &found));
	collect(&run, 200, 2, 11);
	check(&run, 0, 0, 50, 11);
	check(&run, 0, 1, 100, 1);
	stop(&run);
	run = start(PREFER_DELTA, 2);
	collect(&run, 300, 2, 12);
	check(&run, 0, 0, 50, 12);
	check(&run, 0, 1, 100, 2);
	check(&run, 1, 0, 100, 2);
	check(&run, 1, 1, 100, 2);
	/* A collection, and an acknowledgement, end it. */
	pins_sending(run.pins, &sent);
	collect(&run, 400, 2, 13);
	assert_false(pins_unresolved(run.pins, &found));
	pins_sending(run.pins, &sent);
	assert_true(pins_unresolved(run.pins, &found));
	acknowledge(&run, &middle, &end);
	assert_false(pins_unresolved(run.pins, &found));
	stop(&run);
}

/* More marks than there was room for, and a larger request than any before. */
static void growth(void **state)
{
	enum {
		SERIES = 3000,
		LENGTH = 300000
	};
	static char bytes[LENGTH];
	const struct snapshot_place first = {0}, end = {.scope = 2};
	const struct pins_request sent = {
		.bytes = bytes, .length = LENGTH, .points = SERIES, .from = first, .to = end};
	struct pins_request found;
	struct run run = start(PREFER_DELTA, 2);

	(void)state;
	collect(&run, 100, 1, 10);
	acknowledge(&run, &first, &end);
	collect(&run, 200, SERIES, 11);
	memset(bytes, 'x', sizeof(bytes));
	pins_sending(run.pins, &sent);
	stop(&run);
	run = start(PREFER_DELTA, 2);
	assert_true(pins_unresolved(run.pins, &found));
	assert_int_equal(found.length, LENGTH);
	assert_memory_equal(found.bytes, bytes, LENGTH);
	collect(&run, 300, SERIES, 12);
	check(&run, 0, 0, 100, 2);
	check(&run, 1, SERIES - 1, 100, 12);
	/* Many small requests, some of which were refused: more ranges than one book has. */
	for (uint32_t i = 0; i < 2 * BOOK_RANGES; i++) {
		const struct snapshot_place from = {.series = 2 * i}, to = {.series = 2 * i + 1};

		acknowledge(&run, &from, &to);
	}
	stop(&run);
	run = start(PREFER_DELTA, 2);
	collect(&run, 400, SERIES, 13);
	for (uint32_t i = 1; i < 2 * BOOK_RANGES; i++) {
		check(&run, 0, 2 * i, 300, 1);
		check(&run, 0, 2 * i + 1, 100, 13);
		check(&run, 1, 2 * i, 100, 13);
	}
	stop(&run);
}

static void what_begins_anew(void **state)
{
	static const struct book_identity other_layout = {.layout = 3, .object = 2},
					  other_object = {.layout = 3, .object = 4};
	struct run run = start(PREFER_CUMULATIVE, 2);
	const char *reason;
	struct pin *pin;
	char path[PATH_MAX];

	(void)state;
	collect(&run, 100, 1, 1);
	stop(&run);
	assert_ok(pins_open(&run.pins, folder, PREFER_CUMULATIVE, &err));
	pin = pins_pack(run.pins, "one", &other_layout, &reason, &err);
	assert_non_null(strstr(reason, "have changed"));
	assert_false(pin_is_old(pin));
	assert_int_equal(pin_time(pin), 0);
	pin_complete(pin, &(struct pin_of){0}, false, 70);
	pins_close(run.pins);
	/* The same layout with other programs is the same. */
	assert_ok(pins_open(&run.pins, folder, PREFER_CUMULATIVE, &err));
	pin = pins_pack(run.pins, "one", &other_object, &reason, &err);
	assert_null(reason);
	assert_true(pin_is_old(pin));
	assert_true(pin_has_other_object(pin));
	assert_false(pin_counts(pin));
	assert_int_equal(pin_time(pin), 70);
	/* Not complete: killed while it was made. */
	assert_ok(pin_renew(pin, &err));
	pins_close(run.pins);
	assert_ok(pins_open(&run.pins, folder, PREFER_CUMULATIVE, &err));
	pin = pins_pack(run.pins, "one", &other_object, &reason, &err);
	assert_non_null(strstr(reason, "not complete"));
	pin_abandon(pin);
	snprintf(path, sizeof(path), "%s/pack:one", folder);
	assert_int_not_equal(access(path, F_OK), 0);
	pins_close(run.pins);
}

static void of_another_version(void **state)
{
	struct run run = start(PREFER_CUMULATIVE, 2);
	struct kept kept;
	char path[PATH_MAX];

	(void)state;
	collect(&run, 100, 1, 1);
	stop(&run);
	snprintf(path, sizeof(path), "%s/state:root", folder);
	assert_ok(kept_open(&kept, path, 1, &err));
	((struct book_root *)(void *)kept.memory)->version++;
	kept_close(&kept);
	assert_ok(pins_open(&run.pins, folder, PREFER_CUMULATIVE, &err));
	assert_int_equal(pins_time(run.pins), 0);
	pins_close(run.pins);
	snprintf(path, sizeof(path), "%s/pack:one", folder);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void begins_anew(const char *what)
{
	struct run run;

	assert_ok(pins_open(&run.pins, folder, PREFER_DELTA, &err));
	if (pins_time(run.pins))
		fail_msg("%s: gone on with", what);
	pins_close(run.pins);
	renews = true;
	run = start(PREFER_DELTA, 2);
	renews = false;
	for (int i = 0; i < PACKS; i++)
		assert_false(pin_is_old(run.pin[i]));
	collect(&run, 100, 1, 5);
	check(&run, 0, 0, 50, 5);
	pins_sending(run.pins, &(struct pins_request){.bytes = what, .length = 4, .points = 1});
	stop(&run);
	/* And that can be gone on with. */
	run = start(PREFER_DELTA, 2);
	collect(&run, 200, 1, 6);
	check(&run, 0, 0, 50, 6);
	pins_sending(run.pins, &(struct pins_request){.bytes = what, .length = 4, .points = 1});
	stop(&run);
}

/* A word of it becomes another one. */
static void spoil(const char *name, size_t offset)
{
	struct kept kept;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_ok(kept_open(&kept, path, 1, &err));
	kept.memory[offset] ^= 4;
	kept_close(&kept);
}

static void what_is_damaged(void **state)
{
	(void)state;
	begins_anew("nothing");
	spoil("state:root", offsetof(struct book_root, epoch));
	begins_anew("epoch");
	spoil("state:request", sizeof(struct book_request) + 1);
	begins_anew("bytes of a request");
	spoil("state:request", offsetof(struct book_request, epoch) + 3);
	begins_anew("epoch of a request");
	spoil("pack:one/state:marks", offsetof(struct book, identity));
	spoil("pack:two/state:marks", offsetof(struct book, entries) + 8);
	begins_anew("books");
}

/* Things of others under names of ours. */
static void what_is_something_else(void **state)
{
	char path[PATH_MAX], elsewhere[sizeof(folder) + 16];
	struct kept kept = {0};

	(void)state;
	begins_anew("nothing");
	snprintf(path, sizeof(path), "%s/state:root", folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	begins_anew("a folder in place of the root");
	snprintf(path, sizeof(path), "%s/pack:one", folder);
	snprintf(elsewhere, sizeof(elsewhere), "%s_elsewhere", folder);
	assert_int_equal(pin_folder_remove(path, &err), 0);
	snprintf(path, sizeof(path), "%s/pack:two", folder);
	assert_int_equal(pin_folder_remove(path, &err), 0);
	assert_ok(kept_make(&kept, 1, &err));
	assert_ok(kept_name(&kept, path, &err));
	assert_int_equal(mkdir(elsewhere, 0700), 0);
	snprintf(path, sizeof(path), "%s/state:x", elsewhere);
	assert_ok(kept_name(&kept, path, &err));
	snprintf(path, sizeof(path), "%s/pack:one", folder);
	assert_int_equal(symlink(elsewhere, path), 0);
	begins_anew("a map and a link in place of folders");
	snprintf(path, sizeof(path), "%s/state:x", elsewhere);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(pin_folder_remove(elsewhere, &err), 0);
	kept_close(&kept);
}

static void by_way_of_a_link(void **state)
{
	char link[sizeof(folder)], target[sizeof(folder)];
	struct pins *second;
	struct run run;

	(void)state;
	begins_anew("nothing");
	snprintf(link, sizeof(link), "/sys/fs/bpf/otelbpf_link_%d", (int)getpid());
	assert_int_equal(symlink(folder, link), 0);
	memcpy(target, folder, sizeof(folder));
	memcpy(folder, link, sizeof(folder));
	run = start(PREFER_DELTA, 2);
	assert_true(pin_is_old(run.pin[0]));
	assert_int_equal(pins_open(&second, target, PREFER_DELTA, &err), -EBUSY);
	stop(&run);
	memcpy(folder, target, sizeof(folder));
	assert_int_equal(unlink(link), 0);
}

struct listed {
	size_t count, readable;
};

static void tell(void *context, const struct pins_entry *entry)
{
	struct listed *listed = context;

	listed->count++;
	listed->readable += entry->readable;
	if (!entry->readable)
		return;
	assert_string_equal(entry->name, "two");
	assert_int_equal(entry->created, 50);
	assert_true(entry->counts);
	assert_true(*entry->maker);
}

static void listing_and_removal(void **state)
{
	struct run run = start(PREFER_CUMULATIVE, 2);
	struct listed listed = {0};
	size_t removed, left;
	struct pins *second;
	uint32_t pid;

	(void)state;
	assert_true(pins_runs(folder, &pid));
	assert_int_equal(pid, getpid());
	assert_int_equal(pins_open(&second, folder, PREFER_DELTA, &err), -EBUSY);
	assert_non_null(strstr(err.text, "keeps its pins there"));
	assert_int_equal(pins_remove(folder, &removed, &left, &err), -EBUSY);
	assert_ok(pin_renew(run.pin[0], &err));
	stop(&run);
	assert_false(pins_runs(folder, &pid));
	assert_ok(pins_list(folder, tell, &listed, &err));
	assert_int_equal(listed.count, 2);
	assert_int_equal(listed.readable, 1);
	assert_ok(pins_remove(folder, &removed, &left, &err));
	assert_int_equal(removed, 5); /* two folders, two books, the root */
	assert_int_equal(left, 0);
	assert_int_not_equal(access(folder, F_OK), 0);
	assert_int_equal(pins_remove(folder, &removed, &left, &err), -ENOENT);
	assert_int_equal(pins_list(folder, tell, &listed, &err), -ENOENT);
}

static int clear(void **state)
{
	(void)state;
	return pin_folder_remove(folder, &err) && access(folder, F_OK) == 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(cumulative_runs, clear),
		cmocka_unit_test_teardown(delta_runs, clear),
		cmocka_unit_test_teardown(unresolved_requests, clear),
		cmocka_unit_test_teardown(growth, clear),
		cmocka_unit_test_teardown(what_begins_anew, clear),
		cmocka_unit_test_teardown(of_another_version, clear),
		cmocka_unit_test_teardown(what_is_damaged, clear),
		cmocka_unit_test_teardown(what_is_something_else, clear),
		cmocka_unit_test_teardown(by_way_of_a_link, clear),
		cmocka_unit_test_teardown(listing_and_removal, clear),
	};
	struct kept kept = {0};
	int fd;

	snprintf(folder, sizeof(folder), "/sys/fs/bpf/otelbpf_unit_%d", (int)getpid());
	fd = pin_folder_open(folder, &err);
	if (fd < 0 || kept_make(&kept, 1, &err)) {
		printf("SKIP: no BPF here: %s; run as root, with bpffs at /sys/fs/bpf\n", err.text);
		return 77;
	}
	close(fd);
	kept_close(&kept);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
