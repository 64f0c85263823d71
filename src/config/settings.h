/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the user set: the command line, which wins, and the OTEL_* variables or a configuration file
 * (settings_file.h), which takes the place of all variables that it does not name. Parsing rules:
 * OpenTelemetry "Environment Variable Specification": an empty value is an unset one; what cannot
 * be parsed is told as a warning and ignored.
 */
#pragma once

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "config/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum exporter_kind {
	EXPORTER_NONE,
	EXPORTER_OTLP,
	EXPORTER_CONSOLE,
};

/* OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE */
enum temporality_kind {
	TEMPORALITY_KIND_CUMULATIVE,
	TEMPORALITY_KIND_DELTA,
	TEMPORALITY_KIND_LOWMEMORY,
};

struct pair {
	const char *key, *value;
	/* Of resource attributes, how the value is meant; headers are texts. */
	enum {
		PAIR_TEXT,
		PAIR_INTEGER,
		PAIR_BOOLEAN,
	} type;
};

struct settings {
	bool sdk_disabled;	     /* OTEL_SDK_DISABLED */
	enum exporter_kind exporter; /* OTEL_METRICS_EXPORTER */
	const char *url;	     /* full metrics URL, http or https */
	struct pair *headers;	     /* metrics headers; generic ones if those are unset */
	size_t header_count;
	bool gzip;
	/* PEM files; NULL: the system's authorities, and no certificate of our own. */
	const char *ca_file, *cert_file, *key_file;
	enum temporality_kind temporality;
	uint64_t request_timeout_ns; /* OTEL_EXPORTER_OTLP_TIMEOUT: one request with all its retries
				      */
	uint64_t interval_ns; /* OTEL_METRIC_EXPORT_INTERVAL; console default 10 s, else 60 s */
	uint64_t export_timeout_ns; /* OTEL_METRIC_EXPORT_TIMEOUT: a whole export */
	const char *service_name;   /* OTEL_SERVICE_NAME; NULL if unset */
	struct pair *resource;	    /* OTEL_RESOURCE_ATTRIBUTES, decoded */
	size_t resource_count;
	int log_level; /* enum log_level */
	struct views views;
	/* `distribution` of a configuration file. */
	const char **packs;
	size_t pack_count;
	const char *pack_dir; /* NULL: not given */
	bool strict;
	bool ebpf_exporter_prefix;
};

/* What the command line gives; NULL or 0: not given. */
struct overrides {
	const char *config;	   /* --config: as OTEL_CONFIG_FILE */
	const char *otlp_endpoint; /* --otlp-endpoint: as OTEL_EXPORTER_OTLP_ENDPOINT, and wins over
				    * both endpoint variables; also selects the otlp exporter */
	const char *exporter;	   /* --exporter */
	uint64_t interval_ms;	   /* --interval */
	const char *log_level;	   /* --log-level */
};

/* Called for each setting that is ignored: names the variable, its value, what was expected. */
typedef void settings_warning(void *context, const char *text);

struct settings_sources {
	const char *(*lookup)(const char *name); /* answers like getenv */
	const struct overrides *overrides;	 /* NULL: none */
	settings_warning *warning;
	void *context; /* of the warning */
};

/*
 * Strings live in `arena`. -EINVAL with `err` only for what must not be guessed: an endpoint that
 * is no URL, a wrong command-line value, anything wrong in a configuration file.
 */
int settings_load(struct settings *settings, const struct settings_sources *sources,
	struct arena *arena, struct err *err) MUST_CHECK;
