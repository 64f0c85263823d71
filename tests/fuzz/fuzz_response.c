/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that a receiver sends and otelbpf interprets. The first byte chooses what the rest is:
 * a success of a type, a failure of a type, or a Retry-After header.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "otlp/response.h"
#include "otlp/retry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const types[] = {
	NULL, "application/x-protobuf", "text/plain; charset=utf-8", "application/json"};

static void check_text(const char *text, size_t room)
{
	size_t length = strlen(text);

	if (length >= room || !utf8_is_valid(text, length))
		abort();
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			abort();
	}
}

static void try_retry_after(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	uint64_t wait;

	if (!text)
		return;
	/* Seconds are always understood. */
	if (retry_after_parse(text, UINT64_C(1700000000000000000), &wait) && *text &&
		strspn(text, "0123456789") == strlen(text) && strlen(text) < 64)
		abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct response response;
	struct err err = {""};
	char text[RESPONSE_TEXT_BYTES + 1];

	if (!size)
		return 0;
	if (data[0] & 8) {
		try_retry_after(data + 1, size - 1);
		return 0;
	}
	if (data[0] & 4) {
		response_text(data + 1, size - 1, types[data[0] & 3], text, sizeof(text));
		check_text(text, sizeof(text));
		return 0;
	}
	if (!response_decode(data + 1, size - 1, types[data[0] & 3], &response, &err))
		check_text(response.message, sizeof(response.message));
	else if (!*err.text)
		abort();
	return 0;
}
