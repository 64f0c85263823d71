// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "otel.bpf.h"

#include "test_keys.h"

/* A key of bytes 'a', to whose first and last the context's first two values are added; the third
 * is counted. */
#define KEY(name, type, parts)                                                                     \
	struct name {                                                                              \
		type part[parts];                                                                  \
	};                                                                                         \
	OTEL_COUNTER(name##_count, struct name, 4);                                                \
                                                                                                   \
	SEC("raw_tp/" #name) int name(__u64 *context)                                              \
	{                                                                                          \
		struct name key;                                                                   \
		__u8 *bytes = (__u8 *)&key;                                                        \
                                                                                                   \
		__builtin_memset(&key, 'a', sizeof(key));                                          \
		bytes[0] += context[0];                                                            \
		bytes[sizeof(key) - 1] += context[1];                                              \
		otel_counter_add(name##_count, &key, context[2]);                                  \
		return 0;                                                                          \
	}

KEYS(KEY)

char LICENSE[] SEC("license") = "Dual BSD/GPL";
