/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/hooks.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/btf.h>

#include "base/str.h"
#include "probe/probe_private.h"

enum {
	/* vmlinux BTF has 4 to 10 MB; modules less. */
	KERNEL_BTF_BYTES = 128 << 20,
	NAME_SIZE = 256,
};

void hooks_init(struct hooks *hooks)
{
	*hooks = (struct hooks){0};
}

void hooks_fini(struct hooks *hooks)
{
	kernel_file_free(&hooks->btf_file);
	*hooks = (struct hooks){0};
}

static int need_btf(struct hooks *hooks, struct err *err)
{
	if (!hooks->btf_tried) {
		hooks->btf_tried = true;
		hooks->btf_result = kernel_file_map(&hooks->btf_file, KERNEL_BTF, KERNEL_BTF_BYTES);
		if (!hooks->btf_result)
			hooks->btf_result = btf_raw_init(
				&hooks->btf, hooks->btf_file.bytes, hooks->btf_file.size, NULL);
	}
	if (!hooks->btf_result)
		return 0;
	if (hooks->btf_result != -ENOENT)
		return err_set(err, hooks->btf_result, KERNEL_BTF " cannot be read: %s",
			strerror(-hooks->btf_result));
	return err_set(err, -ENOTSUP,
		"this kernel has no BTF at " KERNEL_BTF "; CONFIG_DEBUG_INFO_BTF=y is needed");
}

/* A module's BTF continues the numbering of vmlinux' strings. */
static bool module_has(
	const struct hooks *hooks, const char *file, uint32_t kind, const char *name, uint32_t base)
{
	struct kernel_file bytes;
	struct btf_raw btf;
	uint32_t own;
	bool found = false;

	if (kernel_file_map(&bytes, file, KERNEL_BTF_BYTES) < 0)
		return false;
	if (btf_raw_init(&btf, bytes.bytes, bytes.size, NULL) == 0) {
		own = btf_raw_string(&btf, name);
		found = (own && btf_raw_has(&btf, kind, own + hooks->btf.strings_size)) ||
			(base && btf_raw_has(&btf, kind, base));
	}
	kernel_file_free(&bytes);
	return found;
}

static bool any_module_has(
	const struct hooks *hooks, uint32_t kind, const char *name, uint32_t base)
{
	DIR *folder = opendir("/sys/kernel/btf");
	struct dirent *entry;
	char file[NAME_SIZE * 2];
	bool found = false;

	if (!folder)
		return false;
	while (!found && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "vmlinux"))
			continue;
		snprintf(file, sizeof(file), "/sys/kernel/btf/%s", entry->d_name);
		found = module_has(hooks, file, kind, name, base);
	}
	closedir(folder);
	return found;
}

static bool btf_has(const struct hooks *hooks, uint32_t kind, const char *name)
{
	uint32_t offset = btf_raw_string(&hooks->btf, name);

	return (offset && btf_raw_has(&hooks->btf, kind, offset)) ||
	       any_module_has(hooks, kind, name, offset);
}

/* Each raw tracepoint has a typedef btf_trace_NAME (include/trace/bpf_probe.h). */
static int check_btf_tracepoint(struct hooks *hooks, const char *name, struct err *err)
{
	char type[NAME_SIZE];
	int rc = need_btf(hooks, err);

	if (rc < 0)
		return rc;
	snprintf(type, sizeof(type), "btf_trace_%s", name);
	if (btf_has(hooks, BTF_KIND_TYPEDEF, type))
		return 0;
	return err_set(err, -ENOTSUP, "this kernel has no tracepoint %s", name);
}

static int check_raw_tracepoint(struct hooks *hooks, const char *name, struct err *err)
{
	/* Raw tracepoints need no BTF; without it nobody lists them to a user without privileges.
	 */
	if (need_btf(hooks, NULL) < 0)
		return 0;
	return check_btf_tracepoint(hooks, name, err);
}

static int check_function(struct hooks *hooks, const char *name, struct err *err)
{
	int rc = need_btf(hooks, err);

	if (rc < 0)
		return rc;
	if (btf_has(hooks, BTF_KIND_FUNC, name))
		return 0;
	return err_set(err, -ENOTSUP, "this kernel's BTF has no function %s", name);
}

static int check_lsm(struct hooks *hooks, const char *name, struct err *err)
{
	char function[NAME_SIZE];

	snprintf(function, sizeof(function), "bpf_lsm_%s", name);
	return check_function(hooks, function, err);
}

/* `name` is "category/event". */
static int check_tracepoint(struct hooks *hooks, const char *name, struct err *err)
{
	char root[PATH_MAX], path[PATH_MAX + NAME_SIZE + 32];
	int rc = kernel_tracefs(root, sizeof(root));

	(void)hooks;
	if (rc == -ENOENT)
		return err_set(err, -ENOTSUP,
			"tracefs is not mounted, which tracepoint %s needs; mount -t tracefs "
			"tracefs "
			"/sys/kernel/tracing",
			name);
	if (rc < 0)
		return 0;
	snprintf(path, sizeof(path), "%s/events/%s", root, name);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return err_set(err, -ENOTSUP, "this kernel has no tracepoint %s", name);
	return 0; /* there, or hidden from this user */
}

