// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#define ETH_P_IP   0x0800
#define ETH_P_IPV6 0x86dd

/* IANA "Assigned Internet Protocol Numbers" */
enum {
	HOP_BY_HOP = 0,
	TCP = 6,
	UDP = 17,
	DCCP = 33,
	ROUTING = 43,
	FRAGMENT = 44,
	AUTHENTICATION = 51,
	DESTINATION = 60,
	SCTP = 132,
	UDP_LITE = 136,
};

#define NO_TRANSPORT	  0xffff
#define EXTENSION_HEADERS 6

/* Above are the ports that the kernel gives to clients, which would need a series each:
 * net.ipv4.ip_local_port_range. They are counted as port 0. */
const volatile __u16 highest_port = 32767;

struct drop {
	__u32 reason; /* enum skb_drop_reason; 0 on kernels that do not say it */
	__u16 network;
	__u16 port;	 /* destination; 0: none, or above highest_port */
	__u32 transport; /* NO_TRANSPORT: not IP, or the packet has not enough bytes */
};
_Static_assert(sizeof(struct drop) == 12, "padding");

/* As many as a metric has series by default. */
OTEL_COUNTER(kfree_skb, struct drop, 2000);

/* RFC 791, without addresses and options */
struct ipv4 {
	__u8 version_length;
	__u8 service;
	__be16 size, id, fragment;
	__u8 hops, protocol;
};

/* RFC 8200, without addresses */
struct ipv6 {
	__u8 version_class;
	__u8 flow[3];
	__be16 size;
	__u8 next, hops;
};

struct ipv6_extension {
	__u8 next, size;
	__be16 fragment; /* of a fragment header */
};

/* What lies behind the linear part is not looked for: headers are pulled into it before use. */
static __always_inline bool packet_read(
	const struct sk_buff *packet, __u32 offset, void *bytes, __u32 size)
{
	return offset + size <= packet->tail &&
	       !bpf_probe_read_kernel(bytes, size, packet->head + offset);
}

static __always_inline void read_port(const struct sk_buff *packet, __u32 offset, struct drop *drop)
{
	__be16 ports[2];

	switch (drop->transport) {
	case TCP:
	case UDP:
	case DCCP:
	case SCTP:
	case UDP_LITE:
		if (packet_read(packet, offset, ports, sizeof(ports)))
			drop->port = bpf_ntohs(ports[1]);
	}
	if (drop->port > highest_port)
		drop->port = 0;
}

/*
 * The transport header is looked for from the network header on: the kernel's own note of its place
 * is not right before the IP layer has seen the packet.
 */
static __always_inline void read_ipv4(const struct sk_buff *packet, struct drop *drop)
{
	__u32 offset = packet->network_header;
	struct ipv4 header;

	if (!packet_read(packet, offset, &header, sizeof(header)) ||
		header.version_length >> 4 != 4 || (header.version_length & 15) < 5)
		return;
	drop->transport = header.protocol;
	if (!(header.fragment & bpf_htons(0x1fff)))
		read_port(packet, offset + (header.version_length & 15) * 4, drop);
}

static __always_inline void read_ipv6(const struct sk_buff *packet, struct drop *drop)
{
	__u32 offset = packet->network_header, i;
	struct ipv6_extension extension;
	struct ipv6 header;

	if (!packet_read(packet, offset, &header, sizeof(header)) || header.version_class >> 4 != 6)
		return;
	drop->transport = header.next;
	offset += 40;
#pragma unroll
	for (i = 0; i < EXTENSION_HEADERS; i++) {
		if (drop->transport != HOP_BY_HOP && drop->transport != ROUTING &&
			drop->transport != DESTINATION && drop->transport != FRAGMENT &&
			drop->transport != AUTHENTICATION)
			break;
		if (!packet_read(packet, offset, &extension, sizeof(extension)))
			return;
		if (drop->transport == FRAGMENT) {
			drop->transport = extension.next;
			if (extension.fragment & bpf_htons(0xfff8))
				return;
			offset += 8;
		} else if (drop->transport == AUTHENTICATION) {
			drop->transport = extension.next;
			offset += (extension.size + 2) * 4;
		} else {
			drop->transport = extension.next;
			offset += (extension.size + 1) * 8;
		}
	}
	read_port(packet, offset, drop);
}

/* Also messages of netlink and Unix sockets end here; they are no packets and have no protocol. */
static __always_inline int dropped(const struct sk_buff *packet, __u32 reason)
{
	struct drop drop = {
		.reason = reason,
		.network = bpf_ntohs(packet->protocol),
		.transport = NO_TRANSPORT,
	};

	if (!drop.network)
		return 0;
	if (drop.network == ETH_P_IP)
		read_ipv4(packet, &drop);
	else if (drop.network == ETH_P_IPV6)
		read_ipv6(packet, &drop);
	otel_counter_add(kfree_skb, &drop, 1);
	return 0;
}

SEC("tp_btf/kfree_skb")
int BPF_PROG(kfree_skb_reason, struct sk_buff *packet, void *location, __u32 reason)
{
	return dropped(packet, reason);
}

/* Kernels before 5.17 have no third argument: commit c504e5c2f964. */
SEC("tp_btf/kfree_skb")
int BPF_PROG(kfree_skb_until_5_16, struct sk_buff *packet, void *location)
{
	return dropped(packet, 0);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
