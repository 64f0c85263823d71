// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "otel.bpf.h"

#include <stdbool.h>
#include <stddef.h>

#include <bpf/bpf_endian.h>

/* Numbers of IEEE 802 and IANA. */
#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_QINQ 0x88a8
/* Below are lengths of 802.3 frames, which count as TYPE_LLC. */
#define ETHERTYPE_LEAST 0x0600
#define TYPE_LLC	1
#define PROTOCOL_TCP	6
#define PROTOCOL_UDP	17
#define IPV6_HOPOPTS	0
#define IPV6_ROUTING	43
#define IPV6_FRAGMENT	44
#define IPV6_DESTOPTS	60
#define PROTOCOL_NONE	0xffff

#define MAX_VLAN_TAGS	 2
#define MAX_IPV6_HEADERS 4

/* Ports above are those of answers to connections that began here: net.ipv4.ip_local_port_range. */
const volatile __u16 highest_port = 32767;

struct packet {
	__u32 interface;
	__u16 network;	/* EtherType behind VLAN tags; 0 if there is none */
	__u16 protocol; /* IANA's number; PROTOCOL_NONE if it is no IP or not whole */
	__u32 port;	/* destination; 0: see the README */
};
_Static_assert(sizeof(struct packet) == 12, "padding");

OTEL_COUNTER(xdp_incoming_packets, struct packet, 4096);

struct ethernet {
	__u8 destination[6], source[6];
	__be16 type;
} __attribute__((packed));

struct vlan_tag {
	__be16 tag, type;
} __attribute__((packed));

struct ipv4 {
	__u8 version_length, service;
	__be16 length, id, fragment;
	__u8 ttl, protocol;
	__be16 checksum;
	__be32 source, destination;
} __attribute__((packed));

struct ipv6 {
	__be32 version_flow;
	__be16 length;
	__u8 next, hops;
	__u8 source[16], destination[16];
} __attribute__((packed));

struct ipv6_header {
	__u8 next, length; /* beyond the first 8 bytes, in units of 8 */
	__be16 fragment;
} __attribute__((packed));

struct ports {
	__be16 source, destination;
} __attribute__((packed));

/* What is left of the packet. */
struct rest {
	void *at, *end;
};

/* The next bytes, if they are there; the verifier must see the comparison that leads to them. */
#define TAKE(rest, type)                                                                           \
	({                                                                                         \
		type *taken = (rest)->at;                                                          \
		if ((void *)(taken + 1) > (rest)->end)                                             \
			taken = NULL;                                                              \
		else                                                                               \
			(rest)->at = taken + 1;                                                    \
		taken;                                                                             \
	})

static __always_inline __u16 read_ethernet(struct rest *rest)
{
	struct ethernet *ethernet = TAKE(rest, struct ethernet);
	__u16 type = ethernet ? bpf_ntohs(ethernet->type) : 0;

#pragma unroll
	for (int i = 0; i < MAX_VLAN_TAGS; i++) {
		struct vlan_tag *tag;

		if (type != ETHERTYPE_VLAN && type != ETHERTYPE_QINQ)
			break;
		tag = TAKE(rest, struct vlan_tag);
		if (!tag)
			break;
		type = bpf_ntohs(tag->type);
	}
	return type && type < ETHERTYPE_LEAST ? TYPE_LLC : type;
}

/* *first: what follows is the beginning of what the protocol sent. */
static __always_inline __u16 read_ipv4(struct rest *rest, bool *first)
{
	struct ipv4 *ipv4 = TAKE(rest, struct ipv4);
	__u32 length;

	if (!ipv4 || ipv4->version_length >> 4 != 4)
		return PROTOCOL_NONE;
	length = (ipv4->version_length & 15) * 4;
	*first = length >= sizeof(*ipv4) && !(ipv4->fragment & bpf_htons(0x1fff));
	if (length > sizeof(*ipv4))
		rest->at += length - sizeof(*ipv4);
	return ipv4->protocol;
}

static __always_inline __u16 read_ipv6(struct rest *rest, bool *first)
{
	struct ipv6 *ipv6 = TAKE(rest, struct ipv6);
	__u8 next;

	if (!ipv6 || (bpf_ntohl(ipv6->version_flow) >> 28) != 6)
		return PROTOCOL_NONE;
	next = ipv6->next;
	*first = true;
#pragma unroll
	for (int i = 0; i < MAX_IPV6_HEADERS; i++) {
		struct ipv6_header *header;

		if (next != IPV6_HOPOPTS && next != IPV6_ROUTING && next != IPV6_FRAGMENT &&
			next != IPV6_DESTOPTS)
			break;
		header = TAKE(rest, struct ipv6_header);
		if (!header)
			return PROTOCOL_NONE;
		if (next == IPV6_FRAGMENT && header->fragment & bpf_htons(0xfff8))
			*first = false;
		rest->at += 4 + (next == IPV6_FRAGMENT ? 0 : header->length * 8);
		next = header->next;
		if (!*first)
			break;
	}
	return next;
}

static __always_inline __u32 read_port(struct rest *rest)
{
	struct ports *ports = TAKE(rest, struct ports);
	__u32 port = ports ? bpf_ntohs(ports->destination) : 0;

	return port <= highest_port ? port : 0;
}

SEC("xdp/lo")
int packet_received(struct xdp_md *ctx)
{
	struct rest rest = {(void *)(long)ctx->data, (void *)(long)ctx->data_end};
	struct packet packet = {
		.interface = ctx->ingress_ifindex,
		.network = read_ethernet(&rest),
		.protocol = PROTOCOL_NONE,
	};
	bool first = false;

	if (packet.network == ETHERTYPE_IPV4)
		packet.protocol = read_ipv4(&rest, &first);
	else if (packet.network == ETHERTYPE_IPV6)
		packet.protocol = read_ipv6(&rest, &first);
	if (first && (packet.protocol == PROTOCOL_TCP || packet.protocol == PROTOCOL_UDP))
		packet.port = read_port(&rest);
	otel_counter_add(xdp_incoming_packets, &packet, 1);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
