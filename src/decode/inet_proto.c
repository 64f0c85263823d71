/* SPDX-License-Identifier: Apache-2.0 */
/* IANA "Assigned Internet Protocol Numbers", and what Linux adds in <linux/in.h>, in lower case. */
#include "decode/decoders.h"
#include "decode/value.h"

static const char *const names[] = {
	[0] = "ip",
	[1] = "icmp",
	[2] = "igmp",
	[4] = "ipip",
	[6] = "tcp",
	[8] = "egp",
	[12] = "pup",
	[17] = "udp",
	[22] = "idp",
	[29] = "tp",
	[33] = "dccp",
	[41] = "ipv6",
	[43] = "ipv6-route",
	[44] = "ipv6-frag",
	[46] = "rsvp",
	[47] = "gre",
	[50] = "esp",
	[51] = "ah",
	[58] = "ipv6-icmp",
	[59] = "ipv6-nonxt",
	[60] = "ipv6-opts",
	[88] = "eigrp",
	[89] = "ospf",
	[92] = "mtp",
	[94] = "beetph",
	[97] = "etherip",
	[98] = "encap",
	[103] = "pim",
	[108] = "ipcomp",
	[112] = "vrrp",
	[115] = "l2tp",
	[132] = "sctp",
	[133] = "fc",
	[135] = "mobility-header",
	[136] = "udplite",
	[137] = "mpls-in-ip",
	[139] = "hip",
	[140] = "shim6",
	[143] = "ethernet",
	[144] = "aggfrag",
	[255] = "raw",
	[256] = "smc",
	[262] = "mptcp",
};

static int decode(void *state, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	uint64_t number;
	int result;

	(void)state;
	result = value_to_index(in, &number, err);
	if (result)
		return result;
	if (number < ARRAY_SIZE(names) && names[number])
		return value_set_text(out, arena, err, "%s", names[number]);
	return value_set_unknown(out, in, arena, err);
}

const struct decoder decoder_inet_proto = {
	.name = "inet_proto",
	.lengths = DECODE_INTEGERS,
	.help = "number of an IP protocol to its name: 6 becomes tcp; 'unknown:N' for others",
	.decode = decode,
};
