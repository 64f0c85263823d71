/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <cmocka.h>
#include <linux/magic.h>

const char *object_path(const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s.bpf.o", OBJECT_DIR, name);
	return path;
}

unsigned char *read_bytes(const char *path, size_t *size)
{
	FILE *file = fopen(path, "re");
	unsigned char *bytes;
	long end;

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	end = ftell(file);
	assert_true(end > 0);
	rewind(file);
	bytes = malloc((size_t)end);
	assert_non_null(bytes);
	*size = (size_t)end;
	assert_int_equal(fread(bytes, 1, *size, file), *size);
	fclose(file);
	return bytes;
}

int open_bytes(struct probe **probe, const void *bytes, size_t size, struct err *err)
{
	int fd = memfd_create("object", MFD_CLOEXEC), rc;
	char path[64];

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = probe_open(probe, path, NULL, 0, err);
	close(fd);
	return rc;
}

struct probe *open_choice(const char *name, const char *const *programs)
{
	/* Borrowed by the probe until it is attached. */
	static struct probe_choice choice;
	struct probe *probe;
	struct err err;

	choice = (struct probe_choice){.programs = programs};
	while (programs[choice.program_count])
		choice.program_count++;
	if (probe_open(&probe, object_path(name), &choice, 1, &err) < 0)
		fail_msg("%s", err.text);
	return probe;
}

int need_bpf(void)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "try", 4, 8, 1, NULL);

	if (fd < 0) {
		printf("SKIP: no BPF here: %s; run as root\n", strerror(-fd));
		return SKIPPED;
	}
	close(fd);
	return 0;
}

int need_bpffs(char *path, size_t size)
{
	struct statfs fs;

	snprintf(path, size, "/sys/fs/bpf/otelbpf_unit_%d", (int)getpid());
	if (statfs("/sys/fs/bpf", &fs) == 0 && fs.f_type == BPF_FS_MAGIC && mkdir(path, 0700) == 0)
		return 0;
	printf("SKIP: bpffs is not mounted at /sys/fs/bpf\n");
	return SKIPPED;
}
