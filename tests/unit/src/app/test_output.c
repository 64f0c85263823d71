/* SPDX-License-Identifier: Apache-2.0 */
#include "app/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/model.h"
#include "test.h"

static const struct resource resource;
static int terminal = -1;

/* Standard output goes there until restore(). */
static void redirect(int fd)
{
	fflush(stdout);
	terminal = dup(STDOUT_FILENO);
	assert_true(terminal >= 0);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
}

static void restore(void)
{
	assert_int_equal(dup2(terminal, STDOUT_FILENO), STDOUT_FILENO);
	close(terminal);
}

static const struct snapshot *collect(struct model **model)
{
	const struct metric_desc desc = {
		.name = "m", .unit = "1", .description = "", .instrument = INSTRUMENT_COUNTER};
	struct scope *scope;
	struct metric *metric;

	*model = model_new(&resource);
	assert_non_null(*model);
	scope = model_add_scope(*model, "s", "1", 1);
	metric = scope_add_metric(scope, &desc, NULL);
	model_begin(*model, 2);
	metric_add(metric, metric_find_series(metric, NULL, 0), 7);
	return model_end(*model);
}

/* What is written to something that is no terminal. */
static void test_text_and_json(void **state)
{
	static const struct {
		bool json;
		const char *begin, *within;
	} rows[] = {
		{false, "s 1\n", "    7  (no attributes)\n"},
		{true, "{\"resourceMetrics\":", "\"asInt\":\"7\""},
	};
	struct model *model;
	const struct snapshot *snapshot = collect(&model);
	char text[4096];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int ends[2], result;
		ssize_t n;

		assert_int_equal(pipe(ends), 0);
		redirect(ends[1]);
		result = output_once(snapshot, rows[i].json, NULL);
		restore();
		close(ends[1]);
		assert_int_equal(result, 0);
		n = read(ends[0], text, sizeof(text) - 1);
		assert_true(n > 0);
		text[n] = '\0';
		close(ends[0]);
		assert_int_equal(strncmp(text, rows[i].begin, strlen(rows[i].begin)), 0);
		assert_non_null(strstr(text, rows[i].within));
		assert_null(strchr(text, '\033'));
		assert_int_equal(text[n - 1], '\n');
	}
	model_free(model);
}

static void test_what_cannot_be_written_to(void **state)
{
	static const struct {
		const char *path;
		int flags, result;
		const char *why;
	} rows[] = {
		{"/dev/full", O_WRONLY, -ENOSPC, "No space left"},
		{"/dev/null", O_RDONLY, -EBADF, "Bad file descriptor"},
	};
	struct model *model;
	const struct snapshot *snapshot = collect(&model);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int fd = open(rows[i].path, rows[i].flags), result;
		struct err err = {""};

		assert_true(fd >= 0);
		redirect(fd);
		result = output_once(snapshot, false, &err);
		restore();
		close(fd);
		assert_int_equal(result, rows[i].result);
		assert_non_null(strstr(err.text, "cannot write to standard output: "));
		assert_non_null(strstr(err.text, rows[i].why));
	}
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_and_json),
		cmocka_unit_test(test_what_cannot_be_written_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
