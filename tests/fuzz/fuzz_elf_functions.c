/* SPDX-License-Identifier: Apache-2.0 */
/* An ELF file from anywhere: no crash, no endless loop, names that end. Input: the file. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "decode/elf_functions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_up(const struct elf_functions *functions, const uint8_t *data, size_t size)
{
	char name[64];

	/* Addresses that the file itself has somewhere: most of its own are among them. */
	for (size_t at = 0; at + sizeof(uint64_t) <= size && at < 4096; at += sizeof(uint64_t)) {
		uint64_t number, address = 0;

		memcpy(&number, data + at, sizeof(number));
		if (elf_functions_address(functions, number, &address))
			address = number;
		if (!elf_functions_name(functions, address, name, sizeof(name)) &&
			(!name[0] || strlen(name) >= sizeof(name)))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_functions *functions;
	int fd = memfd_create("file", MFD_CLOEXEC);

	if (fd < 0)
		return 0;
	if (write(fd, data, size) != (ssize_t)size) {
		close(fd);
		return 0;
	}
	if (elf_functions_new(&functions, fd))
		return 0;
	look_up(functions, data, size);
	elf_functions_free(functions);
	return 0;
}
