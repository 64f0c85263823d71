// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

/* Requests that a device works on at once; one NVMe queue holds up to 1023. */
#define REQUESTS_IN_FLIGHT 8192

/* In nanoseconds. Drivers give up after 30 s. */
#define LOWEST	1000
#define HIGHEST 30000000000

#define REQ_OP_MASK 0xff

struct device_operation {
	__u32 device;	 /* MKDEV(major, minor) */
	__u32 operation; /* enum operation, or the kernel's number */
};
_Static_assert(sizeof(struct device_operation) == 8, "padding");

/* Numbers of our own, where the kernel's are not the same everywhere. */
enum operation {
	OPERATION_WRITE_SAME = 1000,
	OPERATION_ZONE_APPEND,
	OPERATION_ZONE_OPEN,
	OPERATION_ZONE_CLOSE,
	OPERATION_ZONE_FINISH,
	OPERATION_ZONE_RESET,
	OPERATION_ZONE_RESET_ALL,
};

OTEL_EXPONENTIAL_HISTOGRAM(
	bio_latency, struct device_operation, 256, 5, 1000000000, LOWEST, HIGHEST);
/* Requests that were not measured, because more than REQUESTS_IN_FLIGHT were on their way. */
OTEL_PERCPU_COUNTER(bio_untracked, 1);

struct start {
	__u64 time;
	__u64 pieces; /* 1: a part of the request is done */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, REQUESTS_IN_FLIGHT);
	__type(key, __u64); /* address of the request */
	__type(value, struct start);
} bio_start SEC(".maps");

#define IS(op, name)                                                                               \
	((bpf_core_enum_value_exists(enum req_op, name) &&                                         \
		 (op) == bpf_core_enum_value(enum req_op, name)) ||                                \
		(bpf_core_enum_value_exists(enum req_opf, name##___f) &&                           \
			(op) == bpf_core_enum_value(enum req_opf, name##___f)))

static __always_inline __u32 operation_of(struct request *request)
{
	__u32 op = request->cmd_flags & REQ_OP_MASK;

	/* read, write, flush, discard */
	if (op <= 3)
		return op;
	if (IS(op, REQ_OP_ZONE_APPEND))
		return OPERATION_ZONE_APPEND;
	if (IS(op, REQ_OP_ZONE_OPEN))
		return OPERATION_ZONE_OPEN;
	if (IS(op, REQ_OP_ZONE_CLOSE))
		return OPERATION_ZONE_CLOSE;
	if (IS(op, REQ_OP_ZONE_FINISH))
		return OPERATION_ZONE_FINISH;
	if (IS(op, REQ_OP_ZONE_RESET))
		return OPERATION_ZONE_RESET;
	if (IS(op, REQ_OP_ZONE_RESET_ALL))
		return OPERATION_ZONE_RESET_ALL;
	if (IS(op, REQ_OP_WRITE_SAME))
		return OPERATION_WRITE_SAME;
	return op;
}

/* 0 for a queue without a disk, such as the one for an NVMe controller's own commands. */
static __always_inline __u32 device_of(struct request *request)
{
	struct request___before_5_17 *older = (void *)request;
	struct gendisk *disk;

	if (bpf_core_field_exists(older->rq_disk))
		disk = older->rq_disk;
	else
		disk = request->q->disk;
	return disk ? (__u32)disk->major << 20 | disk->first_minor : 0;
}

static __always_inline int issued(struct request *request)
{
	struct start begin = {.time = bpf_ktime_get_ns()}, *start;
	__u64 address = (__u64)request;

	if (!bpf_map_update_elem(&bio_start, &address, &begin, BPF_NOEXIST))
		return 0;
	start = bpf_map_lookup_elem(&bio_start, &address);
	if (!start)
		otel_percpu_counter_add(bio_untracked, 0, 1);
	else if (!start->pieces)
		/* The driver was busy and had sent the request back. */
		start->time = begin.time;
	return 0;
}

/*
 * The request was the second parameter before commit a54895fa057c (5.11 and 5.10.137). Of these two
 * programs the kernel refuses the wrong one only where there is no second parameter, so the one
 * that needs it must be tried first.
 */
SEC("tp_btf/block_rq_issue")
int BPF_PROG(block_rq_issue_with_queue, void *queue, struct request *request)
{
	return issued(request);
}

SEC("tp_btf/block_rq_issue")
int BPF_PROG(block_rq_issue, struct request *request)
{
	return issued(request);
}

SEC("tp_btf/block_rq_complete")
int BPF_PROG(block_rq_complete, struct request *request, int error, unsigned int bytes)
{
	__u64 address = (__u64)request, now = bpf_ktime_get_ns();
	struct device_operation key;
	struct start *start = bpf_map_lookup_elem(&bio_start, &address);

	/* Not issued: a flush sequence, which begot requests of its own that are measured. */
	if (!start)
		return 0;
	/* A driver may complete a request in pieces: `__data_len` was left before this one. */
	if (bytes < request->__data_len) {
		start->pieces = 1;
		return 0;
	}

	key.device = device_of(request);
	key.operation = operation_of(request);
	otel_exponential_histogram_record(bio_latency, &key, now - start->time);
	bpf_map_delete_elem(&bio_start, &address);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
