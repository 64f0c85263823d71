/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The definition of a pack inside its object, which then is a pack by itself: `otelbpf NAME.bpf.o`.
 * A NAME.yaml beside the object replaces the definition in it. Nothing of it reaches the kernel.
 *
 * All that there is to say of a metric stands in one place, after one head for the pack:
 *
 *     OTEL_PACK_HEAD("1.0.0", "Soft interrupts.");
 *     OTEL_METRIC(COUNTER, (softirqs, __u32, 10),
 *         "softirqs", "{softirq}", "Soft interrupts handled.",
 *         "attributes: [{ name: softirq.vector }]");
 *
 * or the text of a NAME.yaml:
 *
 *     OTEL_PACK("version: 1.0.0\n"
 *               "description: Soft interrupts.\n"
 *               "metrics:\n"
 *               "  - name: softirqs\n"
 *               ...);
 *
 * The same without a macro, from a file: llvm-objcopy --add-section .otelbpf=NAME.yaml NAME.bpf.o
 */
#pragma once

#include <bpf/bpf_helpers.h>

/* Once in an object, before its metrics. */
#define OTEL_PACK(text) OTEL_PACK_TEXT(otel_pack_definition, text)

#define OTEL_PACK_HEAD(version, description)                                                       \
	OTEL_PACK("version: " version "\ndescription: \"" description "\"\nmetrics:\n")

/*
 * A metric whole: OTEL_KIND(arguments), of which the first is the map, its name, unit and
 * description, and what else a definition has, as in a flow mapping of YAML: "attributes: [...],
 * measured_in: ns".
 */
#define OTEL_METRIC(kind, arguments, name, unit, description, ...)                                 \
	OTEL_##kind arguments;                                                                     \
	OTEL_PACK_METRIC(OTEL_PACK_MAP arguments, OTEL_PACK_##kind, name, unit, description,       \
		"" __VA_ARGS__)

#define OTEL_PACK_COUNTER		"counter"
#define OTEL_PACK_SHARDED_COUNTER	"counter"
#define OTEL_PACK_PERCPU_COUNTER	"counter"
#define OTEL_PACK_UPDOWNCOUNTER		"updowncounter"
#define OTEL_PACK_GAUGE			"gauge"
#define OTEL_PACK_HISTOGRAM		"histogram"
#define OTEL_PACK_EXPONENTIAL_HISTOGRAM "exponential_histogram"

#define OTEL_PACK_MAP(map, ...) map
/* Once more, so that `map` is a name by now. */
#define OTEL_PACK_METRIC(map, ...) OTEL_PACK_ENTRY(map, __VA_ARGS__)

#define OTEL_PACK_ENTRY(map, instrument, name, unit, description, rest)                            \
	OTEL_PACK_TEXT(map##_otel_definition,                                                      \
		"  - { name: \"" name "\", instrument: " instrument ", unit: \"" unit              \
		"\", map: " #map ", description: \"" description "\", " rest " }\n")

/* otelbpf reads the texts of an object one after the other; each ends with its line. */
#define OTEL_PACK_TEXT(variable, text) static const char variable[] SEC(".otelbpf") = text
