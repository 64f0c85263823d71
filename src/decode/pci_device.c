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
		return value_set_text(out, arena, err, "missing pci.ids db");
	return value_set_text(out, arena, err, "unknown pci device: 0x%08" PRIx64, number);
}

static int init(
	void **result, const struct decode_argument *arguments, size_t count, struct err *err)
{
	struct pci_ids *ids;
	int code = pci_ids_new(&ids, PCI_DEVICE, "pci_device", arguments, count, err);

	if (!code)
		*result = ids;
	return code;
}

const struct decoder decoder_pci_device = {
	.name = "pci_device",
	.help = "PCI device, as vendor << 16 | device, to its name in pci.ids",
	.init = init,
	.fini = pci_ids_free,
	.prepare = pci_ids_prepare,
	.decode = decode,
};
