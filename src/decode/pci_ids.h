/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names out of pci.ids (https://pci-ids.ucw.cz), shared by the four decoders of PCI numbers. The
 * file has 40,000 lines: one pass finds all names that are wanted, and only these are kept.
 */
#pragma once

#include "decode/decode.h"

#include <stdbool.h>
#include <stdint.h>

enum pci_kind {
	PCI_VENDOR,   /* number: vendor */
	PCI_DEVICE,   /* vendor << 16 | device */
	PCI_CLASS,    /* class */
	PCI_SUBCLASS, /* class << 8 | subclass */
};

/* What all four say when none of the files can be read. */
#define PCI_MISSING "missing pci.ids db"

/* The state of such a decoder, a struct pci_ids, and its functions. `decoder`: its name, for
 * messages. */
struct pci_ids;
int pci_ids_new(void **ids, enum pci_kind kind, const char *decoder,
	const struct decode_argument *arguments, size_t count, struct err *err) MUST_CHECK;
void pci_ids_free(void *ids);
void pci_ids_prepare(void *ids, const struct value *values, size_t count);

/* For kinds whose numbers are looked up whole: vendor, device, class. */
int pci_ids_decode(void *ids, const struct value *in, struct value *out, struct arena *arena,
	struct err *err) MUST_CHECK;

enum pci_answer {
	PCI_FOUND,
	PCI_UNKNOWN,	    /* the file does not have it */
	PCI_UNKNOWN_PARENT, /* nor its class or vendor */
	PCI_NO_FILE,
};

/* What `in` is called, into *name (valid until the next call). Numbers that the kind cannot have
 * are unknown. -EINVAL if `in` is no number. */
int pci_ids_find(struct pci_ids *ids, const struct value *in, uint64_t *number,
	enum pci_answer *answer, const char **name, struct err *err) MUST_CHECK;
