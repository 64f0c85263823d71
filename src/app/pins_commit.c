/* SPDX-License-Identifier: Apache-2.0 */
/* While a run goes on: what is stored when, so that it may end at any instant. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/pins_private.h"
#include "base/clock.h"
#include "base/limits.h"
#include "probe/pin_folder.h"

/* The book's memory is too small for the marks: twice as much takes its name. */
static int grow_book(struct pin *pin, struct err *err)
{
	char path[PATH_MAX];
	struct kept larger = {0};
	int result = pin_path(path, sizeof(path), pin->folder, "state", "marks");

	if (!result)
		result = kept_make(&larger, 2 * pin->memory.size, err);
	if (result)
		return result;
	book_copy((struct book *)(void *)larger.memory, larger.size, pin->book,
		book_epoch(pin->pins->root));
	result = kept_name(&larger, path, err);
	if (result) {
		kept_close(&larger);
		return result;
	}
	kept_close(&pin->memory);
	pin->memory = larger;
	pin->book = (struct book *)(void *)larger.memory;
	return 0;
}

/* The length of the scope's part, the scope, the collector. */
static void write_marks(const struct pin *pin, struct buf *out)
{
	uint64_t length = 0;
	uint8_t *at = buf_extend(out, sizeof(length));

	marks_write(pin->of.scope, out);
	length = out->length - sizeof(length);
	if (at)
		memcpy(at, &length, sizeof(length));
	if (pin->of.collector)
		collector_write(pin->of.collector, out);
}

static int write_book(struct pin *pin, const struct book_entry *about, struct err *err)
{
	uint64_t epoch = book_epoch(pin->pins->root);

	for (;;) {
		struct buf out;
		int result;

		book_begin(pin->book, pin->memory.size, epoch, &out);
		write_marks(pin, &out);
		if (!out.failed) {
			book_end(pin->book, epoch, &out, about);
			return 0;
		}
		result = grow_book(pin, err);
		if (result)
			return result;
	}
}

/* Marks that stay behind would be wrong: the pack begins anew next time. */
static void give_up(struct pin *pin, const struct err *err)
{
	log_error("pack %s: its marks cannot be kept: %s; its counts begin anew with the next "
		  "start",
		pin->name, err->text);
	book_spoil(pin->book);
	pin->of.scope = NULL;
}

void pins_commit(struct pins *pins, const struct snapshot *snapshot)
{
	pins->collection = book_epoch(pins->root) + 1;
	for (struct pin *pin = pins->all; pin; pin = pin->next) {
		struct book_entry about = {.collection = pins->collection, .time = snapshot->time};
		struct err err = {0};

		while (pin->of.scope && about.scope < snapshot->scope_count &&
			snapshot->scopes[about.scope] != pin->of.scope)
			about.scope++;
		if (pin->of.scope && write_book(pin, &about, &err))
			give_up(pin, &err);
	}
	book_root_advance(pins->root);
}

static int make_room(struct pins *pins, size_t size, struct err *err)
{
	struct kept larger = {0};
	int result;

	if (pins->request.memory && pins->request.size >= size)
		return 0;
	/* Rounded up to a power of two, so that this ends soon. */
	result = kept_make(&larger, (size_t)1 << (64 - __builtin_clzl(size)), err);
	if (!result)
		result = kept_name(&larger, pins->request_path, err);
	if (result) {
		kept_close(&larger);
		return result;
	}
	kept_close(&pins->request);
	pins->request = larger;
	return 0;
}

void pins_sending(struct pins *pins, const struct pins_request *request)
{
	const struct book_request about = {
		.collection = pins->collection,
		.points = request->points,
		.length = request->length,
		.from = request->from,
		.to = request->to,
	};
	struct err err = {0};

	if (make_room(pins, sizeof(about) + request->length, &err)) {
		err_prefix(&err, 0, "a request cannot be kept: ");
		log_repeat_failure(&pins->failures, err.text, err.text);
		return;
	}
	log_repeat_success(&pins->failures, "requests are kept");
	book_request_write((struct book_request *)(void *)pins->request.memory,
		book_epoch(pins->root), &about, request->bytes);
}

/* Of one collection. Packs that this run has not started may be among them. */
static void acknowledge(struct pins *pins, uint64_t collection, const struct snapshot_place *from,
	const struct snapshot_place *to, bool settle)
{
	uint64_t epoch = book_epoch(pins->root);

	for (struct pin *pin = pins->all; pin; pin = pin->next) {
		const struct book_entry *entry = pin->book ? book_last(pin->book, epoch) : NULL;
		struct book_entry about;
		struct marks_range range;
		struct err err = {0};

		if (!entry || entry->collection != collection ||
			!book_range(&range, entry->scope, from, to))
			continue;
		about = *entry;
		if (settle && pin->of.scope)
			marks_settle(pin->of.scope, &range, entry->time);
		if (!book_acknowledge(pin->book, epoch, &range) && pin->of.scope &&
			write_book(pin, &about, &err))
			give_up(pin, &err);
	}
	book_root_advance(pins->root);
}

void pins_acknowledged(
	struct pins *pins, const struct snapshot_place *from, const struct snapshot_place *to)
{
	acknowledge(pins, pins->collection, from, to, false);
}

static const struct book_request *unresolved(const struct pins *pins)
{
	const struct book_request *request = (const struct book_request *)(const void *)
						     pins->request.memory;

	if (!request ||
		book_request_check(request, pins->request.size, book_epoch(pins->root)) <= 0)
		return NULL;
	return request;
}

bool pins_unresolved(const struct pins *pins, struct pins_request *request)
{
	const struct book_request *kept = unresolved(pins);

	if (!kept)
		return false;
	*request = (struct pins_request){
		.bytes = kept->bytes,
		.length = kept->length,
		.points = kept->points,
		.from = kept->from,
		.to = kept->to,
	};
	return true;
}

void pins_resolved(struct pins *pins)
{
	const struct book_request *kept = unresolved(pins);
	struct snapshot_place from, to;

	if (!kept)
		return;
	from = kept->from;
	to = kept->to;
	acknowledge(pins, kept->collection, &from, &to, true);
}
