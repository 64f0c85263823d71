/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/decoders.h"
#include "decode/pci_ids.h"

static int init(void **ids, const struct decode_argument *arguments, size_t count, struct err *err)
{
	return pci_ids_new(ids, PCI_VENDOR, "pci_vendor", arguments, count, err);
}

const struct decoder decoder_pci_vendor = {
	.name = "pci_vendor",
	.lengths = DECODE_INTEGERS,
	.help = "vendor of a PCI device to its name in pci.ids",
	.init = init,
	.fini = pci_ids_free,
	.prepare = pci_ids_prepare,
	.decode = pci_ids_decode,
};
