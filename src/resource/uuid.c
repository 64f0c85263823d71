/* SPDX-License-Identifier: Apache-2.0 */
#include "resource/uuid.h"

#include <stdio.h>
#include <string.h>

#include "resource/sha1.h"

/* 4d63009a-8d0f-11ee-aad7-4c796ed8e320 */
static const unsigned char service_namespace[16] = {0x4d, 0x63, 0x00, 0x9a, 0x8d, 0x0f, 0x11, 0xee,
	0xaa, 0xd7, 0x4c, 0x79, 0x6e, 0xd8, 0xe3, 0x20};

/* RFC 9562 section 4: version and variant overwrite what is there. */
static void write_uuid(const unsigned char raw[16], unsigned int version, char text[UUID_TEXT])
{
	unsigned char b[16];

	memcpy(b, raw, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0f) | version << 4);
	b[8] = (b[8] & 0x3f) | 0x80;
	snprintf(text, UUID_TEXT,
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		b[15]);
}

void uuid_v5(const char *name, char text[UUID_TEXT])
{
	unsigned char digest[SHA1_SIZE];
	struct sha1 sha1;

	sha1_init(&sha1);
	sha1_add(&sha1, service_namespace, sizeof(service_namespace));
	sha1_add(&sha1, name, strlen(name));
	sha1_end(&sha1, digest);
	write_uuid(digest, 5, text);
}

void uuid_v4(const unsigned char random[16], char text[UUID_TEXT])
{
	write_uuid(random, 4, text);
}