/* Lines "ADDRESS TYPE NAME" or "ADDRESS TYPE NAME\t[MODULE]". */
static bool line_has_symbol(const char *line, const char *name, size_t length)
{
	const char *space = strchr(line, ' ');

	if (!space || !space[1] || space[2] != ' ')
		return false;
	space += 3;
	return !strncmp(space, name, length) && (space[length] == '\n' || space[length] == '\t');
}

/* 1, 0, or -1 if the list cannot be read. */
static int has_symbol(const char *name, size_t length)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[1024];
	bool any = false, found = false;

	if (!file)
		return -1;
	while (!found && fgets(line, sizeof(line), file)) {
		any = true;
		found = line_has_symbol(line, name, length);
	}
	fclose(file);
	return any ? found : -1;
}

int probe_kernel_address(const char *symbol, uint64_t *address, struct err *err)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[1024], number[32] = "";

	if (!file)
		return err_set(err, -errno, "/proc/kallsyms: %s", strerror(errno));
	/* Of several symbols of one name the last one counts; those of modules are left out. */
	while (fgets(line, sizeof(line), file)) {
		size_t digits = strcspn(line, " ");

		if (!line_has_symbol(line, symbol, strlen(symbol)) || strchr(line, '\t'))
			continue;
		snprintf(number, sizeof(number), "0x%.*s", (int)digits, line);
	}
	fclose(file);
	if (!*number)
		return err_set(err, -ENOENT,
			"this kernel has no symbol %s (data has symbols with CONFIG_KALLSYMS_ALL=y "
			"only)",
			symbol);
	if (str_to_u64(number, address))
		return err_set(err, -EINVAL, "/proc/kallsyms has %s at %s", symbol, number);
	if (!*address)
		return err_set(err, -EPERM,
			"the kernel hides the address of %s; run as root or with CAP_SYSLOG, and "
			"with kernel.kptr_restrict below 2",
			symbol);
	return 0;
}

static int need_kprobes(struct err *err)
{
	if (access("/sys/bus/event_source/devices/kprobe", F_OK) < 0 &&
		access("/sys/bus/event_source", F_OK) == 0)
		return err_set(err, -ENOTSUP, "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)");
	return 0;
}

static int check_kprobe(struct hooks *hooks, const char *name, struct err *err)
{
	size_t length = strcspn(name, "+");
	int rc = need_kprobes(err);

	(void)hooks;
	if (rc < 0)
		return rc;
	if (has_symbol(name, length) == 0)
		return err_set(
			err, -ENOTSUP, "this kernel has no function %.*s", (int)length, name);
	return 0;
}

static int check_ksyscall(struct hooks *hooks, const char *name, struct err *err)
{
	/* Syscall wrappers, as libbpf's arch_specific_syscall_pfx() has them, and kernels without.
	 */
	static const char *const prefixes[] = {"__x64_sys_", "__arm64_sys_", "__se_sys_", "sys_"};
	char function[NAME_SIZE];
	int rc = need_kprobes(err);

	(void)hooks;
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		snprintf(function, sizeof(function), "%s%s", prefixes[i], name);
		if (has_symbol(function, strlen(function)))
			return 0;
	}
	return err_set(err, -ENOTSUP, "this kernel has no system call %s", name);
}

/* Section prefixes as in libbpf's section_defs; what is not here cannot be told beforehand. */
static const struct {
	const char *prefix;
	int (*check)(struct hooks *hooks, const char *name, struct err *err);
} hook_rows[] = {
	{"tp_btf/", check_btf_tracepoint},
	{"raw_tp/", check_raw_tracepoint},
	{"raw_tracepoint/", check_raw_tracepoint},
	{"raw_tp.w/", check_raw_tracepoint},
	{"raw_tracepoint.w/", check_raw_tracepoint},
	{"tracepoint/", check_tracepoint},
	{"tp/", check_tracepoint},
	{"kprobe/", check_kprobe},
	{"kretprobe/", check_kprobe},
	{"ksyscall/", check_ksyscall},
	{"kretsyscall/", check_ksyscall},
	{"fentry/", check_function},
	{"fexit/", check_function},
	{"fmod_ret/", check_function},
	{"fentry.s/", check_function},
	{"fexit.s/", check_function},
	{"fmod_ret.s/", check_function},
	{"lsm/", check_lsm},
	{"lsm.s/", check_lsm},
};

int hooks_check(struct hooks *hooks, const char *section, struct err *err)
{
	const struct attach_kind *kind = attach_kind_find(section);

	if (kind)
		return kind->check(section + strlen(kind->prefix), err);
	for (size_t i = 0; i < ARRAY_SIZE(hook_rows); i++) {
		size_t length = strlen(hook_rows[i].prefix);

		if (!strncmp(section, hook_rows[i].prefix, length) && section[length])
			return hook_rows[i].check(hooks, section + length, err);
	}
	return 0;
}

int hooks_check_program(struct hooks *hooks, const struct program *program, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < program->hook_count && rc == 0; i++)
		rc = hooks_check(hooks, program->hooks[i], err);
	return rc;
}
