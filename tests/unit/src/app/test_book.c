/* SPDX-License-Identifier: Apache-2.0 */
#include "app/book.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compiler.h"
#include "test.h"

enum {
	SIZE = BOOK_SMALLEST,
	BOOKS = 2,
	REQUEST = 4096
};

/* What outlives a process. */
struct world {
	struct book_root root;
	union {
		struct book book;
		uint8_t bytes[SIZE];
	} books[BOOKS], larger;
	union {
		struct book_request request;
		uint8_t bytes[REQUEST];
	} request;
};

static const struct book_identity identity = {.layout = 1, .object = 2};
static const struct marks_range first_half = {0, 0, 0, 5}, second_half = {0, 5, 1, 0},
				apart = {2, 0, 2, 3};

static struct world *make_world(void)
{
	struct world *world = mmap(
		NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(world != MAP_FAILED);
	book_root_init(&world->root);
	for (int i = 0; i < BOOKS; i++)
		book_init(&world->books[i].book, &identity, "1.2.3", 77);
	return world;
}

/* A generation of `count` bytes of `mark` in each book. */
static void write_marks(struct world *world, uint8_t mark, size_t count)
{
	const struct book_entry about = {
		.collection = book_epoch(&world->root) + 1, .time = 1000 + mark, .scope = 3};

	for (int i = 0; i < BOOKS; i++) {
		struct buf out;

		book_begin(&world->books[i].book, SIZE, book_epoch(&world->root), &out);
		for (size_t n = 0; n < count; n++)
			buf_putc(&out, (char)mark);
		assert_false(out.failed);
		book_end(&world->books[i].book, book_epoch(&world->root), &out, &about);
	}
	book_root_advance(&world->root);
}

static void acknowledge(struct world *world, const struct marks_range *range)
{
	for (int i = 0; i < BOOKS; i++)
		assert_true(
			book_acknowledge(&world->books[i].book, book_epoch(&world->root), range));
	book_root_advance(&world->root);
}

static void write_request(struct world *world, uint8_t mark)
{
	const struct book_request about = {
		.collection = mark, .points = mark, .length = 200, .to = {.scope = mark}};
	uint8_t bytes[200];

	memset(bytes, mark, sizeof(bytes));
	book_request_write(&world->request.request, book_epoch(&world->root), &about, bytes);
}

/* What the next process finds: a letter for each book's marks, the ranges acknowledged, the mark of
 * the request. */
static void describe(const struct world *found, char *text, size_t size)
{
	struct world *world = malloc(sizeof(*world));
	uint64_t epoch;
	size_t used = 0;

	memcpy(world, found, sizeof(*world));
	epoch = book_epoch(&world->root);
	assert_true(book_root_check(&world->root));
	for (int i = 0; i < BOOKS; i++) {
		struct book *book = &world->books[i].book;
		const struct book_entry *entry;
		size_t count;

		assert_true(book_check(book, SIZE));
		book_repair(book, epoch);
		entry = book_last(book, epoch);
		if (entry) {
			const uint8_t *marks = book_marks(book, entry);

			assert_int_equal(entry->time, 1000 + *marks);
			for (size_t n = 0; n < entry->length; n++)
				assert_int_equal(marks[n], *marks);
			used += (size_t)snprintf(
				text + used, size - used, "%c%zu", *marks, (size_t)entry->length);
		}
		book_ranges(book, epoch, &count);
		used += (size_t)snprintf(text + used, size - used, "+%zu ", count);
	}
	if (book_request_check(&world->request.request, REQUEST, epoch) > 0) {
		const struct book_request *request = &world->request.request;

		assert_int_equal(request->length, 200);
		for (size_t n = 0; n < request->length; n++)
			assert_int_equal(request->bytes[n], request->points);
		assert_int_equal(request->collection, request->points);
		assert_int_equal(request->to.scope, request->points);
		snprintf(text + used, size - used, "r%c", (char)request->points);
	}
	free(world);
}

static void generations_and_what_was_acknowledged(void **state)
{
	struct world *world = make_world();
	char text[64];

	(void)state;
	describe(world, text, sizeof(text));
	assert_string_equal(text, "+0 +0 ");
	acknowledge(world, &first_half); /* of nothing */
	write_marks(world, 'a', 10);
	describe(world, text, sizeof(text));
	assert_string_equal(text, "a10+0 a10+0 ");
	acknowledge(world, &first_half);
	acknowledge(world, &second_half);
	describe(world, text, sizeof(text));
	assert_string_equal(text, "a10+1 a10+1 ");
	acknowledge(world, &apart);
	write_request(world, 'x');
	describe(world, text, sizeof(text));
	assert_string_equal(text, "a10+2 a10+2 rx");
	write_marks(world, 'b', 3000);
	describe(world, text, sizeof(text));
	assert_string_equal(text, "b3000+0 b3000+0 ");
	munmap(world, sizeof(*world));
}

static void ranges_are_bounded(void **state)
{
	struct world *world = make_world();
	struct book *book = &world->books[0].book;

	(void)state;
	write_marks(world, 'a', 10);
	for (uint32_t i = 0; i < BOOK_RANGES; i++)
		acknowledge(world, &(struct marks_range){i, 1, i, 2});
	assert_false(book_acknowledge(book, book_epoch(&world->root), &first_half));
	/* The last one may become longer. */
	acknowledge(world, &(struct marks_range){BOOK_RANGES - 1, 2, BOOK_RANGES, 2});
	assert_false(book_acknowledge(book, book_epoch(&world->root), &first_half));
	munmap(world, sizeof(*world));
}

static void marks_that_do_not_fit(void **state)
{
	struct world *world = make_world();
	struct book *book = &world->books[0].book;
	char text[64];
	struct buf out;

	(void)state;
	write_marks(world, 'a', 10);
	acknowledge(world, &first_half);
	book_begin(book, SIZE, book_epoch(&world->root), &out);
	assert_null(buf_extend(&out, SIZE / 2));
	assert_true(out.failed);
	describe(world, text, sizeof(text));
	assert_string_equal(text, "a10+1 a10+1 ");
	/* A larger book has the same. */
	book_copy(&world->larger.book, SIZE, book, book_epoch(&world->root));
	world->books[0] = world->larger;
	describe(world, text, sizeof(text));
	assert_string_equal(text, "a10+1 a10+1 ");
	munmap(world, sizeof(*world));
}

static void ranges_of_a_scope(void **state)
{
	static const struct {
		uint64_t scope;
		struct snapshot_place from, to;
		bool is;
		struct marks_range range;
	} cases[] = {
		{2, {1, 4, 5}, {3, 1, 1}, true, {0, 0, UINT32_MAX, UINT32_MAX}},
		{1, {1, 4, 5}, {3, 1, 1}, true, {4, 5, UINT32_MAX, UINT32_MAX}},
		{3, {1, 4, 5}, {3, 1, 1}, true, {0, 0, 1, 1}},
		{3, {3, 1, 0}, {3, 1, 1}, true, {1, 0, 1, 1}},
		{3, {3, 1, 1}, {3, 1, 1}, false, {0}},
		{3, {1, 4, 5}, {3, 0, 0}, false, {0}},
		{0, {1, 4, 5}, {3, 1, 1}, false, {0}},
		{4, {1, 4, 5}, {3, 1, 1}, false, {0}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct marks_range range;
		bool is = book_range(&range, cases[i].scope, &cases[i].from, &cases[i].to);

		assert_int_equal(is, cases[i].is);
		if (is)
			assert_memory_equal(&range, &cases[i].range, sizeof(range));
	}
}

static void other_books(void **state)
{
	struct world *world = make_world();
	struct book *book = &world->books[0].book;

	(void)state;
	write_marks(world, 'a', 10);
	assert_true(book_check(book, SIZE));
	assert_false(book_check(book, SIZE - 1));
	book->complete = 1;
	assert_true(book_check(book, SIZE));
	book_complete(book, true, 5);
	assert_true(book_check(book, SIZE));
	book->complete = 2;
	assert_false(book_check(book, SIZE));
	book_spoil(book);
	assert_int_equal(book->complete, 0);
	assert_true(book_check(book, SIZE));
	world->root.version++;
	assert_false(book_root_check(&world->root));
	write_request(world, 'x');
	assert_int_equal(book_request_check(&world->request.request, 8, 2), 0);
	assert_int_equal(book_request_check(&world->request.request, REQUEST, 2), 1);
	assert_int_equal(book_request_check(&world->request.request, REQUEST, 3), 0);
	assert_int_equal(book_request_check(&world->request.request, 200, 2), -EINVAL);
	world->request.request.epoch ^= 1 << 30;
	assert_int_equal(book_request_check(&world->request.request, REQUEST, 2), -EINVAL);
	munmap(world, sizeof(*world));
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t below(uint64_t *state, uint64_t n)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % n;
}

/* Some bytes become others: bits flip, or they become random. */
static void damage(struct world *world, uint64_t *random)
{
	uint8_t *bytes = (uint8_t *)world;

	for (uint64_t n = 1 + below(random, 4); n; n--) {
		size_t at = below(random, 3) ? below(random, sizeof(struct book_root) + 4096)
					     : below(random, sizeof(*world));

		if (below(random, 2))
			bytes[at] ^= 1 << below(random, 8);
		else
			bytes[at] = (uint8_t)below(random, 256);
	}
}

static bool is_refused(const struct world *world)
{
	if (!book_root_check(&world->root) ||
		book_request_check(&world->request.request, REQUEST, book_epoch(&world->root)) < 0)
		return true;
	for (int i = 0; i < BOOKS; i++) {
		if (!book_check(&world->books[i].book, SIZE))
			return true;
	}
	return false;
}

static void damage_is_found(void **state)
{
	struct world *world = make_world(), *good = malloc(sizeof(*good));
	uint64_t random = 7, refused = 0, harmless = 0;
	char expected[64], text[64];

	(void)state;
	write_marks(world, 'z', 30);
	write_marks(world, 'a', 3000);
	acknowledge(world, &first_half);
	acknowledge(world, &apart);
	write_request(world, 'x');
	describe(world, expected, sizeof(expected));
	*good = *world;
	for (int i = 0; i < 20000; i++) {
		*world = *good;
		damage(world, &random);
		if (is_refused(world)) {
			refused++;
			continue;
		}
		describe(world, text, sizeof(text));
		assert_string_equal(text, expected);
		assert_int_equal(world->books[0].book.identity.layout, identity.layout);
		harmless++;
	}
	print_message("%llu refused, %llu harmless\n", (unsigned long long)refused,
		(unsigned long long)harmless);
	assert_true(refused > 1000 && harmless > 1000);
	free(good);
	munmap(world, sizeof(*world));
}

static void do_marks(struct world *world)
{
	write_marks(world, 'b', 20);
}

static void do_acknowledge(struct world *world)
{
	acknowledge(world, &second_half);
}

static void do_request(struct world *world)
{
	write_request(world, 'y');
}

static void do_all(struct world *world)
{
	write_marks(world, 'b', 20);
	write_request(world, 'y');
	acknowledge(world, &apart);
}

/* Which of the states that are allowed it is. */
static size_t find_state(const struct world *world, const char *const *allowed, size_t steps)
{
	char text[64];
	size_t i = 0;

	describe(world, text, sizeof(text));
	while (allowed[i] && strcmp(allowed[i], text) != 0)
		i++;
	if (!allowed[i])
		fail_msg("after %zu instructions: %s", steps, text);
	return i;
}

/* Run `work` in a process that stops after each of its instructions: what is in the memory then is
 * what SIGKILL would leave there. Counts the instructions; false if this machine does not let us.
 */
static bool step_through(struct world *world, void (*work)(struct world *),
	const char *const *allowed, size_t *steps, bool *met)
{
	/* Bytes, whatever they mean. */
	const void *now = world;
	void *seen = malloc(sizeof(*world));
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(77);
		raise(SIGSTOP);
		work(world);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	*steps = 0;
	for (bool first = true; WIFSTOPPED(status); first = false, ++*steps) {
		if (first || memcmp(seen, now, sizeof(*world)) != 0) {
			met[find_state(world, allowed, *steps)] = true;
			memcpy(seen, now, sizeof(*world));
		}
		assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
	}
	free(seen);
	assert_true(WIFEXITED(status));
	assert_true(!WEXITSTATUS(status) || WEXITSTATUS(status) == 77);
	return !WEXITSTATUS(status);
}

static void killed_at_any_instruction(void **state)
{
	static const struct {
		void (*work)(struct world *);
		const char *const allowed[5];
	} cases[] = {
		{do_marks, {"a10+1 a10+1 rx", "b20+0 b20+0 "}},
		{do_acknowledge, {"a10+1 a10+1 rx", "a10+1 a10+1 "}},
		{do_request, {"a10+1 a10+1 rx", "a10+1 a10+1 ", "a10+1 a10+1 ry"}},
		{do_all, {"a10+1 a10+1 rx", "b20+0 b20+0 ", "b20+0 b20+0 ry", "b20+1 b20+1 "}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct world *world = make_world();
		bool met[5] = {false};
		size_t steps;

		write_marks(world, 'z', 30);
		write_marks(world, 'a', 10);
		acknowledge(world, &first_half);
		write_request(world, 'x');
		if (!step_through(world, cases[i].work, cases[i].allowed, &steps, met)) {
			printf("SKIP: no process may be traced here\n");
			skip();
		}
		assert_true(steps > 100);
		for (size_t n = 0; cases[i].allowed[n]; n++)
			assert_true(met[n]);
		munmap(world, sizeof(*world));
	}
}

/* What was begun for an epoch that never came does not count when that epoch comes after all. */
static void repair(void **state)
{
	struct world *world = make_world();
	struct book *book = &world->books[0].book;
	struct book_entry about = {.time = 1000 + 'c'};
	char text[64];
	struct buf out;

	(void)state;
	write_marks(world, 'a', 10);
	book_begin(book, SIZE, book_epoch(&world->root), &out);
	buf_putc(&out, 'c');
	book_end(book, book_epoch(&world->root), &out, &about);
	assert_true(book_acknowledge(&world->books[1].book, book_epoch(&world->root), &first_half));
	for (int i = 0; i < BOOKS; i++)
		book_repair(&world->books[i].book, book_epoch(&world->root));
	book_root_advance(&world->root);
	describe(world, text, sizeof(text));
	assert_string_equal(text, "a10+0 a10+0 ");
	munmap(world, sizeof(*world));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generations_and_what_was_acknowledged),
		cmocka_unit_test(ranges_are_bounded),
		cmocka_unit_test(marks_that_do_not_fit),
		cmocka_unit_test(ranges_of_a_scope),
		cmocka_unit_test(other_books),
		cmocka_unit_test(damage_is_found),
		cmocka_unit_test(killed_at_any_instruction),
		cmocka_unit_test(repair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
