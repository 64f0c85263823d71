/* SPDX-License-Identifier: Apache-2.0 */
/* A small pci.ids for the tests of the decoders that read it. */
#pragma once

#include "../temporary.h"
#include "decode_test.h"

static const char pci_ids[] = "#\n"
			      "#\tList of PCI ID's\n"
			      "\n"
			      "0001  SafeNet (wrong ID)\n"
			      "0e11  Compaq Computer Corporation\n"
			      "\t0001  PCI to EISA Bridge\n"
			      "\t0046  Smart Array 64xx\n"
			      "\t\t0e11 4091  Smart Array 6i\n"
			      "\t00461  Five digits\n"
			      "\tXYZW  No digits\n"
			      "\t0047\n"
			      "8086  Intel Corporation\n"
			      "\t1000  82542 Gigabit Ethernet Controller (Fiber)\n"
			      "\t0102  As a class it is something else\n"
			      "8086  Intel Corporation, again\n"
			      "80  Two digits\n"
			      "\t1111  Belongs to nothing\n"
			      "FFFE  Upper case\n"
			      "fffd  \xff\xfe name\n"
			      "C 00  Unclassified device\n"
			      "\t00  Non-VGA unclassified device\n"
			      "C 01  Mass storage controller\n"
			      "\t06  SATA controller\n"
			      "\t\t01  AHCI 1.0\n"
			      "\t08  Non-Volatile memory controller\n"
			      "C ff  Unassigned class";

/* As if there were no file, but at a path: no default is asked. */
static inline void check_pci(const char *name, const struct decode_row *rows, size_t count)
{
	const struct decode_argument path = {
		"path", temporary_write("pci.ids", pci_ids, sizeof(pci_ids) - 1)};
	const struct decode_step step = {name, &path, 1};

	check_rows(&step, 1, rows, count);
}

static inline void check_no_file(const char *name)
{
	static const struct decode_argument path = {"path", "/nonexistent/pci.ids"};
	static const struct decode_row rows[] = {
		{UINT(1), "missing pci.ids db"}, {STRING("x"), NULL}};
	const struct decode_step step = {name, &path, 1};

	check_rows(&step, 1, rows, ARRAY_SIZE(rows));
}
