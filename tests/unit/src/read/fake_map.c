/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_map.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct fake_map fake;

void fake_reset(uint32_t bucket_count)
{
	memset(&fake, 0, sizeof(fake));
	fake.bucket_count = bucket_count;
	fake.array = bucket_count == 0;
}

void fake_insert(uint32_t key, uint64_t value)
{
	uint32_t bucket = fake.array ? key : key % fake.bucket_count;
	size_t at = 0;

	assert_true(fake.count < FAKE_ROWS);
	while (at < fake.count && fake.rows[at].bucket < bucket)
		at++;
	memmove(&fake.rows[at + 1], &fake.rows[at], (fake.count - at) * sizeof(fake.rows[0]));
	fake.rows[at] = (struct fake_row){bucket, key, value};
	fake.count++;
}

static size_t find(uint32_t key)
{
	size_t at = 0;

	while (at < fake.count && fake.rows[at].key != key)
		at++;
	return at;
}

bool fake_delete(uint32_t key)
{
	size_t at = find(key);

	if (at == fake.count)
		return false;
	fake.count--;
	memmove(&fake.rows[at], &fake.rows[at + 1], (fake.count - at) * sizeof(fake.rows[0]));
	return true;
}

struct map_info fake_info(uint32_t type, uint32_t max_entries)
{
	return (struct map_info){
		.name = "fake",
		.fd = 7,
		.type = type,
		.key_size = sizeof(uint32_t),
		.value_size = sizeof(uint64_t),
		.max_entries = max_entries,
	};
}

static int begin(enum fake_call call)
{
	unsigned int number = fake.calls[call]++;

	return fake.before ? fake.before(&fake, call, number) : 0;
}

static size_t value_size(void)
{
	return fake.value_size ? fake.value_size : sizeof(uint64_t);
}

static void put_value(void *values, size_t row, uint64_t value)
{
	memset((char *)values + row * value_size(), 0, value_size());
	memcpy((char *)values + row * value_size(), &value, sizeof(value));
}

static size_t bucket_end(size_t start)
{
	size_t end = start;

	while (end < fake.count && fake.rows[end].bucket == fake.rows[start].bucket)
		end++;
	return end;
}

static int serve_batch(
	const void *in_position, void *out_position, void *keys, void *values, uint32_t *count)
{
	uint32_t position = 0, room = *count, total = 0;
	size_t at = 0, end;

	*count = 0;
	if (in_position)
		memcpy(&position, in_position, sizeof(position));
	while (at < fake.count && fake.rows[at].bucket < position)
		at++;
	for (; at < fake.count; at = end) {
		end = bucket_end(at);
		if (end - at > room - total) {
			position = fake.rows[at].bucket;
			memcpy(out_position, &position, sizeof(position));
			*count = total;
			return total ? 0 : -ENOSPC;
		}
		for (; at < end; at++, total++) {
			memcpy((char *)keys + total * sizeof(uint32_t), &fake.rows[at].key,
				sizeof(uint32_t));
			put_value(values, total, fake.rows[at].value);
		}
	}
	*count = total;
	return -ENOENT;
}

static int lookup_batch(
	int fd, void *in_position, void *out_position, void *keys, void *values, uint32_t *count)
{
	int rc = begin(FAKE_BATCH);

	assert_int_equal(fd, 7);
	if (rc) {
		*count = 0;
		return rc;
	}
	rc = serve_batch(in_position, out_position, keys, values, count);
	return fake.after_batch ? fake.after_batch(&fake, rc, count) : rc;
}

static int next_key(int fd, const void *key, void *next)
{
	int rc = begin(FAKE_NEXT_KEY);
	uint32_t present;
	size_t at = 0;

	assert_int_equal(fd, 7);
	if (rc)
		return rc;
	if (key) {
		memcpy(&present, key, sizeof(present));
		at = find(present);
		at = at == fake.count ? 0 : at + 1;
	}
	if (at == fake.count)
		return -ENOENT;
	memcpy(next, &fake.rows[at].key, sizeof(uint32_t));
	return 0;
}

static int lookup(int fd, const void *key, void *value)
{
	int rc = begin(FAKE_LOOKUP);
	uint32_t wanted;
	size_t at;

	assert_int_equal(fd, 7);
	if (rc)
		return rc;
	memcpy(&wanted, key, sizeof(wanted));
	at = find(wanted);
	if (at == fake.count)
		return -ENOENT;
	put_value(value, 0, fake.rows[at].value);
	return 0;
}

const struct map_calls fake_calls = {
	.lookup_batch = lookup_batch,
	.next_key = next_key,
	.lookup = lookup,
};

long fake_read(struct reader *reader, unsigned int *seen, size_t key_count, struct err *err)
{
	struct batch batch;
	long rows = 0;
	int rc;

	memset(seen, 0, key_count * sizeof(*seen));
	reader_rewind(reader);
	while ((rc = reader_next(reader, &batch, err)) == 1) {
		assert_true(batch.count > 0);
		for (size_t i = 0; i < batch.count; i++) {
			uint32_t key;
			uint64_t value;

			memcpy(&key, batch.keys + i * batch.key_stride, sizeof(key));
			memcpy(&value, batch.values + i * batch.value_stride, sizeof(value));
			assert_true(key < key_count);
			assert_int_equal(value, (uint64_t)key * 3);
			seen[key]++;
			rows++;
		}
	}
	return rc < 0 ? rc : rows;
}
