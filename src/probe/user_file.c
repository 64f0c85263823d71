/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/user_file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

/* Debian's multiarch folders, then what other distributions have. */
#define LIBRARY_FOLDERS                                                                            \
	"/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu:"                                         \
	"/lib/aarch64-linux-gnu:/usr/lib/aarch64-linux-gnu:/lib64:/usr/lib64:/lib:/usr/lib"
#define PROGRAM_FOLDERS "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"

enum {
	USDT_NOTE = 3, /* NT_STAPSDT */
	USDT_ADDRESSES = 3 * sizeof(uint64_t),
};

static int open_elf(const char *path)
{
	unsigned char magic[SELFMAG];
	struct stat status;
	/* Not to wait for a named pipe. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &status) && S_ISREG(status.st_mode) &&
		pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
		!memcmp(magic, ELFMAG, SELFMAG))
		return fd;
	close(fd);
	return -ENOEXEC;
}

static bool is_elf(const char *path)
{
	int fd = open_elf(path);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* In folders with ':' in between. An empty one would be the working directory: never. */
static bool find_in(const char *folders, const char *name, char *path, size_t size)
{
	while (folders && *folders) {
		size_t length = strcspn(folders, ":");
		int n = snprintf(path, size, "%.*s/%s", (int)length, folders, name);

		if (length && n > 0 && (size_t)n < size && is_elf(path))
			return true;
		folders += length + (folders[length] == ':');
	}
	return false;
}

static int check_path(const char *name, char *path, size_t size, struct err *err)
{
	int fd, n = snprintf(path, size, "%s", name);

	if (n < 0 || (size_t)n >= size)
		return err_set(err, -ENAMETOOLONG, "the path %.60s... is too long", name);
	fd = open_elf(path);
	if (fd == -ENOENT || fd == -ENOTDIR)
		return err_set(err, -ENOENT, "this machine has no file %s", path);
	if (fd == -ENOEXEC)
		return err_set(err, -ENOENT, "%s is no program or library (ELF)", path);
	if (fd >= 0)
		close(fd);
	return 0; /* there, or hidden from this user */
}

int user_file_find(const char *name, char *path, size_t size, struct err *err)
{
	const char *library = strstr(name, ".so");
	const char *folders = getenv(library ? "LD_LIBRARY_PATH" : "PATH");

	if (strchr(name, '/'))
		return check_path(name, path, size, err);
	if (find_in(folders, name, path, size) ||
		find_in(library ? LIBRARY_FOLDERS : PROGRAM_FOLDERS, name, path, size))
		return 0;
	return err_set(err, -ENOENT,
		"this machine has no %s %s (ELF) in its usual folders%s; name its path",
		library ? "library" : "program", name, library ? "" : " or PATH");
}

/* Bytes of the file in memory of their own, or NULL. */
static void *read_part(int fd, uint64_t offset, uint64_t size)
{
	void *bytes;

	if (!size || size > LIMIT_OBJECT_BYTES || offset > INT64_MAX - size)
		return NULL;
	bytes = malloc(size);
	if (bytes && pread(fd, bytes, size, (off_t)offset) != (ssize_t)size) {
		free(bytes);
		return NULL;
	}
	return bytes;
}

static bool is_ours(const Elf64_Ehdr *header)
{
	return header->e_ident[EI_CLASS] == ELFCLASS64 &&
	       header->e_ident[EI_DATA] ==
		       (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB) &&
	       header->e_shentsize == sizeof(Elf64_Shdr) && header->e_shstrndx < header->e_shnum;
}

static size_t aligned(uint64_t size)
{
	return (size + 3) & ~(size_t)3;
}

/* Behind three addresses stand "PROVIDER\0NAME\0ARGUMENTS\0". */
static bool is_probe(const char *bytes, size_t size, const char *provider, const char *name)
{
	size_t first = strlen(provider) + 1, second = strlen(name) + 1;

	return size >= USDT_ADDRESSES + first + second &&
	       !memcmp(bytes + USDT_ADDRESSES, provider, first) &&
	       !memcmp(bytes + USDT_ADDRESSES + first, name, second);
}

static bool notes_have(const char *notes, size_t size, const char *provider, const char *name)
{
	Elf64_Nhdr note;
	size_t at = 0;

	while (size - at >= sizeof(note)) {
		size_t owner, description;

		memcpy(&note, notes + at, sizeof(note));
		owner = aligned(note.n_namesz);
		description = aligned(note.n_descsz);
		at += sizeof(note);
		if (owner > size - at || note.n_descsz > size - at - owner)
			return false;
		if (note.n_type == USDT_NOTE &&
			is_probe(notes + at + owner, note.n_descsz, provider, name))
			return true;
		if (description > size - at - owner)
			return false;
		at += owner + description;
	}
	return false;
}

/* The notes of the file: 0, and NULL if it has none. */
static int read_notes(int fd, char **notes, size_t *size)
{
	Elf64_Ehdr header;
	Elf64_Shdr *sections;
	char *names = NULL;
	int rc = -EINVAL;

	*notes = NULL;
	if (pread(fd, &header, sizeof(header), 0) != sizeof(header) || !is_ours(&header))
		return -EINVAL;
	sections = read_part(fd, header.e_shoff, header.e_shnum * sizeof(*sections));
	if (sections)
		names = read_part(fd, sections[header.e_shstrndx].sh_offset,
			sections[header.e_shstrndx].sh_size);
	for (size_t i = 0; names && i < header.e_shnum && !*notes; i++) {
		static const char wanted[] = ".note.stapsdt";
		size_t length = sections[header.e_shstrndx].sh_size;

		rc = 0;
		if (sections[i].sh_type != SHT_NOTE || sections[i].sh_name > length ||
			length - sections[i].sh_name < sizeof(wanted) ||
			memcmp(names + sections[i].sh_name, wanted, sizeof(wanted)))
			continue;
		*size = sections[i].sh_size;
		*notes = read_part(fd, sections[i].sh_offset, *size);
		rc = *notes ? 0 : -EINVAL;
	}
	free(names);
	free(sections);
	return rc;
}

int user_file_has_usdt(const char *path, const char *provider, const char *name)
{
	int fd = open_elf(path), rc;
	size_t size = 0;
	char *notes;

	if (fd < 0)
		return fd;
	rc = read_notes(fd, &notes, &size);
	close(fd);
	if (rc == 0 && notes)
		rc = notes_have(notes, size, provider, name);
	free(notes);
	return rc;
}
