// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Packets on the loopback interface, and a clock on every CPU: sections that libbpf does not know.
 */
#include "rows.bpf.h"

#include <bpf/bpf_endian.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>

struct packet_key {
	__u16 protocol, length;
};

MAP(packets_total, BPF_MAP_TYPE_LRU_HASH, struct packet_key, 1024);
MAP(clock_ticks_total, BPF_MAP_TYPE_HASH, __u32, 512);

SEC("xdp/lo")
int packet(struct xdp_md *context)
{
	void *end = (void *)(long)context->data_end;
	struct ethhdr *ethernet = (void *)(long)context->data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct udphdr *udp = (void *)(ip + 1);
	struct packet_key key = {};

	if ((void *)(udp + 1) > end || ethernet->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	key.protocol = ip->protocol;
	if (ip->protocol == 17)
		key.length = bpf_ntohs(udp->len) - sizeof(*udp);
	add_to(&packets_total, &key, 1);
	return XDP_PASS;
}

SEC("perf_event/type=1,config=0,frequency=50")
int tick(void *context)
{
	__u32 cpu = bpf_get_smp_processor_id();

	add_to(&clock_ticks_total, &cpu, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
