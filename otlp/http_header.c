/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/http_header.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"

static bool is_token(const char *text)
{
	return *text && !text[strspn(text, "!#$%&'*+-.^_`|~0123456789"
					   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")];
}

/* What the protocol or this file sets itself. */
static bool is_reserved(const char *name)
{
	static const char *const reserved[] = {"Content-Type", "Content-Encoding", "Content-Length",
		"Transfer-Encoding", "Connection", "Expect", "Accept-Encoding"};

	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++) {
		if (!strcasecmp(name, reserved[i]))
			return true;
	}
	return false;
}

int http_header_check(const struct otlp_header *header, struct err *err)
{
	if (!is_token(header->name))
		return err_set(err, -EINVAL,
			"header name \"%.60s\" is empty or has characters that HTTP does not allow",
			header->name);
	if (is_reserved(header->name))
		return err_set(
			err, -EINVAL, "header %s is set by otelbpf; leave it out", header->name);
	for (const char *c = header->value; *c; c++) {
		if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
			return err_set(err, -EINVAL,
				"header %s has a control character in its value", header->name);
	}
	if (strlen(header->name) + strlen(header->value) > LIMIT_HEADER_BYTES)
		return err_set(err, -EINVAL, "header %s is longer than %d bytes", header->name,
			LIMIT_HEADER_BYTES);
	return 0;
}
