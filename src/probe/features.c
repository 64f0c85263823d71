/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "probe/btf_raw.h"
#include "probe/features_try.h"
#include "probe/kernel.h"
#include "probe/probe.h"

enum {
	KERNEL_BTF_BYTES = 128 << 20
};

static int test_btf(char *detail, size_t size)
{
	struct kernel_file file;
	struct btf_raw btf;
	int rc = kernel_file_map(&file, KERNEL_BTF, KERNEL_BTF_BYTES);

	if (rc < 0) {
		snprintf(detail, size, KERNEL_BTF ": %s", strerror(-rc));
		return 0;
	}
	rc = btf_raw_init(&btf, file.bytes, file.size, NULL);
	snprintf(detail, size, "%zu bytes%s", file.size, rc < 0 ? ", damaged" : "");
	kernel_file_free(&file);
	return rc == 0;
}

static int test_tp_btf(char *detail, size_t size)
{
	static const char *const targets[] = {"sched_switch", "sys_enter"};

	return try_tracing(BPF_TRACE_RAW_TP, targets, ARRAY_SIZE(targets), detail, size);
}

static int test_fentry(char *detail, size_t size)
{
	static const char *const targets[] = {"vfs_read", "do_exit", "schedule"};

	return try_tracing(BPF_TRACE_FENTRY, targets, ARRAY_SIZE(targets), detail, size);
}

static int test_raw_tp(char *detail, size_t size)
{
	int program = try_load(BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0), link;

	if (program < 0)
		return try_failed(program, detail, size);
	link = bpf_raw_tracepoint_open("sched_switch", program);
	close(program);
	if (link < 0)
		return try_failed(link, detail, size);
	close(link);
	return 1;
}

static int test_tracepoint(char *detail, size_t size)
{
	int program = try_load(BPF_PROG_TYPE_TRACEPOINT, 0, 0), rc;
	char path[4096];

	if (program < 0)
		return try_failed(program, detail, size);
	close(program);
	rc = kernel_tracefs(path, sizeof(path));
	if (rc < 0)
		snprintf(detail, size, "mount -t tracefs tracefs /sys/kernel/tracing");
	return rc == 0;
}

static int test_kprobe(char *detail, size_t size)
{
	int program = try_load(BPF_PROG_TYPE_KPROBE, 0, 0);

	if (program < 0)
		return try_failed(program, detail, size);
	close(program);
	return try_perf_probe("kprobe", "vfs_read", 0, detail, size);
}

/* Stands in for a probed function; nobody calls it. */
__attribute__((noinline, used)) static void uprobe_target(void)
{
	__asm__ volatile("");
}

/* Where in its file this process' function lies; 0 if unknown. */
static uint64_t file_offset(uintptr_t address, char *path, size_t size)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start, end, offset;
	uint64_t result = 0;
	char line[4352], file[4097];

	if (!maps)
		return 0;
	while (!result && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %*s %lx %*s %*s %4096s", &start, &end, &offset, file) !=
			4)
			continue;
		if (address < start || address >= end || strlen(file) >= size)
			continue;
		result = address - start + offset;
		memcpy(path, file, strlen(file) + 1);
	}
	fclose(maps);
	return result;
}

static int test_uprobe(char *detail, size_t size)
{
	char path[4097];
	uint64_t offset = file_offset((uintptr_t)uprobe_target, path, sizeof(path));

	if (!offset) {
		snprintf(detail, size, "/proc/self/maps does not say where this program lies");
		return -ENOENT;
	}
	return try_perf_probe("uprobe", path, offset, detail, size);
}

static int try_batch(int map)
{
	uint32_t keys[4], next, count = 4, key = 7;
	uint64_t values[4], value = 11;
	int rc = bpf_map_update_elem(map, &key, &value, BPF_ANY);

	if (rc < 0)
		return rc;
	rc = bpf_map_lookup_batch(map, NULL, &next, keys, values, &count, NULL);
	if (rc < 0 && rc != -ENOENT)
		return rc;
	return count == 1 && keys[0] == key && values[0] == value ? 0 : -EIO;
}

