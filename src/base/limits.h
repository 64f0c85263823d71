/* SPDX-License-Identifier: Apache-2.0 */
/* Every ceiling of the program, with its reason. Reaching one is an error message or a counter. */
#pragma once

#include <stddef.h>

enum {
	/* Definition files are read by people; the largest of ours has some 60 lines. */
	LIMIT_DEFINITION_BYTES = 1 << 20,
	LIMIT_YAML_DEPTH = 32,
	LIMIT_YAML_NODES = 100000,
	LIMIT_METRICS_PER_PACK = 128,
	LIMIT_ATTRIBUTES_PER_SERIES = 32,
	LIMIT_BOUNDS = 512,
	/* Of one series on its way out; the SDK's default is 160. */
	LIMIT_EXPONENTIAL_BUCKETS = 4096,
	LIMIT_PROGRAM_CHOICES = 64,
	LIMIT_CONSTANTS = 256,
	/* Of one program; each is a link of its own. */
	LIMIT_HOOKS_PER_PROGRAM = 256,
	LIMIT_KERNEL_ADDRESSES = 64,
	LIMIT_DECODERS_PER_CHAIN = 8,
	/* static_map: larger tables belong into a decoder. */
	LIMIT_DECODER_ARGUMENTS = 4096,
	/* regexp: patterns, bytes of each, and its steps with all repetitions written out. */
	LIMIT_PATTERNS = 64,
	LIMIT_PATTERN_BYTES = 1024,
	LIMIT_PATTERN_STEPS = 4096,
	/* cgroup: those that a walk looks at (systemd hosts have hundreds, Kubernetes nodes some
	 * thousand), and names that are remembered, mostly of those that have gone. */
	LIMIT_CGROUPS = 1 << 16,
	LIMIT_CGROUP_NAMES = 4096,
	/* usym: ELF files of others. The largest programs have some hundred thousand functions, 24
	 * bytes each here; the files that are remembered take LIMIT_FUNCTION_BYTES together. */
	LIMIT_FUNCTIONS = 1 << 20,
	LIMIT_FILE_SYMBOLS = 1 << 23, /* that are looked at */
	LIMIT_FILE_SECTIONS = 4096,
	LIMIT_FILE_SEGMENTS = 256,
	LIMIT_NESTED_FUNCTIONS = 4096,
	LIMIT_FUNCTION_FILES = 16,
	LIMIT_FUNCTION_BYTES = 32 << 20,
	LIMIT_PACKS = 256,
	LIMIT_ERRORS_REPORTED = 32,
	/* Of a configuration file; each is compared with each metric at the start. */
	LIMIT_VIEWS = 256,
	/* The JSON schema names each decoder three times. */
	LIMIT_DECODERS = 128,
	LIMIT_SCHEMA_BYTES = 1 << 20,

	/* OpenTelemetry instrument syntax: name 255, unit 63; descriptions: 1023 must be supported.
	 */
	LIMIT_METRIC_NAME = 255,
	LIMIT_UNIT = 63,
	LIMIT_DESCRIPTION = 1023,

	/* Longest string attribute; longer ones are cut at a character boundary. PATH_MAX is 4096,
	 * kernel symbols reach 511. */
	LIMIT_ATTRIBUTE_STRING = 1024,

	/* Metrics SDK, "Cardinality limits": default per metric, overflow series not counted. */
	LIMIT_SERIES_PER_METRIC = 2000,
	/* What a definition may raise it to: some 2.5 GB of memory. */
	LIMIT_CARDINALITY = 10000000,

	/* OTEL_RESOURCE_ATTRIBUTES; OTEL_ATTRIBUTE_COUNT_LIMIT, which does not apply here, is 128
	 * too. */
	LIMIT_RESOURCE_ATTRIBUTES = 128,

	/* Map keys: the kernel allows more (MAX_BPF_STACK is the practical bound for a key: 512).
	 */
	LIMIT_MAP_KEY = 512,
	LIMIT_MAP_VALUE = 64 << 10,
	LIMIT_BATCH_ENTRIES = 4096,
	/* Of one metric: names that its rows had before, each of which is a series and a copy of a
	 * value. Beyond these a row keeps the name that it has. */
	LIMIT_RENAMES = 1024,
	/* Slots of one map that are on their way to become free: some system calls for each. */
	LIMIT_RETIRING = 1024,
	/* Perf event arrays: pages (4 KiB) for each CPU, and keys counted in our own memory: what
	 * is beyond is counted as overflow. */
	LIMIT_SAMPLE_PAGES = 16,
	LIMIT_SAMPLE_KEYS = 4096,

	/* BPF objects: with debug information the largest known ones have some 10 MiB. */
	LIMIT_OBJECT_BYTES = 64 << 20,
	LIMIT_OBJECT_SECTIONS = 4096,
	LIMIT_OBJECT_MAPS = 64, /* the verifier's own bound per program (MAX_USED_MAPS) */
	LIMIT_OBJECT_PROGRAMS = 512,
	/* A key or value type with nested structs written out. */
	LIMIT_LAYOUT_FIELDS = 512,
	LIMIT_LAYOUT_DEPTH = 16,
	LIMIT_ENUM_NAMES = 4096,
	/* The end of a verifier log names the fault; the whole may have megabytes. */
	LIMIT_VERIFIER_LOG = 16 << 10,

	/* Kernel memory that outlives the process (--pin), for one pack: two times the marks of a
	 * million series. */
	LIMIT_KEPT_BYTES = 512 << 20,

	/* The Collector's gRPC receiver refuses more than 4 MiB, its HTTP receiver more than 20. */
	LIMIT_REQUEST_BYTES = 4 << 20,
	/* OTLP 1.11.0: a client must limit the response; 4 MiB is recommended. */
	LIMIT_RESPONSE_BYTES = 4 << 20,
	LIMIT_HEADERS = 64,
	LIMIT_HEADER_BYTES = 8 << 10,
	LIMIT_URL_BYTES = 2048,
};
