/* SPDX-License-Identifier: Apache-2.0 */
/* A small BTF file: enums of every kind between types that have to be passed over. */
#pragma once

#include <stdint.h>
#include <string.h>

#include <linux/btf.h>

#include "base/compiler.h"

#define INFO(kind, count)	 ((uint32_t)(kind) << 24 | (count))
#define INFO_SIGNED(kind, count) (INFO(kind, count) | 1u << 31)

/* Offsets in the strings below. */
enum {
	S_COLOR = 1,
	S_RED = 7,
	S_GREEN = 17,
	S_SIGNED = 29,
	S_MINUS = 36,
	S_WIDE = 42,
	S_HUGE = 47,
	S_TCP = 52,
	S_SMALL = 68,
	S_STRUCT = 74,
};
static const char blob_strings[] = "\0color\0COLOR_RED\0COLOR_GREEN\0signed\0MINUS\0wide\0HUGE\0"
				   "TCP_ESTABLISHED\0small\0record";

static const uint32_t blob_types[] = {
	/* struct record of three members, int, func, array, pointer */
	S_STRUCT, INFO(BTF_KIND_STRUCT, 3), 12, 0, 0, 0, 0, 0, 32, 0, 0, 64, /**/
	0, INFO(BTF_KIND_INT, 0), 4, 32,				     /**/
	0, INFO(BTF_KIND_FUNC_PROTO, 2), 0, 0, 0, 0, 0,			     /**/
	0, INFO(BTF_KIND_FUNC, 0), 1,					     /**/
	0, INFO(BTF_KIND_ARRAY, 0), 0, 1, 1, 5,				     /**/
	0, INFO(BTF_KIND_PTR, 0), 1,					     /**/
	0, INFO(17, 0), 1, 0, /* decl_tag */				     /**/
	/* enum color, first as a declaration without names */
	S_COLOR, INFO(BTF_KIND_ENUM, 0), 4,					       /**/
	S_COLOR, INFO(BTF_KIND_ENUM, 3), 4, S_RED, 0, S_GREEN, 0xfffffffe, S_MINUS, 0, /**/
	S_SIGNED, INFO_SIGNED(BTF_KIND_ENUM, 2), 4, S_MINUS, 0xffffffff, S_RED, 1,     /**/
	S_WIDE, INFO(19, 2), 8, S_HUGE, 1, 0x100, S_RED, 7, 0,			       /**/
	0, INFO(BTF_KIND_ENUM, 1), 4, S_TCP, 1,					       /**/
	S_SMALL, INFO_SIGNED(BTF_KIND_ENUM, 2), 1, S_RED, 127, S_MINUS, 0xffffff80,    /**/
};

/* Returns its size. */
static inline size_t blob_make(unsigned char blob[1024])
{
	const struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_off = 0,
		.type_len = sizeof(blob_types),
		.str_off = sizeof(blob_types),
		.str_len = sizeof(blob_strings),
	};

	memcpy(blob, &header, sizeof(header));
	memcpy(blob + sizeof(header), blob_types, sizeof(blob_types));
	memcpy(blob + sizeof(header) + sizeof(blob_types), blob_strings, sizeof(blob_strings));
	return sizeof(header) + sizeof(blob_types) + sizeof(blob_strings);
}
