/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/decoders.h"
#include "decode/pci_ids.h"

static int init(void **ids, const struct decode_argument *arguments, size_t count, struct err *err)
{
	return pci_ids_new(ids, PCI_CLASS, "pci_class", arguments, count, err);
}

const struct decoder decoder_pci_class = {
	.name = "pci_class",
	.lengths = DECODE_INTEGERS,
	.help = "class of a PCI device to its name in pci.ids",
	.init = init,
	.fini = pci_ids_free,
	.prepare = pci_ids_prepare,
	.decode = pci_ids_decode,
};
