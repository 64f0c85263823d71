/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a map key -> attribute value. A decoder is one file with one `const struct decoder`,
 * listed in registry.c. Chains apply one after the other; the first gets what BTF says of the
 * field.
 */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_type {
	VALUE_BYTES, /* as in the key */
	VALUE_UINT,
	VALUE_INT,    /* signed */
	VALUE_STRING, /* valid UTF-8 once decode_chain returns it */
	VALUE_BOOL,
};

struct value {
	enum value_type type;
	uint32_t length; /* of bytes or string */
	union {
		const void *bytes;
		const char *string;
		uint64_t uint;
		int64_t sint;
		bool boolean;
	};
};

struct decode_argument {
	const char *key, *value;
};

enum {
	DECODE_SKIP = 1, /* a decoder's third outcome: leave this entry out, on purpose */
	DECODE_INTEGERS = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8, /* lengths of integers */
};

struct decoder {
	const char *name;
	const char *help; /* one line, for the manual page */
	bool needs_arguments;
	/* What it takes of a key, so that what it never could decode is told before anything is
	 * loaded: types (1 << VALUE_...), and of bytes the lengths (1 << N). 0: all. */
	uint32_t types, lengths;
	/* What a value is called may change (an interface is renamed): collect asks again now and
	 * then, see decode_chain_is_volatile. */
	bool volatile_names;
	/* Make the state of one use of the decoder; NULL function: no state. */
	int (*init)(void **state, const struct decode_argument *arguments, size_t count,
		struct err *err);
	void (*fini)(void *state);
	/* Optional: values that are about to be decoded, so that one pass over a file serves all.
	 */
	void (*prepare)(void *state, const struct value *values, size_t count);
	/* `in` and `out` may be the same. Strings are made in `arena`. -EINVAL if `in` cannot be
	 * decoded, DECODE_SKIP if the entry is not wanted. */
	int (*decode)(void *state, const struct value *in, struct value *out, struct arena *arena,
		struct err *err);
};

/* NULL if there is none. */
const struct decoder *decoder_find(const char *name);
/* All decoders, by name; NULL at the end. */
const struct decoder *const *decoder_all(void);
/* The registered name nearest to `name`, or NULL if none is near. */
const char *decoder_nearest(const char *name);

/* Whether the decoder takes values of a field of this type; `length` is that of bytes. -EINVAL with
 * what was found and expected. */
int decoder_takes(const struct decoder *decoder, enum value_type type, uint32_t length,
	struct err *err) MUST_CHECK;

/* A chain as it stands in a definition. */
struct decode_chain;
struct decode_step {
	const char *decoder;
	const struct decode_argument *arguments;
	size_t argument_count;
};
int decode_chain_new(struct decode_chain **chain, const struct decode_step *steps, size_t count,
	struct err *err) MUST_CHECK;
void decode_chain_free(struct decode_chain *chain);
/* True if an equal value may be decoded to something else later. */
bool decode_chain_is_volatile(const struct decode_chain *chain);
void decode_chain_prepare(struct decode_chain *chain, const struct value *values, size_t count);
/*
 * `in` -> `out`, never VALUE_BYTES: bytes that no decoder turned into something else become
 * lower-case hex. Strings are valid UTF-8, at most LIMIT_ATTRIBUTE_STRING bytes, and live in
 * `arena`. -EINVAL if `in` cannot be decoded; DECODE_SKIP, without `err`, if a decoder leaves the
 * entry out.
 */
int decode_chain_run(struct decode_chain *chain, const struct value *in, struct value *out,
	struct arena *arena, struct err *err) MUST_CHECK;
