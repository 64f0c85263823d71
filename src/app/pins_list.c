/* SPDX-License-Identifier: Apache-2.0 */
/* Pins that are looked at or removed, not used. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/pins_private.h"
#include "probe/pin_folder.h"

struct listing {
	const char *directory;
	pins_tell *tell;
	void *context;
};

static int list_pin(void *context, const char *name)
{
	const struct listing *listing = context;
	struct pin *pin = calloc(1, sizeof(*pin));
	struct pins_entry entry;

	if (pin && pin_name(name, "pack", pin->name, sizeof(pin->name)) &&
		!pin_path(
			pin->folder, sizeof(pin->folder), listing->directory, "pack", pin->name)) {
		entry = (struct pins_entry){.name = pin->name, .maker = ""};
		if (!pin_open_book(pin, book_check_head)) {
			entry.readable = true;
			entry.counts = pin->book->counts;
			entry.created = pin->book->created;
			entry.maker = pin->book->maker;
		}
		listing->tell(listing->context, &entry);
		kept_close(&pin->memory);
	}
	free(pin);
	return 0;
}

bool pins_runs(const char *directory, uint32_t *pid)
{
	*pid = pin_folder_owner(directory);
	return *pid || pin_folder_is_taken(directory);
}

int pins_list(const char *directory, pins_tell *tell, void *context, struct err *err)
{
	struct listing listing = {.directory = directory, .tell = tell, .context = context};

	if (access(directory, F_OK) < 0)
		return err_set(err, -errno, "%s: %s", directory, strerror(errno));
	return pin_folder_each(directory, list_pin, &listing, err);
}

int pins_remove(const char *directory, size_t *removed, size_t *left, struct err *err)
{
	bool made;
	int fd, result;

	if (access(directory, F_OK) < 0)
		return err_set(err, -errno, "%s: %s", directory, strerror(errno));
	fd = pin_folder_take(directory, &made, err);
	if (fd < 0)
		return fd;
	result = pin_folder_clear(directory, removed, left, err);
	if (!result && !*left && rmdir(directory) < 0)
		result = err_set(
			err, -errno, "%s: cannot be removed: %s", directory, strerror(errno));
	close(fd);
	return result;
}
