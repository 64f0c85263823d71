/* SPDX-License-Identifier: Apache-2.0 */
#include "app/book.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

static const char magic[8] = "otelbpf";

enum {
	/* Marks begin at whole pages. */
	HEAD = (sizeof(struct book) + 4095) & ~4095UL
};

_Static_assert((int)HEAD < (int)BOOK_SMALLEST, "the smallest book has room for marks");

/* Of what is kept, so always the same. */
static const struct hash_seed seed = {0x6f74656c627066, 0x626f6f6b};

enum {
	SEAL_BITS = 24
};

/* One word, so that it is stored at once. Never 0, nor one bit away from it. */
static uint64_t seal(uint64_t epoch)
{
	return epoch << SEAL_BITS |
	       (hash_bytes(&seed, &epoch, sizeof(epoch)) & ((1U << SEAL_BITS) - 1)) | 3;
}

/* 0: there is none. */
static uint64_t unseal(uint64_t word)
{
	uint64_t epoch = word >> SEAL_BITS;

	return word == seal(epoch) ? epoch : 0;
}

/* Two parts together. */
static uint64_t sum_of(const void *a, size_t a_size, const void *b, size_t b_size)
{
	struct hash_seed chained = seed;

	chained.k0 ^= hash_bytes(&seed, a, a_size);
	return hash_bytes(&chained, b, b_size);
}

/* What stands before it is stored before, what stands behind it is stored after. */
static void store(uint64_t *word, uint64_t value)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	__atomic_store_n(word, value, __ATOMIC_SEQ_CST);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

void book_root_init(struct book_root *root)
{
	*root = (struct book_root){.version = BOOK_VERSION, .epoch = seal(1)};
	memcpy(root->magic, magic, sizeof(magic));
}

bool book_root_check(const struct book_root *root)
{
	return !memcmp(root->magic, magic, sizeof(magic)) && root->version == BOOK_VERSION &&
	       book_epoch(root);
}

uint64_t book_epoch(const struct book_root *root)
{
	return unseal(root->epoch);
}

void book_root_advance(struct book_root *root)
{
	store(&root->epoch, seal(book_epoch(root) + 1));
}

static uint64_t head_sum(const struct book *book)
{
	const size_t from = offsetof(struct book, counts), to = offsetof(struct book, sum);

	return sum_of(book, offsetof(struct book, complete), (const char *)book + from, to - from);
}

static uint64_t entry_sum(const struct book *book, const struct book_entry *entry, uint64_t epoch)
{
	const uint64_t about[] = {
		epoch, entry->collection, entry->time, entry->length, entry->scope};

	return sum_of(about, sizeof(about), book_marks(book, entry), entry->length);
}

static uint64_t acknowledged_sum(const struct book_acknowledged *acknowledged, uint64_t epoch)
{
	const uint64_t about[] = {epoch, acknowledged->entry, acknowledged->count};

	return sum_of(about, sizeof(about), acknowledged->ranges,
		acknowledged->count * sizeof(*acknowledged->ranges));
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
	book->sum = head_sum(book);
}

void book_complete(struct book *book, bool counts, uint64_t created)
{
	book->counts = counts;
	book->created = created;
	book->sum = head_sum(book);
	__atomic_store_n(&book->complete, 1, __ATOMIC_SEQ_CST);
}

void book_spoil(struct book *book)
{
	__atomic_store_n(&book->complete, 0, __ATOMIC_SEQ_CST);
}

/* Bytes for one generation. */
static size_t room(size_t size)
{
	return (size - HEAD) / 2 & ~7UL;
}

/* What has an epoch is whole, at any instant: it gets that last, and loses it first. */
static bool entry_fits(const struct book *book, const struct book_entry *entry, size_t size)
{
	return !entry->epoch ||
	       (unseal(entry->epoch) && entry->offset >= HEAD && entry->offset <= size &&
		       entry->length <= size - entry->offset &&
		       entry->sum == entry_sum(book, entry, unseal(entry->epoch)));
}

static bool acknowledged_fits(const struct book_acknowledged *acknowledged)
{
	return !acknowledged->epoch ||
	       (unseal(acknowledged->epoch) && acknowledged->count <= BOOK_RANGES &&
		       acknowledged->sum ==
			       acknowledged_sum(acknowledged, unseal(acknowledged->epoch)));
}

bool book_check_head(const struct book *book, size_t size)
{
	return size >= BOOK_SMALLEST && !memcmp(book->magic, magic, sizeof(magic)) &&
	       book->version == BOOK_VERSION && book->marks_version == MARKS_VERSION &&
	       book->complete <= 1 && book->sum == head_sum(book) &&
	       memchr(book->maker, '\0', sizeof(book->maker));
}

bool book_check(const struct book *book, size_t size)
{
	if (!book_check_head(book, size))
		return false;
	for (size_t i = 0; i < 2; i++) {
		if (!entry_fits(book, &book->entries[i], size) ||
			!acknowledged_fits(&book->acknowledged[i]))
			return false;
	}
	return true;
}

void book_repair(struct book *book, uint64_t epoch)
{
	for (size_t i = 0; i < 2; i++) {
		if (unseal(book->entries[i].epoch) > epoch)
			store(&book->entries[i].epoch, 0);
		if (unseal(book->acknowledged[i].epoch) > epoch)
			store(&book->acknowledged[i].epoch, 0);
	}
}

/* Which of the two counts; -1: none. */
static int last(uint64_t a_word, uint64_t b_word, uint64_t epoch)
{
	uint64_t a = unseal(a_word), b = unseal(b_word);
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
	if (i < 0 || !entry || book->acknowledged[i].entry != unseal(entry->epoch))
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
	entry->sum = entry_sum(book, entry, epoch + 1);
	store(&entry->epoch, seal(epoch + 1));
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
	to->entry = unseal(entry->epoch);
	to->sum = acknowledged_sum(to, epoch + 1);
	store(&to->epoch, seal(epoch + 1));
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
	to->entries[0].sum = entry->sum;
	store(&to->entries[0].epoch, entry->epoch);
}

static uint64_t request_sum(const struct book_request *request, uint64_t epoch)
{
	const uint64_t about[] = {epoch, request->collection, request->points, request->length,
		request->from.scope, request->from.metric, request->from.series, request->to.scope,
		request->to.metric, request->to.series};

	return sum_of(about, sizeof(about), request->bytes, request->length);
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
	request->sum = request_sum(request, epoch);
	store(&request->epoch, seal(epoch));
}

int book_request_check(const struct book_request *request, size_t size, uint64_t epoch)
{
	if (size <= sizeof(*request))
		return 0;
	if (!request->epoch || (unseal(request->epoch) && unseal(request->epoch) != epoch))
		return 0;
	if (memcmp(request->magic, magic, sizeof(magic)) != 0 || request->version != BOOK_VERSION ||
		unseal(request->epoch) != epoch || !request->length || !request->points ||
		request->length > size - sizeof(*request) ||
		request->sum != request_sum(request, epoch))
		return -EINVAL;
	return 1;
}
