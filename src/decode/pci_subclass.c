/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "decode/decoders.h"
#include "decode/pci_ids.h"
#include "decode/value.h"

static int decode(
	void *ids, const struct value *in, struct value *out, struct arena *arena, struct err *err)
{
	enum pci_answer answer;
	const char *name;
	uint64_t number;
	int result;

	result = pci_ids_find(ids, in, &number, &answer, &name, err);
	if (result)
		return result;
	if (answer == PCI_FOUND)
		return value_set_text(out, arena, err, "%s", name);
	if (answer == PCI_NO_FILE)
		return value_set_text(out, arena, err, PCI_MISSING);
	if (answer == PCI_UNKNOWN_PARENT || number > UINT16_MAX)
		return value_set_text(
			out, arena, err, "unknown pci class: 0x%02" PRIx64, number >> 8);
	return value_set_text(out, arena, err,
		"unknown pci subclass: 0x%02" PRIx64 " (class 0x%02" PRIx64 ")", number & 0xff,
		number >> 8);
}

static int init(void **ids, const struct decode_argument *arguments, size_t count, struct err *err)
{
	return pci_ids_new(ids, PCI_SUBCLASS, "pci_subclass", arguments, count, err);
}

const struct decoder decoder_pci_subclass = {
	.name = "pci_subclass",
	.lengths = DECODE_INTEGERS,
	.help = "PCI subclass, as class << 8 | subclass, to its name in pci.ids",
	.init = init,
	.fini = pci_ids_free,
	.prepare = pci_ids_prepare,
	.decode = decode,
};
