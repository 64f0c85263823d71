/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/console_value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Commas between the thousands of the digits in front of the decimal point. */
static struct value_text with_thousands(const char *number)
{
	struct value_text out = {0};
	size_t sign = *number == '-';
	size_t digits = strspn(number + sign, "0123456789");
	size_t n = 0;

	for (size_t i = 0; number[i] && n + 2 < sizeof(out.text); i++) {
		if (i > sign && i < sign + digits && (sign + digits - i) % 3 == 0)
			out.text[n++] = ',';
		out.text[n++] = number[i];
	}
	return out;
}

struct value_text text_integer(int64_t value)
{
	char number[32];

	snprintf(number, sizeof(number), "%" PRId64, value);
	return with_thousands(number);
}

struct value_text text_unsigned(uint64_t value)
{
	char number[32];

	snprintf(number, sizeof(number), "%" PRIu64, value);
	return with_thousands(number);
}

struct value_text text_double(double value)
{
	char number[32];

	snprintf(number, sizeof(number), "%.15g", value);
	return with_thousands(number);
}

struct scale {
	double from;
	const char *unit;
};

static const struct scale seconds[] = {
	{86400, "d"},
	{3600, "h"},
	{60, "min"},
	{1, "s"},
	{1e-3, "ms"},
	{1e-6, "µs"},
	{1e-9, "ns"},
};

static const struct scale bytes[] = {
	{1125899906842624.0, "PiB"},
	{1099511627776.0, "TiB"},
	{1073741824.0, "GiB"},
	{1048576.0, "MiB"},
	{1024.0, "KiB"},
	{1.0, "B"},
};

static const struct {
	const char *unit; /* UCUM */
	double in_base;
	const struct scale *scales;
	size_t count;
} units[] = {
	{"s", 1, seconds, ARRAY_SIZE(seconds)},
	{"ms", 1e-3, seconds, ARRAY_SIZE(seconds)},
	{"us", 1e-6, seconds, ARRAY_SIZE(seconds)},
	{"ns", 1e-9, seconds, ARRAY_SIZE(seconds)},
	{"By", 1, bytes, ARRAY_SIZE(bytes)},
	{"KiBy", 1024, bytes, ARRAY_SIZE(bytes)},
	{"MiBy", 1048576, bytes, ARRAY_SIZE(bytes)},
};

struct value_text text_scaled(double value, const char *unit)
{
	struct value_text out;
	double size = fabs(value);
	size_t i;

	for (size_t u = 0; u < ARRAY_SIZE(units); u++) {
		const struct scale *scales = units[u].scales;

		if (strcmp(unit, units[u].unit) || !isfinite(value) || value == 0)
			continue;
		size *= units[u].in_base;
		/* Rounding to three digits must not give 1000 of the smaller unit. */
		for (i = 0; i + 1 < units[u].count && size < scales[i].from * 0.9995; i++)
			;
		snprintf(out.text, sizeof(out.text), "%s%.3g %s", value < 0 ? "-" : "",
			size / scales[i].from, scales[i].unit);
		if (size / scales[i].from >= 999.5)
			snprintf(out.text, sizeof(out.text), "%s%.0f %s", value < 0 ? "-" : "",
				size / scales[i].from, scales[i].unit);
		return out;
	}
	snprintf(out.text, sizeof(out.text), "%.4g", value);
	if (size >= 1000 && size < 1e15) {
		snprintf(out.text, sizeof(out.text), "%.0f", value);
		out = with_thousands(out.text);
	}
	return out;
}

struct value_text text_exact(const struct metric *metric, uint64_t value)
{
	int64_t integer;

	if (metric_to_integer(metric, value, &integer))
		return text_integer(integer);
	return text_double(metric_to_double(metric, value));
}

struct value_text text_in_brackets(const struct metric *metric, uint64_t value)
{
	struct value_text scaled = text_scaled(metric_to_double(metric, value), metric->desc.unit);
	struct value_text out = {""};

	/* A scaled value has a unit behind a blank. */
	if (strchr(scaled.text, ' '))
		snprintf(out.text, sizeof(out.text), "(%.80s)", scaled.text);
	return out;
}

size_t text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

void text_write_escaped(struct buf *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		unsigned char next = i + 1 < length ? (unsigned char)text[i + 1] : 0;

		if (c == '\\')
			buf_puts(out, "\\\\");
		else if (c == '\n')
			buf_puts(out, "\\n");
		else if (c == '\t')
			buf_puts(out, "\\t");
		else if (c < ' ' || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else if (c == 0xc2 && next >= 0x80 && next < 0xa0) /* U+0080 to U+009F */
			buf_printf(out, "\\u%04x", text[++i] & 0xff);
		else
			buf_putc(out, (char)c);
	}
}
