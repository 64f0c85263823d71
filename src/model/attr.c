/* SPDX-License-Identifier: Apache-2.0 */
#include "model/attr.h"

#include <string.h>

struct attr attr_string(const char *key, const char *value)
{
	return (struct attr){
		.key = key,
		.type = ATTR_STRING,
		.length = (uint32_t)strlen(value),
		.string = value,
	};
}

struct attr attr_int(const char *key, int64_t value)
{
	return (struct attr){.key = key, .type = ATTR_INT, .integer = value};
}

struct attr attr_bool(const char *key, bool value)
{
	return (struct attr){.key = key, .type = ATTR_BOOL, .boolean = value};
}

static bool attr_equal(const struct attr *a, const struct attr *b)
{
	if (a->type != b->type || strcmp(a->key, b->key) != 0)
		return false;
	switch (a->type) {
	case ATTR_STRING:
		return a->length == b->length && !memcmp(a->string, b->string, a->length);
	case ATTR_INT:
		return a->integer == b->integer;
	case ATTR_BOOL:
		return a->boolean == b->boolean;
	}
	return false;
}

bool attrs_equal(const struct attr *a, size_t na, const struct attr *b, size_t nb)
{
	if (na != nb)
		return false;
	for (size_t i = 0; i < na; i++) {
		if (!attr_equal(&a[i], &b[i]))
			return false;
	}
	return true;
}
