/* SPDX-License-Identifier: Apache-2.0 */
/* What a run finds in the folder. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/pins_private.h"
#include "base/log.h"
#include "probe/pin_folder.h"

const char pins_unknown[] = "another version of otelbpf made it, or it is not complete, or damaged";

static int root_path(char *path, const char *directory)
{
	return pin_path(path, PATH_MAX, directory, "state", "root");
}

static int make_root(struct pins *pins, const char *path, struct err *err)
{
	int result = kept_make(&pins->root_memory, sizeof(struct book_root), err);

	if (result)
		return result;
	pins->root = (struct book_root *)(void *)pins->root_memory.memory;
	book_root_init(pins->root);
	return kept_name(&pins->root_memory, path, err);
}

/* What was made in a way that we do not know goes, all of it. */
static int start_afresh(struct pins *pins, struct err *err)
{
	size_t removed, left;
	int result;

	kept_close(&pins->root_memory);
	result = pin_folder_clear(pins->directory, &removed, &left, err);
	if (!result && removed)
		log_warn("%s: %s; counting begins anew", pins->directory, pins_unknown);
	return result;
}

/* It is not there, or something else. Anything but that may pass: nothing is given up for it. */
static bool is_other(int result)
{
	return result == -ENOENT || result == -EINVAL || result == -EACCES || result == -ENOTDIR ||
	       result == -ELOOP;
}

static int open_root(struct pins *pins, struct err *err)
{
	char path[PATH_MAX];
	int result = root_path(path, pins->directory);

	if (result)
		return err_set(err, result, "%s: the name is too long", pins->directory);
	result = kept_open(&pins->root_memory, path, sizeof(struct book_root), err);
	if (result && !is_other(result))
		return result;
	pins->root = (struct book_root *)(void *)pins->root_memory.memory;
	if (!result && book_root_check(pins->root))
		return 0;
	result = start_afresh(pins, err);
	return result ? result : make_root(pins, path, err);
}

/* *damaged: there was one, perhaps. */
static int open_request(struct pins *pins, bool *damaged, struct err *err)
{
	const struct book_request *request;
	int result = kept_open(
		&pins->request, pins->request_path, sizeof(struct book_request), err);

	*damaged = false;
	if (result) {
		pins->request = (struct kept){0};
		return is_other(result) ? 0 : result;
	}
	request = (const struct book_request *)(const void *)pins->request.memory;
	*damaged = book_request_check(request, pins->request.size, book_epoch(pins->root)) < 0;
	return 0;
}

/* What all packs share. */
static int open_shared(struct pins *pins, struct err *err)
{
	bool damaged;
	int result = pin_path(pins->request_path, sizeof(pins->request_path), pins->directory,
		"state", "request");

	if (result)
		return err_set(err, result, "%s: the name is too long", pins->directory);
	result = open_root(pins, err);
	if (!result)
		result = open_request(pins, &damaged, err);
	if (result || !damaged)
		return result;
	/* Without the request nobody knows which marks it moved. */
	kept_close(&pins->request);
	result = start_afresh(pins, err);
	return result ? result : open_root(pins, err);
}

int pin_open_book(struct pin *pin, bool (*check)(const struct book *book, size_t size))
{
	char path[PATH_MAX];
	int result = pin_path(path, sizeof(path), pin->folder, "state", "marks");

	if (!result)
		result = kept_open(&pin->memory, path, BOOK_SMALLEST, NULL);
	if (result)
		return result;
	pin->book = (struct book *)(void *)pin->memory.memory;
	if (check(pin->book, pin->memory.size) && pin->book->complete)
		return 0;
	kept_close(&pin->memory);
	pin->book = NULL;
	return -EINVAL;
}

static int add_pin(void *context, const char *entry)
{
	struct pins *pins = context;
	struct pin *pin = calloc(1, sizeof(*pin));
	int result;

	if (!pin)
		return -ENOMEM;
	if (!pin_name(entry, "pack", pin->name, sizeof(pin->name)) ||
		pin_path(pin->folder, sizeof(pin->folder), pins->directory, "pack", pin->name)) {
		free(pin);
		return 0;
	}
	pin->pins = pins;
	pin->next = pins->all;
	pins->all = pin;
	result = pin_open_book(pin, book_check);
	if (!result)
		book_repair(pin->book, book_epoch(pins->root));
	return is_other(result) ? 0 : result;
}

static int open_pins(struct pins *pins, struct err *err)
{
	struct err why = {0};
	int result = pin_folder_each(pins->directory, add_pin, pins, &why);

	return result ? err_set(err, result, "%s: %s", pins->directory,
				why.text[0] ? why.text : strerror(-result))
		      : 0;
}

int pins_open(struct pins **result, const char *directory, enum temporality_preference temporality,
	struct err *err)
{
	struct pins *pins = calloc(1, sizeof(*pins));
	bool made;
	int code;

	*result = NULL;
	if (!pins)
		return err_set(err, -ENOMEM, "out of memory");
	pins->directory = directory;
	pins->temporality = temporality;
	pins->fd = code = pin_folder_take(directory, &made, err);
	if (code >= 0)
		code = open_shared(pins, err);
	if (!code)
		code = open_pins(pins, err);
	if (code) {
		/* Empty, or it stays. */
		if (pins->fd >= 0 && made)
			rmdir(directory);
		pins_close(pins);
		return err_prefix(err, code, "--pin: ");
	}
	*result = pins;
	return 0;
}

void pins_close(struct pins *pins)
{
	struct pin *next;

	if (!pins)
		return;
	for (struct pin *pin = pins->all; pin; pin = next) {
		next = pin->next;
		kept_close(&pin->memory);
		free(pin);
	}
	kept_close(&pins->root_memory);
	kept_close(&pins->request);
	if (pins->fd >= 0)
		close(pins->fd);
	free(pins);
}
