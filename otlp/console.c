/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/console.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "otlp/console_buckets.h"
#include "otlp/console_private.h"
#include "otlp/console_value.h"

static int compare_attr(const struct attr *a, const struct attr *b)
{
	int order = strcmp(a->key, b->key);

	if (order)
		return order;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	switch (a->type) {
	case ATTR_STRING:
		return strcmp(a->string, b->string);
	case ATTR_INT:
		return (a->integer > b->integer) - (a->integer < b->integer);
	case ATTR_BOOL:
		return a->boolean - b->boolean;
	}
	return 0;
}

static int compare_attrs(const struct series *a, const struct series *b)
{
	for (uint32_t i = 0; i < a->attr_count && i < b->attr_count; i++) {
		int order = compare_attr(&a->attrs[i], &b->attrs[i]);

		if (order)
			return order;
	}
	return (a->attr_count > b->attr_count) - (a->attr_count < b->attr_count);
}

static uint64_t weight(const struct metric *metric, const struct series *series)
{
	uint64_t number;

	if (console_is_histogram(metric))
		return buckets_total(metric, series);
	/* Signed values in the order of unsigned ones. */
	number = series_number(metric, series);
	return metric->desc.is_signed ? number ^ (UINT64_C(1) << 63) : number;
}

static int compare_series(const void *left, const void *right, void *context)
{
	const struct series *a = *(const struct series *const *)left;
	const struct series *b = *(const struct series *const *)right;
	uint64_t wa = weight(context, a), wb = weight(context, b);

	if (wa != wb)
		return wa > wb ? -1 : 1;
	return compare_attrs(a, b);
}

static int collect(struct console *console, const struct metric *metric)
{
	console->count = 0;
	if (metric->series_count > console->room) {
		const struct series **series = reallocarray(
			console->series, metric->series_count, sizeof(const struct series *));

		if (!series)
			return -ENOMEM;
		console->series = series;
		console->room = metric->series_count;
	}
	for (uint32_t i = 0; i < metric->series_count; i++) {
		if (series_is_live(metric, i))
			console->series[console->count++] = &metric->series[i];
	}
	if (console->count)
		qsort_r(console->series, console->count, sizeof(const struct series *),
			compare_series, (void *)metric);
	return 0;
}

/* What the series that are not shown add up to, where adding makes sense. */
static void put_more(struct console *console, const struct metric *metric)
{
	uint32_t first = console_shown(console);
	uint64_t sum = 0;

	if (first == console->count)
		return;
	for (uint32_t i = first; i < console->count; i++)
		sum += console_is_histogram(metric) ? buckets_total(metric, console->series[i])
						    : series_number(metric, console->series[i]);
	buf_puts(console->out, "    ");
	console_style(console, STYLE_FAINT);
	buf_printf(console->out, "... and %" PRIu32 " more series", console->count - first);
	if (console_is_histogram(metric))
		buf_printf(console->out, " (count %s)", text_unsigned(sum).text);
	else if (metric->desc.instrument != INSTRUMENT_GAUGE)
		buf_printf(console->out, " (sum %s)", text_exact(metric, sum).text);
	console_style(console, STYLE_NONE);
	buf_putc(console->out, '\n');
}

static void put_numbers(struct console *console, const struct metric *metric)
{
	size_t columns = 0, bracket_columns = 0;
	struct value_text exact, brackets;

	for (uint32_t i = 0; i < console_shown(console); i++) {
		exact = text_exact(metric, series_number(metric, console->series[i]));
		brackets = text_in_brackets(metric, series_number(metric, console->series[i]));
		columns = console_wider(columns, &exact);
		bracket_columns = console_wider(bracket_columns, &brackets);
	}
	for (uint32_t i = 0; i < console_shown(console); i++) {
		exact = text_exact(metric, series_number(metric, console->series[i]));
		brackets = text_in_brackets(metric, series_number(metric, console->series[i]));
		console_padding(console->out, 4);
		console_right(console->out, exact.text, columns);
		console_padding(console->out, 2);
		if (bracket_columns) {
			console_right(console->out, brackets.text, bracket_columns);
			console_padding(console->out, 2);
		}
		console_attrs(console, console->series[i]);
		buf_putc(console->out, '\n');
	}
}

static void put_metric(struct console *console, const struct metric *metric)
{
	const struct metric_desc *desc = &metric->desc;

	buf_puts(console->out, "\n  ");
	console_styled(console, STYLE_METRIC, desc->name);
	buf_printf(console->out, "  %s", instrument_name(desc->instrument));
	if (*desc->unit) {
		buf_puts(console->out, " in ");
		text_write_escaped(console->out, desc->unit, strlen(desc->unit));
	}
	buf_printf(console->out, ", %" PRIu32 " series\n", console->count);
	if (*desc->description) {
		buf_puts(console->out, "  ");
		console_styled(console, STYLE_FAINT, desc->description);
		buf_putc(console->out, '\n');
	}
	if (console_is_histogram(metric))
		console_histograms(console, metric);
	else
		put_numbers(console, metric);
	put_more(console, metric);
}

static int put_scope(struct console *console, const struct scope *scope, bool *first)
{
	bool named = false;

	for (size_t i = 0; i < scope->metric_count; i++) {
		if (collect(console, scope->metrics[i]))
			return -ENOMEM;
		if (!console->count)
			continue;
		if (!named) {
			buf_puts(console->out, *first ? "" : "\n");
			console_styled(console, STYLE_SCOPE, scope->name);
			if (*scope->version) {
				buf_putc(console->out, ' ');
				console_styled(console, STYLE_FAINT, scope->version);
			}
			buf_putc(console->out, '\n');
			named = true;
			*first = false;
		}
		put_metric(console, scope->metrics[i]);
	}
	return 0;
}

int console_write(
	struct buf *out, const struct snapshot *snapshot, bool colour, uint32_t max_series)
{
	struct console console = {.out = out, .colour = colour, .max_series = max_series};
	bool first = true;
	int ret = 0;

	for (size_t i = 0; !ret && i < snapshot->scope_count; i++)
		ret = put_scope(&console, snapshot->scopes[i], &first);
	free(console.series);
	return ret || out->failed ? -ENOMEM : 0;
}
