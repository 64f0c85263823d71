/* SPDX-License-Identifier: Apache-2.0 */
#include "app/book.h"

#include <stdio.h>
#include <string.h>

static const char magic[8] = "otelbpf";

enum {
	/* Marks begin at whole pages. */
	HEAD = (sizeof(struct book) + 4095) & ~4095UL
};

_Static_assert((int)HEAD < (int)BOOK_SMALLEST, "the smallest book has room for marks");

/* What stands before it is stored before, what stands behind it is stored after. */
static void store(uint64_t *word, uint64_t value)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	__atomic_store_n(word, value, __ATOMIC_SEQ_CST);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

void book_root_init(struct book_root *root)
{
	*root = (struct book_root){.version = BOOK_VERSION, .epoch = 1};
	memcpy(root->magic, magic, sizeof(magic));
}

bool book_root_check(const struct book_root *root)
{
	return !memcmp(root->magic, magic, sizeof(magic)) && root->version == BOOK_VERSION &&
	       root->epoch && root->epoch < UINT64_MAX / 2;
}

void book_root_advance(struct book_root *root)
{
	store(&root->epoch, root->epoch + 1);
}

void book_init(struct book *book, const struct book_identity *identity, const char *maker,
	uint64_t created)
{
	memcpy(book->magic, magic, sizeof(magic));
	book->version = BOOK_VERSION;
	book->marks_version = MARKS_VERSION;
	book->identity = *identity;
	book->created = created;
	snprintf(book->maker, sizeof(book->maker), "%s", maker);
}

/* Bytes for one generation. */
static size_t room(size_t size)
{
	return (size - HEAD) / 2 & ~7UL;
}

bool book_check(const struct book *book, size_t size)
{
	if (size < BOOK_SMALLEST || memcmp(book->magic, magic, sizeof(magic)) != 0 ||
		book->version != BOOK_VERSION || book->marks_version != MARKS_VERSION ||
		!memchr(book->maker, '\0', sizeof(book->maker)))
		return false;
	for (size_t i = 0; i < 2; i++) {
		const struct book_entry *entry = &book->entries[i];

		if (book->acknowledged[i].count > BOOK_RANGES)
			return false;
		if (entry->epoch && (entry->offset < HEAD || entry->offset > size ||
					    entry->length > size - entry->offset))
			return false;
	}
	return true;
}

void book_repair(struct book *book, uint64_t epoch)
{
	for (size_t i = 0; i < 2; i++) {
		if (book->entries[i].epoch > epoch)
			store(&book->entries[i].epoch, 0);
		if (book->acknowledged[i].epoch > epoch)
			store(&book->acknowledged[i].epoch, 0);
	}
}

/* Which of the two counts; -1: none. */
static int last(uint64_t a, uint64_t b, uint64_t epoch)
{
	bool has_a = a && a <= epoch, has_b = b && b <= epoch;

	if (!has_a && !has_b)
		return -1;
	return has_b && (!has_a || b > a);
}

static int last_entry(const struct book *book, uint64_t epoch)
{
	return last(book->entries[0].epoch, book->entries[1].epoch, epoch);
}

static int last_acknowledged(const struct book *book, uint64_t epoch)
{
	return last(book->acknowledged[0].epoch, book->acknowledged[1].epoch, epoch);
}

const struct book_entry *book_last(const struct book *book, uint64_t epoch)
{
	int i = last_entry(book, epoch);

	return i < 0 ? NULL : &book->entries[i];
}

const struct marks_range *book_ranges(const struct book *book, uint64_t epoch, size_t *count)
{
	const struct book_entry *entry = book_last(book, epoch);
	int i = last_acknowledged(book, epoch);

	*count = 0;
	if (i < 0 || !entry || book->acknowledged[i].entry != entry->epoch)
		return NULL;
	*count = book->acknowledged[i].count;
	return book->acknowledged[i].ranges;
}

