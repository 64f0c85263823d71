/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/cgroup_find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

enum {
	FILEID_KERNFS = 0xfe, /* include/linux/exportfs.h */
	DEPTH_MAX = 64,
};

/* struct file_handle, with room for what kernfs puts into it. */
struct kernfs_handle {
	unsigned int handle_bytes;
	int handle_type;
	uint64_t id;
};

_Static_assert(offsetof(struct kernfs_handle, id) == sizeof(struct file_handle), "no padding");

static bool get_id(int fd, uint64_t *id)
{
	struct kernfs_handle handle = {.handle_bytes = sizeof(handle.id)};
	int mount;

	if (name_to_handle_at(fd, "", (struct file_handle *)(void *)&handle, &mount, AT_EMPTY_PATH))
		return false;
	*id = handle.id;
	return handle.handle_type == FILEID_KERNFS && handle.handle_bytes == sizeof(handle.id);
}

int cgroup_tree_open(struct cgroup_tree *tree, const char *mount)
{
	size_t length = strlen(mount);

	while (length > 1 && mount[length - 1] == '/')
		length--;
	if (length >= sizeof(tree->mount))
		return -ENAMETOOLONG;
	tree->fd = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tree->fd < 0)
		return -errno;
	memcpy(tree->mount, mount, length);
	tree->mount[length] = '\0';
	tree->by_handle = get_id(tree->fd, &tree->id);
	return 0;
}

void cgroup_tree_close(struct cgroup_tree *tree)
{
	if (tree->fd >= 0)
		close(tree->fd);
	tree->fd = -1;
}

/* The path of an open folder, as the kernel has it now. */
static int path_of(int fd, char path[CGROUP_PATH])
{
	static const char gone[] = " (deleted)";
	const size_t tail = sizeof(gone) - 1;
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, CGROUP_PATH - 1);
	if (n < 0)
		return -EPERM; /* no /proc: walk */
	path[n] = '\0';
	if ((size_t)n > tail && strcmp(path + (size_t)n - tail, gone) == 0)
		return -ENOENT;
	return 0;
}

static bool lies_below(const char *path, const char *mount)
{
	size_t length = strlen(mount);

	return strncmp(path, mount, length) == 0 && (!path[length] || path[length] == '/');
}

int cgroup_by_handle(struct cgroup_tree *tree, uint64_t id, char path[CGROUP_PATH])
{
	struct kernfs_handle handle = {
		.handle_bytes = sizeof(handle.id), .handle_type = FILEID_KERNFS, .id = id};
	int fd, result;

	if (!tree->by_handle)
		return -EPERM;
	fd = open_by_handle_at(
		tree->fd, (struct file_handle *)(void *)&handle, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno != EPERM)
		return -ENOENT;
	result = fd < 0 ? -EPERM : path_of(fd, path);
	if (fd >= 0)
		close(fd);
	if (result == -EPERM)
		tree->by_handle = false;
	/* It may lie outside of the part that is mounted here. */
	return result || lies_below(path, tree->mount) ? result : -ENOENT;
}

bool cgroup_tree_has_handles(struct cgroup_tree *tree)
{
	char path[CGROUP_PATH];

	return !cgroup_by_handle(tree, tree->id, path);
}

struct walk {
	cgroup_callback *callback;
	void *context;
	char path[CGROUP_PATH];
	size_t count;
};

static bool is_folder(int fd, const struct dirent *entry)
{
	struct stat stat;

	if (entry->d_name[0] == '.' &&
		(!entry->d_name[1] || (entry->d_name[1] == '.' && !entry->d_name[2])))
		return false;
	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return !fstatat(fd, entry->d_name, &stat, AT_SYMLINK_NOFOLLOW) && S_ISDIR(stat.st_mode);
}

/* All folders in this one; takes `fd`. */
static void walk_folder(struct walk *walk, int fd, size_t length, int depth)
{
	DIR *folder = fdopendir(fd);
	struct dirent *entry;

	if (!folder) {
		close(fd);
		return;
	}
	while (walk->count < LIMIT_CGROUPS && (entry = readdir(folder))) {
		size_t more = strlen(entry->d_name) + 1;
		int inner;

		if (!is_folder(dirfd(folder), entry) || more >= sizeof(walk->path) - length)
			continue;
		walk->path[length] = '/';
		memcpy(walk->path + length + 1, entry->d_name, more);
		walk->count++;
		walk->callback(walk->context, entry->d_ino, walk->path);
		if (depth >= DEPTH_MAX)
			continue;
		inner = openat(dirfd(folder), entry->d_name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (inner >= 0)
			walk_folder(walk, inner, length + more, depth + 1);
	}
	closedir(folder);
}

void cgroup_walk(struct cgroup_tree *tree, cgroup_callback *callback, void *context)
{
	struct walk walk = {.callback = callback, .context = context};
	size_t length = strlen(tree->mount);
	struct stat stat;
	int fd;

	/* Not a duplicate, which would share the place in the folder. */
	fd = openat(tree->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	memcpy(walk.path, tree->mount, length + 1);
	if (!fstat(fd, &stat))
		callback(context, stat.st_ino, walk.path);
	walk_folder(&walk, fd, length, 0);
}
