/* SPDX-License-Identifier: Apache-2.0 */
#include "config/settings.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "config/settings_env.h"
#include "config/settings_file.h"

static const struct choice exporters[] = {
	{"otlp", EXPORTER_OTLP, NULL},
	{"console", EXPORTER_CONSOLE, NULL},
	{"none", EXPORTER_NONE, NULL},
	{"prometheus", 0,
		"not an exporter of otelbpf, which delivers to a collector over OTLP; otlp is "
		"used"},
	{"logging", 0, "deprecated, and called console today; otlp is used"},
};

static const struct choice levels[] = {
	{"none", LOG_LEVEL_NONE, NULL},
	{"error", LOG_LEVEL_ERROR, NULL},
	{"warn", LOG_LEVEL_WARN, NULL},
	{"warning", LOG_LEVEL_WARN, NULL},
	{"info", LOG_LEVEL_INFO, NULL},
	{"debug", LOG_LEVEL_DEBUG, NULL},
};

/* A value of the command line: wrong ones are errors, since someone is there to read them. */
static int given_choice(const char *option, const char *text, const struct choice *choices,
	size_t count, int *value, struct err *err)
{
	char names[128];

	for (size_t i = 0; i < count; i++)
		if (strcasecmp(text, choices[i].name) == 0) {
			if (choices[i].warning)
				break;
			*value = choices[i].value;
			return 0;
		}
	choice_names(choices, count, names, sizeof(names));
	return err_set(err, -EINVAL, "%s: found '%.100s', expected %s", option, text, names);
}

static void exporter_from_env(struct environment *env, int *exporter)
{
	static const char name[] = "OTEL_METRICS_EXPORTER";
	char *text = env_get(env, name), *comma;

	if (!text)
		return;
	comma = strchr(text, ',');
	if (comma) {
		*comma = '\0';
		env_warn(env, "%s: found several exporters, expected one; '%.60s' is used", name,
			str_trim(text));
	}
	choice_parse(env, name, str_trim(text), exporters, ARRAY_SIZE(exporters), exporter);
}

static int choose_exporter(struct environment *env, const struct overrides *given,
	struct settings *settings, struct err *err)
{
	int exporter = EXPORTER_OTLP, result = 0;

	if (given->exporter)
		result = given_choice("--exporter", given->exporter, exporters,
			ARRAY_SIZE(exporters), &exporter, err);
	else if (!given->otlp_endpoint)
		exporter_from_env(env, &exporter);
	settings->exporter = (enum exporter_kind)exporter;
	return result;
}

/* Metrics SDK, "Periodic exporting MetricReader"; the console exporter's interval is that of
 * "Standard output". */
static int choose_times(struct environment *env, const struct overrides *given,
	struct settings *settings, struct err *err)
{
	if (given->interval_ms > INT32_MAX)
		return err_set(err, -EINVAL, "--interval: found %llu ms, expected at most %d",
			(unsigned long long)given->interval_ms, INT32_MAX);
	settings->interval_ns = (settings->exporter == EXPORTER_CONSOLE ? 10 : 60) * NSEC_PER_SEC;
	if (given->interval_ms)
		settings->interval_ns = given->interval_ms * NSEC_PER_MSEC;
	else
		env_duration(env, (struct variable){NULL, "OTEL_METRIC_EXPORT_INTERVAL"}, 1,
			&settings->interval_ns);
	settings->export_timeout_ns = 30 * NSEC_PER_SEC;
	env_timeout(env, (struct variable){NULL, "OTEL_METRIC_EXPORT_TIMEOUT"},
		&settings->export_timeout_ns);
	return 0;
}

static int choose_log_level(struct environment *env, const struct overrides *given,
	struct settings *settings, struct err *err)
{
	settings->log_level = LOG_LEVEL_INFO;
	if (given->log_level)
		return given_choice("--log-level", given->log_level, levels, ARRAY_SIZE(levels),
			&settings->log_level, err);
	env_choice(env, (struct variable){NULL, "OTEL_LOG_LEVEL"}, levels, ARRAY_SIZE(levels),
		&settings->log_level);
	return 0;
}

static void choose_resource(struct environment *env, struct settings *settings)
{
	const char *name = env_get(env, "OTEL_SERVICE_NAME");

	if (name && !utf8_is_valid(name, strlen(name))) {
		env_warn(env, "OTEL_SERVICE_NAME: found text that is not UTF-8; ignored");
		name = NULL;
	}
	settings->service_name = name;
	env_resource(
		env, "OTEL_RESOURCE_ATTRIBUTES", &settings->resource, &settings->resource_count);
}

static const char *no_variable(const char *name)
{
	(void)name;
	return NULL;
}

static const char *config_file(struct environment *env, const struct overrides *given)
{
	static const char name[] = "OTEL_CONFIG_FILE", old[] = "OTEL_EXPERIMENTAL_CONFIG_FILE";
	const char *file = given->config ? given->config : env_get(env, name);

	if (!file) {
		file = env_get(env, old);
		if (file)
			env_warn(env, "%s: deprecated; say %s", old, name);
	}
	return file;
}

static int choose_all(struct environment *env, const struct overrides *given,
	struct settings *settings, struct err *err)
{
	int result;

	settings->sdk_disabled = env_bool(env, "OTEL_SDK_DISABLED");
	result = choose_exporter(env, given, settings, err);
	if (!result)
		result = choose_times(env, given, settings, err);
	if (!result)
		result = choose_log_level(env, given, settings, err);
	if (!result)
		result = env_otlp(env, given->otlp_endpoint, settings, err);
	choose_resource(env, settings);
	return result;
}

/* The command line wins over the file. */
static void override(
	const struct overrides *given, const struct settings *chosen, struct settings *settings)
{
	if (given->exporter || given->otlp_endpoint)
		settings->exporter = chosen->exporter;
	if (given->otlp_endpoint)
		settings->url = chosen->url;
	if (given->interval_ms)
		settings->interval_ns = chosen->interval_ns;
	if (given->log_level)
		settings->log_level = chosen->log_level;
}

/* With a file all variables are ignored but those that it names (environment variable
 * specification, "Declarative configuration"). */
static int load_file(const char *file, struct environment *env, const struct overrides *given,
	struct settings *settings, struct err *err)
{
	static const struct overrides nothing;
	const char *(*lookup)(const char *name) = env->lookup;
	struct settings chosen = {.gzip = false};
	int result;

	env->lookup = no_variable;
	result = choose_all(env, given, &chosen, err);
	if (!result)
		result = choose_all(env, &nothing, settings, err);
	env->lookup = lookup;
	if (!result)
		result = settings_file_load(file, env, settings, err);
	if (!result)
		override(given, &chosen, settings);
	return result;
}

int settings_load(struct settings *settings, const struct settings_sources *sources,
	struct arena *arena, struct err *err)
{
	static const struct overrides nothing;
	const struct overrides *given = sources->overrides ? sources->overrides : &nothing;
	struct environment env = {
		.lookup = sources->lookup,
		.arena = arena,
		.warning = sources->warning,
		.context = sources->context,
	};
	const char *file = config_file(&env, given);
	int result;

	*settings = (struct settings){.gzip = false};
	result = file ? load_file(file, &env, given, settings, err)
		      : choose_all(&env, given, settings, err);
	if (!result && env.no_memory)
		return err_set(err, -ENOMEM, "settings: out of memory");
	return result;
}
