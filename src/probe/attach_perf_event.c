/* SPDX-License-Identifier: Apache-2.0 */
/*
 * perf_event/type=T,config=C,frequency=F: F times a second, on every CPU that is online, by the
 * clock or counter that perf_event_open(2) calls type T, config C.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>

#include "base/str.h"
#include "probe/probe_private.h"

struct event {
	uint64_t type, config, frequency;
};

static int refuse(struct err *err)
{
	return err_set(err, -EINVAL,
		"its section does not say which event: expected "
		"perf_event/type=NUMBER,config=NUMBER,frequency=NUMBER");
}

static int parse_setting(struct event *event, const char *text, size_t length)
{
	const struct {
		const char *key;
		uint64_t *value;
	} keys[] = {
		{"type=", &event->type},
		{"config=", &event->config},
		{"frequency=", &event->frequency},
	};
	char number[32];

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		size_t key = strlen(keys[i].key);

		if (length <= key || strncmp(text, keys[i].key, key) != 0)
			continue;
		if (length - key >= sizeof(number))
			return -EINVAL;
		memcpy(number, text + key, length - key);
		number[length - key] = '\0';
		return str_to_u64(number, keys[i].value);
	}
	return -EINVAL;
}

static int parse(const char *text, struct event *event, struct err *err)
{
	*event = (struct event){.type = UINT64_MAX, .config = UINT64_MAX};
	for (const char *end; *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, ',');
		if (parse_setting(event, text, (size_t)(end - text)))
			return refuse(err);
	}
	if (event->type > UINT32_MAX || event->config == UINT64_MAX || !event->frequency)
		return refuse(err);
	return 0;
}

static int open_event(const struct event *event, int cpu)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = (uint32_t)event->type,
		.config = event->config,
		.freq = 1,
		.sample_freq = event->frequency,
	};
	long fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : (int)fd;
}

static int check(const char *text, struct err *err)
{
	struct event event;
	int fd, rc = parse(text, &event, err);

	if (rc < 0)
		return rc;
	fd = open_event(&event, 0);
	if (fd >= 0)
		close(fd);
	else if (fd == -ENOENT || fd == -EOPNOTSUPP)
		return err_set(err, -ENOTSUP,
			"this machine has no event of type %llu, config %llu; virtual machines "
			"have "
			"no hardware counters, for one",
			(unsigned long long)event.type, (unsigned long long)event.config);
	return 0; /* there, or hidden from this user */
}

static int attach_cpu(
	const struct bpf_program *program, const struct event *event, int cpu, struct links *links)
{
	int fd = open_event(event, cpu);
	struct bpf_link *link;
	int rc;

	if (fd == -ENODEV) /* the CPU is offline */
		return 0;
	if (fd < 0)
		return fd;
	link = bpf_program__attach_perf_event(program, fd); /* takes the descriptor */
	if (link)
		return links_add(links, link);
	rc = -errno;
	close(fd);
	return rc;
}

static int attach(
	const struct bpf_program *program, const char *text, struct links *links, struct err *err)
{
	int cpus = libbpf_num_possible_cpus();
	struct event event;
	int rc = parse(text, &event, err);

	if (rc == 0 && cpus < 0)
		rc = cpus;
	for (int cpu = 0; cpu < cpus && rc == 0; cpu++)
		rc = attach_cpu(program, &event, cpu, links);
	if (rc == 0 && !links->count)
		rc = -ENODEV;
	return rc;
}

const struct attach_kind attach_perf_event = {
	.prefix = "perf_event/",
	.program_type = BPF_PROG_TYPE_PERF_EVENT,
	.check = check,
	.attach = attach,
};
