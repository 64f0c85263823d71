/* SPDX-License-Identifier: Apache-2.0 */
#include "app/pins.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/pins_private.h"
#include "app/version.h"
#include "base/log.h"
#include "probe/pin_folder.h"

enum temporality_preference pins_temporality(const struct pins *pins)
{
	return pins->temporality;
}

uint64_t pins_time(const struct pins *pins)
{
	uint64_t latest = 0;

	for (const struct pin *pin = pins->all; pin; pin = pin->next) {
		uint64_t time = pin->book ? pin_time(pin) : 0;

		if (time > latest)
			latest = time;
	}
	return latest;
}

/* Why a run before cannot be gone on with; NULL if it can. */
static const char *difference(const struct pin *pin, const struct book_identity *identity)
{
	if (!pin->book)
		return pins_unknown;
	if (pin->book->identity.layout != identity->layout)
		return "its maps, programs, metrics or temporality have changed";
	return NULL;
}

/* Room for the marks, named when it is empty: without its book a folder is not complete. */
static int make_book(struct pin *pin, const struct book_identity *identity, struct err *err)
{
	char path[PATH_MAX];
	int result = pin_path(path, sizeof(path), pin->folder, "state", "marks"), fd;

	if (result)
		return err_set(err, result, "%s: the name is too long", pin->folder);
	fd = pin_folder_open(pin->folder, err);
	if (fd < 0)
		return fd;
	close(fd);
	result = kept_make(&pin->memory, BOOK_SMALLEST, err);
	if (result)
		return result;
	pin->book = (struct book *)(void *)pin->memory.memory;
	book_init(pin->book, identity, OTELBPF_VERSION, 0);
	return kept_name(&pin->memory, path, err);
}

static struct pin *find(struct pins *pins, const char *name)
{
	struct pin *pin = pins->all;

	while (pin && strcmp(pin->name, name) != 0)
		pin = pin->next;
	return pin;
}

static struct pin *add(struct pins *pins, const char *name, struct err *err)
{
	struct pin *pin = calloc(1, sizeof(*pin));

	if (!pin) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	pin->pins = pins;
	if ((size_t)snprintf(pin->name, sizeof(pin->name), "%s", name) >= sizeof(pin->name) ||
		pin_path(pin->folder, sizeof(pin->folder), pins->directory, "pack", name)) {
		err_set(err, -ENAMETOOLONG, "the name is too long");
		free(pin);
		return NULL;
	}
	pin->next = pins->all;
	pins->all = pin;
	return pin;
}

/* Nothing but a book without marks. */
static int make_anew(struct pin *pin, const struct book_identity *identity, struct err *err)
{
	int result = 0;

	kept_close(&pin->memory);
	pin->book = NULL;
	pin->is_old = false;
	if (access(pin->folder, F_OK) == 0)
		result = pin_folder_remove(pin->folder, err);
	if (!result)
		result = make_book(pin, identity, err);
	if (result)
		pin_abandon(pin);
	return result;
}

struct pin *pins_pack(struct pins *pins, const char *name, const struct book_identity *identity,
	const char **reason, struct err *err)
{
	struct pin *pin = find(pins, name);

	*reason = NULL;
	if (pin) {
		*reason = difference(pin, identity);
		pin->is_old = !*reason;
		pin->has_other_object = pin->is_old &&
					pin->book->identity.object != identity->object;
	} else {
		pin = add(pins, name, err);
	}
	if (!pin || (!pin->is_old && make_anew(pin, identity, err)))
		return NULL;
	return pin;
}

int pin_renew(struct pin *pin, struct err *err)
{
	const struct book_identity identity = pin->book->identity;

	return make_anew(pin, &identity, err);
}

const char *pin_folder(const struct pin *pin)
{
	return pin->folder;
}

bool pin_is_old(const struct pin *pin)
{
	return pin->is_old;
}

bool pin_counts(const struct pin *pin)
{
	return pin->book->counts;
}

bool pin_has_other_object(const struct pin *pin)
{
	return pin->has_other_object;
}

uint64_t pin_time(const struct pin *pin)
{
	const struct book_entry *entry = book_last(pin->book, book_epoch(pin->pins->root));

	return entry ? entry->time : pin->book->created;
}

void pin_complete(struct pin *pin, const struct pin_of *of, bool counts, uint64_t now)
{
	pin->of = *of;
	book_complete(pin->book, counts, now);
}

static int read_marks(struct pin *pin, const struct book_entry *entry, struct err *err)
{
	const uint8_t *bytes = book_marks(pin->book, entry);
	uint64_t length, head = sizeof(length);
	int result;

	if (entry->length < head)
		return err_set(err, -EINVAL, "the marks are damaged");
	memcpy(&length, bytes, sizeof(length));
	if (length > entry->length - head)
		return err_set(err, -EINVAL, "the marks are damaged");
	result = marks_read(pin->of.scope, bytes + head, length, entry->time, err);
	if (!result && pin->of.collector)
		result = collector_read(pin->of.collector, bytes + head + length,
			entry->length - head - length, err);
	return result;
}

int pin_restore(struct pin *pin, const struct pin_of *of, struct err *err)
{
	uint64_t epoch = book_epoch(pin->pins->root);
	const struct book_entry *entry = book_last(pin->book, epoch);
	const struct marks_range *ranges;
	size_t count;
	int result;

	pin->of = *of;
	if (!entry)
		return 0;
	result = read_marks(pin, entry, err);
	if (result)
		return err_prefix(err, result, "%s: ", pin->folder);
	ranges = book_ranges(pin->book, epoch, &count);
	for (size_t i = 0; i < count; i++)
		marks_settle(of->scope, &ranges[i], entry->time);
	return 0;
}

bool pin_keeps(const struct pin *pin)
{
	return pin->of.scope != NULL;
}

void pin_abandon(struct pin *pin)
{
	struct err err;

	kept_close(&pin->memory);
	pin->book = NULL;
	pin->of = (struct pin_of){0};
	if (pin_folder_remove(pin->folder, &err))
		log_debug("%s", err.text);
}
