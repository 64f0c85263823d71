/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/nearest.h"
#include "decode/decoders.h"

/* A new decoder is a file, a line in decoders.h and a line here, by name. */
static const struct decoder *const decoders[] = {
	&decoder_bool,
	&decoder_cgroup,
	&decoder_comm,
	&decoder_dname,
	&decoder_enum,
	&decoder_errno,
	&decoder_hex,
	&decoder_ifname,
	&decoder_inet_ip,
	&decoder_inet_proto,
	&decoder_kstack,
	&decoder_ksym,
	&decoder_mac,
	&decoder_majorminor,
	&decoder_pci_class,
	&decoder_pci_device,
	&decoder_pci_subclass,
	&decoder_pci_vendor,
	&decoder_port,
	&decoder_regexp,
	&decoder_signal,
	&decoder_sint,
	&decoder_static_map,
	&decoder_string,
	&decoder_syscall,
	&decoder_uint,
	&decoder_usym,
	NULL,
};

const struct decoder *const *decoder_all(void)
{
	return decoders;
}

const struct decoder *decoder_find(const char *name)
{
	for (const struct decoder *const *decoder = decoders; *decoder; decoder++)
		if (strcmp((*decoder)->name, name) == 0)
			return *decoder;
	return NULL;
}

const char *decoder_nearest(const char *name)
{
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (const struct decoder *const *decoder = decoders; *decoder; decoder++)
		nearest_offer(&nearest, (*decoder)->name);
	return nearest.name;
}
