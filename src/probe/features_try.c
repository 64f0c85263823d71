/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/features_try.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/perf_event.h>

#include "probe/kernel.h"
#include "probe/log.h"

int try_failed(int code, char *detail, size_t size)
{
	if ((code == -EPERM || code == -EACCES) && !kernel_privileged()) {
		snprintf(detail, size, "%s", kernel_privileges_advice);
		return -EPERM;
	}
	snprintf(detail, size, "%s", strerror(-code));
	return 0;
}

int try_load(uint32_t program_type, uint32_t attach_type, uint32_t btf_id)
{
	/* r0 = 0; exit */
	static const struct bpf_insn instructions[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = attach_type,
		.attach_btf_id = btf_id);

	return bpf_prog_load(program_type, "otelbpf_try", "GPL", instructions,
		sizeof(instructions) / sizeof(instructions[0]), &options);
}

/* A descriptor of the attached program, or a negative errno. */
static int attach_tracing(uint32_t attach_type, const char *target)
{
	int id, program, link;

	probe_log_begin();
	id = libbpf_find_vmlinux_btf_id(target, attach_type);
	if (id < 0)
		return id;
	program = try_load(BPF_PROG_TYPE_TRACING, attach_type, (uint32_t)id);
	if (program < 0)
		return program;
	link = bpf_raw_tracepoint_open(NULL, program);
	close(program);
	return link;
}

int try_tracing(uint32_t attach_type, const char *const *targets, size_t target_count, char *detail,
	size_t size)
{
	int rc = -ENOENT;

	if (access(KERNEL_BTF, F_OK) < 0) {
		snprintf(detail, size, "there is no " KERNEL_BTF);
		return 0;
	}
	for (size_t i = 0; i < target_count; i++) {
		rc = attach_tracing(attach_type, targets[i]);
		if (rc >= 0) {
			close(rc);
			return 1;
		}
	}
	return try_failed(rc, detail, size);
}

int try_perf_probe(
	const char *source, const char *target, uint64_t offset, char *detail, size_t size)
{
	struct perf_event_attr attributes = {
		.size = sizeof(attributes),
		.disabled = 1,
		.config1 = (uint64_t)(uintptr_t)target,
		.config2 = offset,
	};
	unsigned long long type;
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", source);
	if (kernel_read_number(path, &type) < 0) {
		snprintf(detail, size, "there is no event source %s", source);
		return 0;
	}
	attributes.type = (uint32_t)type;
	fd = (int)syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return try_failed(-errno, detail, size);
	close(fd);
	return 1;
}
