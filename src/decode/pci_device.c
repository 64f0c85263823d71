/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/decoders.h"
#include "decode/pci_ids.h"

static int init(void **ids, const struct decode_argument *arguments, size_t count, struct err *err)
{
	return pci_ids_new(ids, PCI_DEVICE, "pci_device", arguments, count, err);
}

const struct decoder decoder_pci_device = {
	.name = "pci_device",
	.lengths = DECODE_INTEGERS,
	.help = "PCI device, as vendor << 16 | device, to its name in pci.ids",
	.init = init,
	.fini = pci_ids_free,
	.prepare = pci_ids_prepare,
	.decode = pci_ids_decode,
};
