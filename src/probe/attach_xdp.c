/* SPDX-License-Identifier: Apache-2.0 */
/* xdp/INTERFACE: the packets that an interface receives. */
#include <errno.h>
#include <net/if.h>

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "probe/probe_private.h"

static int check(const char *text, struct err *err)
{
	if (!*text)
		return err_set(err, -EINVAL, "its section names no network interface (xdp/eth0)");
	if (!if_nametoindex(text))
		return err_set(err, -ENOTSUP, "this machine has no network interface %s", text);
	return 0;
}

static int attach(
	const struct bpf_program *program, const char *text, struct links *links, struct err *err)
{
	unsigned int interface = if_nametoindex(text);
	struct bpf_link *link;

	if (!interface)
		return check(text, err) ?: -ENOTSUP;
	link = bpf_program__attach_xdp(program, (int)interface);
	if (link)
		return links_add(links, link);
	if (errno == EBUSY || errno == EEXIST)
		return err_set(err, -EBUSY, "another XDP program is on interface %s", text);
	return -errno;
}

const struct attach_kind attach_xdp = {
	.prefix = "xdp/",
	.program_type = BPF_PROG_TYPE_XDP,
	.attach_type = BPF_XDP,
	.check = check,
	.attach = attach,
};
