/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/kept.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "base/limits.h"
#include "probe/kernel.h"

enum {
	ELEMENT = 4096
};

static int map_memory(struct kept *kept, int fd, size_t size, struct err *err)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED) {
		int code = -errno;

		close(fd);
		return err_set(err, code, "%zu bytes of kernel memory cannot be mapped: %s", size,
			strerror(-code));
	}
	*kept = (struct kept){.memory = memory, .size = size, .fd = fd};
	return 0;
}

int kept_make(struct kept *kept, size_t size, struct err *err)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	size_t elements = (size + ELEMENT - 1) / ELEMENT;
	int fd;

	if (!size || size > LIMIT_KEPT_BYTES)
		return err_set(err, -E2BIG,
			"%zu bytes of kernel memory are needed; at most %d can be had", size,
			LIMIT_KEPT_BYTES);
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "otelbpf_kept", sizeof(uint32_t), ELEMENT,
		(uint32_t)elements, &options);
	if (fd == -EPERM && !kernel_privileged())
		return err_set(
			err, fd, "no permission to make BPF maps; %s", kernel_privileges_advice);
	if (fd < 0)
		return err_set(err, fd, "%zu bytes of kernel memory cannot be had: %s", size,
			strerror(-fd));
	return map_memory(kept, fd, elements * ELEMENT, err);
}

int kept_name(const struct kept *kept, const char *path, struct err *err)
{
	char fresh[PATH_MAX];
	int code;

	if ((size_t)snprintf(fresh, sizeof(fresh), "%s:new", path) >= sizeof(fresh))
		return err_set(err, -ENAMETOOLONG, "%s: the name is too long", path);
	/* Left by a process that was killed here. */
	unlink(fresh);
	code = bpf_obj_pin(kept->fd, fresh);
	if (code < 0)
		return err_set(err, code, "%s: cannot be made: %s", fresh, strerror(-code));
	if (rename(fresh, path) < 0) {
		code = -errno;
		unlink(fresh);
		return err_set(err, code, "%s: cannot be replaced: %s", path, strerror(-code));
	}
	return 0;
}

int kept_open(struct kept *kept, const char *path, size_t smallest, struct err *err)
{
	struct bpf_map_info info = {0};
	uint32_t length = sizeof(info);
	int fd = bpf_obj_get(path), code;
	size_t size;

	if (fd < 0)
		return err_set(err, fd, "%s: %s", path, strerror(-fd));
	code = bpf_obj_get_info_by_fd(fd, &info, &length);
	size = (size_t)info.max_entries * ELEMENT;
	if (code < 0 || info.type != BPF_MAP_TYPE_ARRAY || info.value_size != ELEMENT ||
		!(info.map_flags & BPF_F_MMAPABLE) || size < smallest || size > LIMIT_KEPT_BYTES) {
		close(fd);
		return err_set(err, -EINVAL, "%s: is no memory of otelbpf", path);
	}
	code = map_memory(kept, fd, size, err);
	return code ? err_prefix(err, code, "%s: ", path) : 0;
}

void kept_close(struct kept *kept)
{
	if (!kept->memory)
		return;
	munmap(kept->memory, kept->size);
	close(kept->fd);
	*kept = (struct kept){0};
}