static int test_batch(char *detail, size_t size)
{
	int map = bpf_map_create(BPF_MAP_TYPE_HASH, "otelbpf_try", 4, 8, 4, NULL), rc;

	if (map < 0)
		return try_failed(map, detail, size);
	rc = try_batch(map);
	close(map);
	return rc < 0 ? try_failed(rc, detail, size) : 1;
}

static int test_mmap(char *detail, size_t size)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "otelbpf_try", 4, 8, 1, &options);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *memory;
	int rc = 1;

	if (map < 0)
		return try_failed(map, detail, size);
	memory = mmap(NULL, page, PROT_READ, MAP_SHARED, map, 0);
	if (memory == MAP_FAILED)
		rc = try_failed(-errno, detail, size);
	else
		munmap(memory, page);
	close(map);
	return rc;
}

static int test_ringbuf(char *detail, size_t size)
{
	uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
	int map = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "otelbpf_try", 0, 0, page, NULL);

	if (map < 0)
		return try_failed(map, detail, size);
	close(map);
	return 1;
}

static int test_stats(char *detail, size_t size)
{
	int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
	unsigned long long enabled = 0;

	if (fd < 0)
		return try_failed(fd, detail, size);
	close(fd);
	if (kernel_read_number("/proc/sys/kernel/bpf_stats_enabled", &enabled) == 0)
		snprintf(detail, size, "kernel.bpf_stats_enabled = %llu", enabled);
	return 1;
}

static int test_xdp(char *detail, size_t size)
{
	int program = try_load(BPF_PROG_TYPE_XDP, 0, 0);

	if (program < 0)
		return try_failed(program, detail, size);
	close(program);
	return 1;
}

static int test_jit(char *detail, size_t size)
{
	int program = try_load(BPF_PROG_TYPE_SOCKET_FILTER, 0, 0), rc;
	struct bpf_prog_info info = {0};
	uint32_t length = sizeof(info);

	if (program < 0)
		return try_failed(program, detail, size);
	rc = bpf_obj_get_info_by_fd(program, &info, &length);
	close(program);
	if (rc < 0)
		return try_failed(rc, detail, size);
	if (!info.jited_prog_len)
		snprintf(detail, size, "programs are interpreted; net.core.bpf_jit_enable = 1");
	return info.jited_prog_len != 0;
}

static int test_unprivileged(char *detail, size_t size)
{
	unsigned long long setting;
	int rc = kernel_read_number("/proc/sys/kernel/unprivileged_bpf_disabled", &setting);

	if (rc < 0) {
		snprintf(detail, size, "%s", strerror(-rc));
		return rc == -ENOENT ? 0 : rc;
	}
	snprintf(detail, size, "kernel.unprivileged_bpf_disabled = %llu", setting);
	return setting == 0;
}

static const struct feature features[] = {
	{"btf", "kernel types at " KERNEL_BTF ": needed by tp_btf, fentry and CO-RE", test_btf},
	{"tp_btf", "typed tracepoints: the first choice of most packs", test_tp_btf},
	{"raw_tp", "raw tracepoints", test_raw_tp},
	{"tracepoint", "tracepoints by tracefs: syscalls and named events", test_tracepoint},
	{"fentry", "function entry and exit by trampoline", test_fentry},
	{"kprobe", "function entry and exit by breakpoint", test_kprobe},
	{"uprobe", "functions and USDT probes of programs", test_uprobe},
	{"batch", "reading maps in batches; without it, key by key", test_batch},
	{"mmap", "maps that are read without system calls", test_mmap},
	{"ringbuf", "events from kernel to user space", test_ringbuf},
	{"stats", "run time of programs", test_stats},
	{"xdp", "packets before the network stack", test_xdp},
	{"jit", "programs compiled to machine code", test_jit},
	{"unprivileged", "BPF without privileges (better off)", test_unprivileged},
};

const struct feature *probe_features(size_t *count)
{
	*count = ARRAY_SIZE(features);
	return features;
}