void book_begin(struct book *book, size_t size, uint64_t epoch, struct buf *out)
{
	int i = last_entry(book, epoch) == 0;
	struct book_entry *entry = &book->entries[i];

	store(&entry->epoch, 0);
	entry->offset = HEAD + (size_t)i * room(size);
	*out = (struct buf){
		.data = (uint8_t *)book + entry->offset,
		.capacity = room(size),
		.limit = room(size),
	};
}

void book_end(
	struct book *book, uint64_t epoch, const struct buf *out, const struct book_entry *about)
{
	struct book_entry *entry = &book->entries[last_entry(book, epoch) == 0];

	entry->length = out->length;
	entry->collection = about->collection;
	entry->time = about->time;
	entry->scope = about->scope;
	store(&entry->epoch, epoch + 1);
}

/* Requests come in the order of the series: as a rule one goes on where the one before ended. */
static bool goes_on(const struct marks_range *a, const struct marks_range *b)
{
	return a->metric_to == b->metric_from && a->series_to == b->series_from;
}

bool book_acknowledge(struct book *book, uint64_t epoch, const struct marks_range *range)
{
	const struct book_entry *entry = book_last(book, epoch);
	struct book_acknowledged *to = &book->acknowledged[last_acknowledged(book, epoch) == 0];
	const struct marks_range *ranges;
	size_t count;

	if (!entry)
		return true; /* there are no marks that could move */
	ranges = book_ranges(book, epoch, &count);
	if (count == BOOK_RANGES && !goes_on(&ranges[count - 1], range))
		return false;
	store(&to->epoch, 0);
	if (count)
		memcpy(to->ranges, ranges, count * sizeof(*ranges));
	if (count && goes_on(&to->ranges[count - 1], range)) {
		to->ranges[count - 1].metric_to = range->metric_to;
		to->ranges[count - 1].series_to = range->series_to;
	} else {
		to->ranges[count++] = *range;
	}
	to->count = (uint32_t)count;
	to->entry = entry->epoch;
	store(&to->epoch, epoch + 1);
	return true;
}

static uint32_t to_u32(size_t value)
{
	return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

bool book_range(struct marks_range *range, uint64_t scope, const struct snapshot_place *from,
	const struct snapshot_place *to)
{
	if (scope < from->scope || scope > to->scope)
		return false;
	*range = (struct marks_range){.metric_to = UINT32_MAX, .series_to = UINT32_MAX};
	if (scope == from->scope) {
		range->metric_from = to_u32(from->metric);
		range->series_from = from->series;
	}
	if (scope == to->scope) {
		range->metric_to = to_u32(to->metric);
		range->series_to = to->series;
	}
	return range->metric_from < range->metric_to ||
	       (range->metric_from == range->metric_to && range->series_from < range->series_to);
}

void book_copy(struct book *to, size_t size, const struct book *from, uint64_t epoch)
{
	const struct book_entry *entry = book_last(from, epoch);
	struct buf out;

	*to = *from;
	memset(to->entries, 0, sizeof(to->entries));
	if (!entry)
		return;
	book_begin(to, size, epoch, &out);
	buf_put(&out, book_marks(from, entry), entry->length);
	book_end(to, epoch, &out, entry);
	/* It is not a new one: what was acknowledged of it stays so. */
	store(&to->entries[0].epoch, entry->epoch);
}

void book_request_write(struct book_request *request, uint64_t epoch,
	const struct book_request *about, const void *bytes)
{
	store(&request->epoch, 0);
	memcpy(request->magic, magic, sizeof(magic));
	request->version = BOOK_VERSION;
	request->collection = about->collection;
	request->points = about->points;
	request->length = about->length;
	request->from = about->from;
	request->to = about->to;
	memcpy(request->bytes, bytes, about->length);
	store(&request->epoch, epoch);
}

bool book_request_check(const struct book_request *request, size_t size, uint64_t epoch)
{
	return size > sizeof(*request) && !memcmp(request->magic, magic, sizeof(magic)) &&
	       request->version == BOOK_VERSION && request->epoch == epoch && request->length &&
	       request->points && request->length <= size - sizeof(*request);
}
