// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_tracing.h>

/* Above are the ports that the kernel gives to clients, which would need a series each:
 * net.ipv4.ip_local_port_range. They are counted as port 0. */
const volatile __u16 highest_port = 32767;

struct failure {
	__u16 port;  /* local; 0: above highest_port */
	__u16 error; /* ENOMEM: the socket's buffer is full; ENOBUFS: all of UDP has too much */
};
_Static_assert(sizeof(struct failure) == 4, "padding");

OTEL_COUNTER(udp_fail_queue_rcv_skbs, struct failure, 1024);

SEC("tp_btf/udp_fail_queue_rcv_skb")
int BPF_PROG(udp_fail_queue_rcv_skb, int result, struct sock *socket)
{
	struct failure key = {
		.port = socket->__sk_common.skc_num,
		.error = -result,
	};

	if (key.port > highest_port)
		key.port = 0;
	otel_counter_add(udp_fail_queue_rcv_skbs, &key, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
