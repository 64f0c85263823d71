/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "base/str.h"

#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#define CAP_BPF	    39
#endif

const char kernel_privileges_advice[] =
	"run as root or with CAP_BPF and CAP_PERFMON (before Linux 5.8: CAP_SYS_ADMIN)";

bool kernel_privileged(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};
	uint64_t effective;

	if (syscall(SYS_capget, &header, data) < 0)
		return geteuid() == 0;
	effective = (uint64_t)data[1].effective << 32 | data[0].effective;
	if (effective >> CAP_SYS_ADMIN & 1)
		return true;
	return effective >> CAP_BPF & effective >> CAP_PERFMON & 1;
}

int kernel_read_line(const char *file, char *line, size_t size)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int rc;

	if (fd < 0)
		return -errno;
	n = read(fd, line, size - 1);
	rc = n < 0 ? -errno : 0;
	close(fd);
	if (rc < 0)
		return rc;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return 0;
}

int kernel_read_number(const char *file, unsigned long long *number)
{
	char line[64];
	uint64_t value;
	int rc = kernel_read_line(file, line, sizeof(line));

	if (rc == 0)
		rc = str_to_u64(line, &value);
	if (rc == 0)
		*number = value;
	return rc;
}

int kernel_tracefs(char *path, size_t size)
{
	static const char preferred[] = "/sys/kernel/tracing";
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	char buffer[8192];
	struct mntent entry;
	int rc = -ENOENT;

	if (!mounts)
		return -errno;
	while (getmntent_r(mounts, &entry, buffer, sizeof(buffer))) {
		int n;

		if (strcmp(entry.mnt_type, "tracefs"))
			continue;
		n = snprintf(path, size, "%s", entry.mnt_dir);
		rc = n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
		if (!strcmp(entry.mnt_dir, preferred))
			break;
	}
	endmntent(mounts);
	return rc;
}

static int grow(struct kernel_file *file)
{
	size_t capacity = file->capacity * 2;
	void *bytes = mremap(file->bytes, file->capacity, capacity, MREMAP_MAYMOVE);

	if (bytes == MAP_FAILED)
		return -ENOMEM;
	file->bytes = bytes;
	file->capacity = capacity;
	return 0;
}

static int read_all(struct kernel_file *file, int fd, size_t limit)
{
	ssize_t n;
	int rc;

	for (;;) {
		if (file->size == file->capacity) {
			rc = grow(file);
			if (rc < 0)
				return rc;
		}
		n = read(fd, (char *)file->bytes + file->size, file->capacity - file->size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		file->size += (size_t)n;
		if (file->size > limit)
			return -EFBIG;
	}
}

static int open_regular(const char *path, struct stat *status)
{
	/* Non-blocking: a FIFO must not hang the program. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, status) < 0)
		rc = -errno;
	else if (S_ISDIR(status->st_mode))
		rc = -EISDIR;
	else if (!S_ISREG(status->st_mode))
		rc = -EINVAL;
	if (rc < 0)
		close(fd);
	return rc < 0 ? rc : fd;
}

int kernel_file_read(struct kernel_file *file, const char *path, size_t limit)
{
	struct stat status = {0};
	int fd = open_regular(path, &status), rc;

	*file = (struct kernel_file){0};
	if (fd < 0)
		return fd;
	if (status.st_size > 0 && (uint64_t)status.st_size > limit) {
		close(fd);
		return -EFBIG;
	}
	/* One byte more than the size, so that reading finds the end without growing. */
	file->capacity = ((size_t)status.st_size + 1 + 0xffff) & ~(size_t)0xffff;
	file->bytes = mmap(
		NULL, file->capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (file->bytes == MAP_FAILED) {
		file->bytes = NULL;
		close(fd);
		return -ENOMEM;
	}
	rc = read_all(file, fd, limit);
	close(fd);
	if (rc < 0)
		kernel_file_free(file);
	return rc;
}

int kernel_file_map(struct kernel_file *file, const char *path, size_t limit)
{
	struct stat status = {0};
	int fd = open_regular(path, &status);
	void *bytes = MAP_FAILED;

	if (fd >= 0) {
		if (status.st_size > 0 && (uint64_t)status.st_size <= limit)
			bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		close(fd);
	}
	if (bytes == MAP_FAILED)
		return kernel_file_read(file, path, limit);
	*file = (struct kernel_file){
		.bytes = bytes,
		.size = (size_t)status.st_size,
		.capacity = (size_t)status.st_size,
	};
	return 0;
}

void kernel_file_free(struct kernel_file *file)
{
	if (file->bytes)
		munmap(file->bytes, file->capacity);
	*file = (struct kernel_file){0};
}
