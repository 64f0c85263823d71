/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/pin_folder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

enum {
	/* DIR, a pack, and one more that a later version may have. */
	DEPTH = 3,
	/* Of refusals by nobody who can be seen. */
	UNSEEN_MAX = 3,
};

static int not_bpffs(const char *path, struct err *err)
{
	return err_set(err, -ENOTSUP,
		"%s: is not on bpffs, where pins have to be; /sys/fs/bpf is, as a rule "
		"(mount -t bpf bpf /sys/fs/bpf)",
		path);
}

/* Before a folder is made anywhere else. */
static int check_parent(const char *path, struct err *err)
{
	char parent[PATH_MAX];
	size_t length = strlen(path);
	struct statfs fs;

	while (length > 1 && path[length - 1] == '/')
		length--;
	while (length && path[length - 1] != '/')
		length--;
	snprintf(parent, sizeof(parent), "%.*s", (int)length, path);
	if (statfs(length ? parent : ".", &fs) < 0)
		return err_set(err, -errno, "%s: %s", length ? parent : ".", strerror(errno));
	return fs.f_type == BPF_FS_MAGIC ? 0 : not_bpffs(path, err);
}

int pin_folder_open(const char *path, struct err *err)
{
	struct statfs fs;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), result;

	if (strlen(path) >= PATH_MAX)
		return err_set(err, -ENAMETOOLONG, "%.64s...: the name is too long", path);
	if (fd < 0 && errno == ENOENT) {
		result = check_parent(path, err);
		if (result)
			return result;
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return err_set(
				err, -errno, "%s: cannot be made: %s", path, strerror(errno));
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (fstatfs(fd, &fs) == 0 && fs.f_type == BPF_FS_MAGIC)
		return fd;
	close(fd);
	return not_bpffs(path, err);
}

/* What has the name now is not what was opened. */
static bool was_removed(int fd, const char *path)
{
	struct stat opened, named;

	return fstat(fd, &opened) < 0 || stat(path, &named) < 0 || opened.st_dev != named.st_dev ||
	       opened.st_ino != named.st_ino;
}

uint32_t pin_folder_owner(const char *path)
{
	FILE *locks = fopen("/proc/locks", "re");
	unsigned int pid, major_number, minor_number;
	unsigned long inode;
	struct stat folder;
	uint32_t owner = 0;
	char line[256];

	while (locks && !stat(path, &folder) && !owner && fgets(line, sizeof(line), locks)) {
		if (sscanf(line, "%*u: FLOCK ADVISORY WRITE %u %x:%x:%lu", &pid, &major_number,
			    &minor_number, &inode) == 4 &&
			inode == folder.st_ino &&
			makedev(major_number, minor_number) == folder.st_dev)
			owner = pid;
	}
	if (locks)
		fclose(locks);
	return owner;
}

static int say_who(const char *path, uint32_t pid, struct err *err)
{
	char who[32] = "another process";

	if (pid)
		snprintf(who, sizeof(who), "process %u", pid);
	return err_set(err, -EBUSY,
		"%s: %s keeps its pins there; end it first, or choose another folder", path, who);
}

int pin_folder_take(const char *path, bool *made, struct err *err)
{
	/*
	 * Who had it before may have removed it between opening and locking; a third may have made
	 * another. And who had it when it was refused may have ended before it could be named: only
	 * of another PID namespace nobody is ever seen.
	 */
	for (int unseen = 0;;) {
		int fd, result = 0;
		uint32_t pid;

		*made = access(path, F_OK) < 0;
		fd = pin_folder_open(path, err);
		if (fd < 0)
			return fd;
		if (flock(fd, LOCK_EX | LOCK_NB) < 0)
			result = -errno;
		if (!result && !was_removed(fd, path))
			return fd;
		close(fd);
		if (result && result != -EWOULDBLOCK)
			return err_set(
				err, result, "%s: cannot be locked: %s", path, strerror(-result));
		pid = result ? pin_folder_owner(path) : 0;
		if (pid || (result && ++unseen == UNSEEN_MAX))
			return say_who(path, pid, err);
	}
}

