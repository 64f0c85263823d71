#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Make otel_bounds.bpf.h, with the exact integers of bc:
#
#     bpf/otel_bounds.sh > bpf/otel_bounds.bpf.h
#
# For a divisor D (measured units in an exported one) the bounds of the buckets at scale 6 are D 2^(J/64). Those from 2^63 to
# 2^64 stand for all others, which differ from them by powers of two only: bound k has J = 63 64 - L + k, where L is
# 64 log2(D), rounded down. Its integer part is the 64th root of D^64 2^J: six square roots, rounded down one after the other.
set -eu
export LC_ALL=C BC_LINE_LENGTH=0

cat <<'END'
/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Made by otel_bounds.sh. What it means stands there and in otel_exponential.bpf.h. */
#pragma once

#include <linux/types.h>

struct otel_bounds {
	__u32 pad;	   /* what makes positions of whole octaves multiples of 64 */
	__u64 bounds[256]; /* 64 and a last one that nothing exceeds; the rest is never used */
	__u8 guess[128];   /* by the 7 bits behind the leading one: how many bounds are below */
};

/* clang-format off */
END

for divisor in 1 1000 1000000 1000000000; do
    bc -q <<END
obase = 10
scale = 0
d = $divisor
p = d ^ 64
l = 0
for (q = p; q > 1; q /= 2) l += 1
print "\nstatic const struct otel_bounds otel_bounds_", d, " __attribute__((unused)) = {\n"
print "\t.pad = ", 64 * (l / 64 + 1) - l - 1, ",\n\t.bounds = {"
for (k = 0; k < 64; k++) {
    b = p * 2 ^ (63 * 64 - l + k)
    for (i = 0; i < 6; i++) b = sqrt(b)
    t[k] = b
    if (k % 4 == 0) print "\n\t\t"
    if (k % 4) print " "
    print b, "u,"
}
print "\n\t\t18446744073709551615u,\n\t},\n\t.guess = {"
n = 0
for (c = 0; c < 128; c++) {
    while (n < 64) {
        if (t[n] >= 2 ^ 63 + c * 2 ^ 56) break
        n += 1
    }
    if (c % 16 == 0) print "\n\t\t"
    if (c % 16) print " "
    print n, ","
}
print "\n\t},\n};\n"
END
done
