/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BTF type -> struct layout. Nested structs are written out with dotted names ("id.dev"); members
 * of an anonymous struct stand under their own names. A union is there twice: as bytes, under its
 * name ("union_OFFSET" for an anonymous one), and behind that each of its members, like those of a
 * struct. Bit fields have the bytes that they touch. What a field cannot express is FIELD_BYTES:
 * pointers, floats, signed and multi-dimensional arrays.
 */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "read/map.h"

#include <stdint.h>

struct btf;

/*
 * Strings and arrays go into the arena. `size` is what the map says; -EINVAL if the type differs,
 * or if the type is damaged, nested too deep or has too many fields; -ENOMEM.
 */
int layout_from_btf(struct arena *arena, const struct btf *btf, uint32_t type_id, uint32_t size,
	struct layout *layout, struct err *err) MUST_CHECK;