bool pin_folder_is_taken(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool taken;

	if (fd < 0)
		return false;
	taken = flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	close(fd);
	return taken;
}

static bool is_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && !strchr(".%/:", c);
}

int pin_path(char *path, size_t size, const char *folder, const char *kind, const char *name)
{
	size_t used = (size_t)snprintf(path, size, "%s/%s:", folder, kind), start = used;

	for (; *name && used < size; name++) {
		unsigned char c = (unsigned char)*name;

		used += (size_t)snprintf(
			path + used, size - used, is_plain(c) ? "%c" : "%%%02x", c);
	}
	return used < size && used - start + strlen(kind) < NAME_MAX ? 0 : -ENAMETOOLONG;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

bool pin_name(const char *entry, const char *kind, char *name, size_t size)
{
	size_t length = strlen(kind), used = 0;

	if (strncmp(entry, kind, length) != 0 || entry[length] != ':')
		return false;
	for (entry += length + 1; *entry && used + 1 < size; entry++) {
		char c = *entry;

		if (c == '%' && hex_digit(entry[1]) >= 0 && hex_digit(entry[2]) >= 0) {
			c = (char)(hex_digit(entry[1]) * 16 + hex_digit(entry[2]));
			entry += 2;
		}
		name[used++] = c;
	}
	name[used] = '\0';
	return !*entry;
}

int pin_folder_each(const char *path, int (*each)(void *context, const char *entry), void *context,
	struct err *err)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	int result = 0;

	if (!folder)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	while (!result && (entry = readdir(folder))) {
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			result = each(context, entry->d_name);
	}
	closedir(folder);
	return result;
}

struct removal {
	const char *path;
	size_t *removed, *left;
	struct err *err;
	unsigned int depth;
};

static bool is_ours(const char *entry)
{
	size_t kind = 0;

	while (islower((unsigned char)entry[kind]))
		kind++;
	return kind && entry[kind] == ':';
}

static int remove_folder(const struct removal *of);

static int remove_entry(void *context, const char *entry)
{
	const struct removal *of = context;
	struct removal inside = *of;
	char path[PATH_MAX];
	struct stat status;
	size_t left = 0;

	if (!is_ours(entry) ||
		(size_t)snprintf(path, sizeof(path), "%s/%s", of->path, entry) >= sizeof(path)) {
		++*of->left;
		return 0;
	}
	if (lstat(path, &status) < 0)
		return errno == ENOENT ? 0
				       : err_set(of->err, -errno, "%s: %s", path, strerror(errno));
	if (S_ISDIR(status.st_mode)) {
		inside.path = path;
		inside.left = &left;
		inside.depth++;
		if (of->depth < DEPTH && remove_folder(&inside))
			return -EIO;
		*of->left += left;
		if (left)
			return 0;
	}
	if (remove(path) < 0)
		return err_set(of->err, -errno, "%s: cannot be removed: %s", path, strerror(errno));
	++*of->removed;
	return 0;
}

static int remove_folder(const struct removal *of)
{
	struct removal copy = *of;

	return pin_folder_each(of->path, remove_entry, &copy, of->err);
}

int pin_folder_clear(const char *path, size_t *removed, size_t *left, struct err *err)
{
	const struct removal of = {.path = path, .removed = removed, .left = left, .err = err};

	*removed = *left = 0;
	return remove_folder(&of);
}

int pin_folder_remove(const char *path, struct err *err)
{
	size_t removed, left;
	int result;

	/* It may be no folder: what a link leads to is not ours. */
	if (!unlink(path))
		return 0;
	result = pin_folder_clear(path, &removed, &left, err);

	if (!result && !left && rmdir(path) < 0)
		return err_set(err, -errno, "%s: cannot be removed: %s", path, strerror(errno));
	return result;
}
