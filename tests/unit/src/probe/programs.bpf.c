// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Programs that this kernel takes and programs that it does not; each test chooses ("?": not loaded
 * otherwise). */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

/* What to count: system call `number` of process `pid`. */
struct wanted {
	__u32 pid, number;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wanted);
} wanted SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

/* Instead of a system call's number. */
#define FUNCTION_CALLED 1000000

static int count(__u64 number)
{
	__u32 zero = 0, pid = bpf_get_current_pid_tgid() >> 32;
	struct wanted *what = bpf_map_lookup_elem(&wanted, &zero);
	__u64 one = 1, *value;

	if (!what || what->pid != pid || what->number != number)
		return 0;
	value = bpf_map_lookup_elem(&counts, &pid);
	if (value)
		__sync_fetch_and_add(value, 1);
	else
		bpf_map_update_elem(&counts, &pid, &one, BPF_NOEXIST);
	return 0;
}

SEC("?tp_btf/sys_enter")
int working(__u64 *ctx)
{
	return count(ctx[1]);
}

SEC("?raw_tp/sys_enter")
int working_raw(struct bpf_raw_tracepoint_args *ctx)
{
	return count(ctx->args[1]);
}

SEC("?tp_btf/otelbpf_no_such_event")
int missing(void *ctx)
{
	(void)ctx;
	return 0;
}

SEC("?kprobe/otelbpf_no_such_function")
int missing_function(void *ctx)
{
	(void)ctx;
	return 0;
}

/* The second argument is a number: the verifier does not let it be used as an address. */
SEC("?tp_btf/sys_enter")
int refused(__u64 *ctx)
{
	return *(volatile int *)ctx[1];
}

SEC("?uprobe//proc/self/exe:otelbpf_no_such_function")
int not_attachable(void *ctx)
{
	(void)ctx;
	return 0;
}

SEC("?uprobe//otelbpf/no/such/file:main")
int function_called(void *ctx)
{
	(void)ctx;
	return count(FUNCTION_CALLED);
}

SEC("?usdt//proc/self/exe:otelbpf:none")
int probe_of_nobody(void *ctx)
{
	(void)ctx;
	return 0;
}

/* What the tests set. */
const volatile __u64 large = 7;
const volatile __u16 small = 8;
__u32 no_constant = 9;

SEC("?tp_btf/sys_enter")
int with_constants(void *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	__u64 both = large << 16 | small;

	(void)ctx;
	bpf_map_update_elem(&counts, &pid, &both, BPF_ANY);
	return no_constant == 0;
}

SEC("?perf_event/type=1,config=0,frequency=100")
int clock_of_each_cpu(void *ctx)
{
	(void)ctx;
	return 0;
}

SEC("?perf_event/type=1,config=0")
int without_frequency(void *ctx)
{
	(void)ctx;
	return 0;
}

SEC("?xdp/lo")
int packets(void *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

SEC("?xdp/otelbpf-none")
int packets_of_nobody(void *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

SEC("?socket")
int without_target(void *ctx)
{
	(void)ctx;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
