/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
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

/* "1, 2, 4 or 8" */
static const char *list_lengths(uint32_t lengths, char *text, size_t size)
{
	size_t used = 0;

	for (uint32_t n = 0; n < 32 && used < size; n++) {
		uint32_t left = lengths >> n;

		if (left & 1)
			used += (size_t)snprintf(text + used, size - used, "%s%u",
				!used	   ? ""
				: left > 1 ? ", "
					   : " or ",
				n);
	}
	return text;
}

int decoder_takes(
	const struct decoder *decoder, enum value_type type, uint32_t length, struct err *err)
{
	char lengths[128] = "";

	if (decoder->types && !(decoder->types >> type & 1))
		return err_set(err, -EINVAL, "found %s, expected %s for the decoder '%s'",
			type == VALUE_BYTES    ? "bytes"
			: type == VALUE_STRING ? "text"
					       : "a number",
			decoder->types >> VALUE_STRING & 1 ? "bytes or text" : "bytes",
			decoder->name);
	if (type != VALUE_BYTES || !decoder->lengths ||
		(length < 32 && decoder->lengths >> length & 1))
		return 0;
	return err_set(err, -EINVAL, "found %u bytes, expected %s for the decoder '%s'", length,
		list_lengths(decoder->lengths, lengths, sizeof(lengths)), decoder->name);
}
