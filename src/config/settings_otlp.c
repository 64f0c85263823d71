/* SPDX-License-Identifier: Apache-2.0 */
/* OTLP exporter specification 1.56, "Configuration Options" and "Endpoint URLs for OTLP/HTTP". */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "config/settings_env.h"
#include "config/url.h"

static const char default_url[] = "http://localhost:4318/v1/metrics";
static const uint64_t default_timeout_ns = 10 * NSEC_PER_SEC;

/* OTEL_EXPORTER_OTLP_NAME and OTEL_EXPORTER_OTLP_METRICS_NAME. */
#define OTLP_VARIABLE(name)                                                                        \
	((struct variable){"OTEL_EXPORTER_OTLP_METRICS_" name, "OTEL_EXPORTER_OTLP_" name})

static int set_url(struct environment *env, const char *source, const char *text, const char *path,
	struct settings *settings, struct err *err)
{
	bool had_user = false;
	int result;

	result = url_parse(text, path, env->arena, &settings->url, &had_user, err);
	if (result) {
		/* What precedes an '@' may be a password. */
		const char *at = strrchr(text, '@');

		return err_prefix(
			err, result, "%s is '%s%.200s': ", source, at ? "..." : "", at ? at : text);
	}
	if (had_user)
		env_warn(env,
			"%s: the user name and password in the URL are ignored; put an "
			"authorization header into OTEL_EXPORTER_OTLP_HEADERS",
			source);
	return 0;
}

static int endpoint(
	struct environment *env, const char *given, struct settings *settings, struct err *err)
{
	struct variable variable = OTLP_VARIABLE("ENDPOINT");
	const char *text;

	settings->url = default_url;
	if (given)
		return set_url(env, "--otlp-endpoint", given, "v1/metrics", settings, err);
	text = env_get(env, variable.metrics);
	if (text)
		return set_url(env, variable.metrics, text, NULL, settings, err);
	text = env_get(env, variable.generic);
	if (text)
		return set_url(env, variable.generic, text, "v1/metrics", settings, err);
	return 0;
}

static void options(struct environment *env, struct settings *settings)
{
	static const char other_protocol[] =
		"not supported yet; http/protobuf is used instead (port 4318 of a collector)";
	static const struct choice protocols[] = {
		{"http/protobuf", 0, NULL},
		{"grpc", 0, other_protocol},
		{"http/json", 0, other_protocol},
	};
	static const struct choice compressions[] = {{"none", 0, NULL}, {"gzip", 1, NULL}};
	static const struct choice temporalities[] = {
		{"cumulative", TEMPORALITY_KIND_CUMULATIVE, NULL},
		{"delta", TEMPORALITY_KIND_DELTA, NULL},
		{"lowmemory", TEMPORALITY_KIND_LOWMEMORY, NULL},
	};
	static const struct choice histograms[] = {
		{"explicit_bucket_histogram", AGGREGATION_EXPLICIT, NULL},
		{"base2_exponential_bucket_histogram", AGGREGATION_EXPONENTIAL, NULL},
	};
	int only = 0, gzip = 0, temporality = TEMPORALITY_KIND_CUMULATIVE;
	/* Not set is not the same as its default: packs say themselves what suits them. */
	int histogram = AGGREGATION_DEFAULT;

	env_choice(env, OTLP_VARIABLE("PROTOCOL"), protocols, ARRAY_SIZE(protocols), &only);
	env_choice(
		env, OTLP_VARIABLE("COMPRESSION"), compressions, ARRAY_SIZE(compressions), &gzip);
	settings->gzip = gzip;
	env_choice(env,
		(struct variable){NULL, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"},
		temporalities, ARRAY_SIZE(temporalities), &temporality);
	settings->temporality = (enum temporality_kind)temporality;
	env_choice(env,
		(struct variable){NULL, "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION"},
		histograms, ARRAY_SIZE(histograms), &histogram);
	settings->views.histograms = (enum aggregation)histogram;
}

static void certificates(struct environment *env, struct settings *settings)
{
	const struct {
		struct variable variable;
		const char **file;
	} files[] = {
		{OTLP_VARIABLE("CERTIFICATE"), &settings->ca_file},
		{OTLP_VARIABLE("CLIENT_CERTIFICATE"), &settings->cert_file},
		{OTLP_VARIABLE("CLIENT_KEY"), &settings->key_file},
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		*files[i].file = env_get(env, files[i].variable.metrics);
		if (!*files[i].file)
			*files[i].file = env_get(env, files[i].variable.generic);
	}
}

int env_otlp(struct environment *env, const char *given, struct settings *settings, struct err *err)
{
	options(env, settings);
	env_headers(env, OTLP_VARIABLE("HEADERS"), &settings->headers, &settings->header_count);
	settings->request_timeout_ns = default_timeout_ns;
	env_timeout(env, OTLP_VARIABLE("TIMEOUT"), &settings->request_timeout_ns);
	certificates(env, settings);
	return endpoint(env, given, settings, err);
}
