/* SPDX-License-Identifier: Apache-2.0 */
#include "otlp/console.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "otlp/console_buckets.h"
#include "otlp/console_value.h"

enum {
	CHART_COLUMNS = 32
};

struct console {
	struct buf *out;
	bool colour;
	uint32_t max_series;
	const struct series **series; /* of the present metric: live ones, sorted */
	uint32_t room, count;
};

enum style {
	STYLE_SCOPE,
	STYLE_METRIC,
	STYLE_FAINT,
	STYLE_CHART,
	STYLE_NONE,
};

static void style(struct console *console, enum style chosen)
{
	static const char *const sequences[] = {
		[STYLE_SCOPE] = "\033[1;4m",
		[STYLE_METRIC] = "\033[1;36m",
		[STYLE_FAINT] = "\033[2m",
		[STYLE_CHART] = "\033[32m",
		[STYLE_NONE] = "\033[0m",
	};

	if (console->colour)
		buf_puts(console->out, sequences[chosen]);
}

static void put_styled(struct console *console, enum style chosen, const char *text)
{
	style(console, chosen);
	text_write_escaped(console->out, text, strlen(text));
	style(console, STYLE_NONE);
}

static void put_padding(struct buf *out, size_t columns)
{
	while (columns--)
		buf_putc(out, ' ');
}

static void put_right(struct buf *out, const char *text, size_t columns)
{
	size_t width = text_width(text);

	put_padding(out, columns > width ? columns - width : 0);
	buf_puts(out, text);
}

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

static bool is_histogram(const struct metric *metric)
{
	return metric->desc.instrument == INSTRUMENT_HISTOGRAM ||
	       metric->desc.instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM;
}

static uint64_t weight(const struct metric *metric, const struct series *series)
{
	uint64_t number;

	if (is_histogram(metric))
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

static void put_attrs(struct console *console, const struct series *series)
{
	struct buf *out = console->out;

	for (uint32_t i = 0; i < series->attr_count; i++) {
		const struct attr *attr = &series->attrs[i];
		bool quoted;

		buf_puts(out, i ? " " : "");
		style(console, STYLE_FAINT);
		text_write_escaped(out, attr->key, strlen(attr->key));
		buf_putc(out, '=');
		style(console, STYLE_NONE);
		switch (attr->type) {
		case ATTR_STRING:
			quoted = !attr->length || strpbrk(attr->string, " \"=");
			buf_puts(out, quoted ? "\"" : "");
			text_write_escaped(out, attr->string, attr->length);
			buf_puts(out, quoted ? "\"" : "");
			break;
		case ATTR_INT:
			buf_printf(out, "%" PRId64, attr->integer);
			break;
		case ATTR_BOOL:
			buf_puts(out, attr->boolean ? "true" : "false");
			break;
		}
	}
	if (!series->attr_count)
		put_styled(console, STYLE_FAINT, "(no attributes)");
}

static uint32_t shown(const struct console *console)
{
	if (!console->max_series || console->count < console->max_series)
		return console->count;
	return console->max_series;
}

/* What the series that are not shown add up to, where adding makes sense. */
static void put_more(struct console *console, const struct metric *metric)
{
	uint32_t first = shown(console);
	uint64_t sum = 0;

	if (first == console->count)
		return;
	for (uint32_t i = first; i < console->count; i++)
		sum += is_histogram(metric) ? buckets_total(metric, console->series[i])
					    : series_number(metric, console->series[i]);
	buf_puts(console->out, "    ");
	style(console, STYLE_FAINT);
	buf_printf(console->out, "... and %" PRIu32 " more series", console->count - first);
	if (is_histogram(metric))
		buf_printf(console->out, " (count %s)", text_unsigned(sum).text);
	else if (metric->desc.instrument != INSTRUMENT_GAUGE)
		buf_printf(console->out, " (sum %s)", text_exact(metric, sum).text);
	style(console, STYLE_NONE);
	buf_putc(console->out, '\n');
}

static size_t wider(size_t columns, const struct value_text *value)
{
	size_t width = text_width(value->text);

	return width > columns ? width : columns;
}

static void put_numbers(struct console *console, const struct metric *metric)
{
	size_t columns = 0, bracket_columns = 0;
	struct value_text exact, brackets;

	for (uint32_t i = 0; i < shown(console); i++) {
		exact = text_exact(metric, series_number(metric, console->series[i]));
		brackets = text_in_brackets(metric, series_number(metric, console->series[i]));
		columns = wider(columns, &exact);
		bracket_columns = wider(bracket_columns, &brackets);
	}
	for (uint32_t i = 0; i < shown(console); i++) {
		exact = text_exact(metric, series_number(metric, console->series[i]));
		brackets = text_in_brackets(metric, series_number(metric, console->series[i]));
		put_padding(console->out, 4);
		put_right(console->out, exact.text, columns);
		put_padding(console->out, 2);
		if (bracket_columns) {
			put_right(console->out, brackets.text, bracket_columns);
			put_padding(console->out, 2);
		}
		put_attrs(console, console->series[i]);
		buf_putc(console->out, '\n');
	}
}

/* The upper bound of the bucket in which the share of `percent` of the observations is reached. */
static struct value_text quantile(
	const struct metric *metric, const struct series *series, unsigned int percent)
{
	uint64_t count = buckets_total(metric, series), seen = 0;
	/* count * percent / 100, rounded up, without overflow */
	uint64_t target = count / 100 * percent + (count % 100 * percent + 99) / 100;
	uint32_t i = 0, last = buckets_number(metric, series) - 1;
	struct value_text bound, out;
	double upper;

	while (i < last && (seen += buckets_get(metric, series, i)) < target)
		i++;
	upper = buckets_upper(metric, series, i);
	if (isfinite(upper)) {
		bound = text_scaled(upper, metric->desc.unit);
		snprintf(out.text, sizeof(out.text), "≤%.80s", bound.text);
		return out;
	}
	upper = buckets_lower(metric, series, i);
	if (!isfinite(upper))
		return (struct value_text){"-"};
	bound = text_scaled(upper, metric->desc.unit);
	snprintf(out.text, sizeof(out.text), ">%.80s", bound.text);
	return out;
}

enum {
	CELL_COUNT,
	CELL_MEAN,
	CELL_P50,
	CELL_P90,
	CELL_P99,
	CELLS
};

struct cells {
	struct value_text cell[CELLS];
};

static struct cells histogram_cells(const struct metric *metric, const struct series *series)
{
	uint64_t count = buckets_total(metric, series);
	struct cells cells;
	double mean;

	cells.cell[CELL_COUNT] = text_unsigned(count);
	for (int i = CELL_MEAN; i < CELLS; i++)
		cells.cell[i] = (struct value_text){"-"};
	if (!count)
		return cells;
	mean = metric_to_double(metric, buckets_sum(metric, series)) / (double)count;
	cells.cell[CELL_MEAN] = text_scaled(mean, metric->desc.unit);
	cells.cell[CELL_P50] = quantile(metric, series, 50);
	cells.cell[CELL_P90] = quantile(metric, series, 90);
	cells.cell[CELL_P99] = quantile(metric, series, 99);
	return cells;
}

static void put_edge(struct console *console, const struct metric *metric, double edge)
{
	struct value_text text = isfinite(edge) ? text_scaled(edge, metric->desc.unit)
				 : edge < 0	? (struct value_text){"-∞"}
						: (struct value_text){"∞"};

	put_styled(console, STYLE_FAINT, text.text);
}

/* What has no lower bound begins at 0, unless there are bounds below. */
static double lowest_edge(const struct metric *metric, const struct series *series, uint32_t first)
{
	double lower = buckets_lower(metric, series, first);
	double upper = buckets_upper(metric, series, first);

	return isfinite(lower) || upper < 0 ? lower : 0;
}

/* One column per bucket, from the first to the last that has something; neighbours share one if
 * they are many. */
static void put_chart(
	struct console *console, const struct metric *metric, const struct series *series)
{
	static const char *const bars[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	uint32_t first = 0, last = buckets_number(metric, series) - 1, group;
	uint64_t columns[CHART_COLUMNS] = {0}, highest = 0;

	if (!buckets_total(metric, series))
		return;
	while (first < last && !buckets_get(metric, series, first))
		first++;
	while (last > first && !buckets_get(metric, series, last))
		last--;
	group = (last - first) / CHART_COLUMNS + 1;
	for (uint32_t i = first; i <= last; i++)
		columns[(i - first) / group] += buckets_get(metric, series, i);
	for (uint32_t i = 0; i < CHART_COLUMNS; i++)
		highest = columns[i] > highest ? columns[i] : highest;
	put_padding(console->out, 2);
	put_edge(console, metric, lowest_edge(metric, series, first));
	buf_putc(console->out, ' ');
	style(console, STYLE_CHART);
	for (uint32_t i = 0; i <= (last - first) / group; i++) {
		size_t height = (size_t)((double)columns[i] / (double)highest * 8 + 0.5);

		buf_puts(console->out, bars[columns[i] && !height ? 1 : height]);
	}
	style(console, STYLE_NONE);
	buf_putc(console->out, ' ');
	put_edge(console, metric, buckets_upper(metric, series, last));
}

static void put_histograms(struct console *console, const struct metric *metric)
{
	static const char *const titles[CELLS] = {"count", "mean", "p50", "p90", "p99"};
	size_t columns[CELLS];
	struct cells cells;

	for (int c = 0; c < CELLS; c++)
		columns[c] = text_width(titles[c]);
	for (uint32_t i = 0; i < shown(console); i++) {
		cells = histogram_cells(metric, console->series[i]);
		for (int c = 0; c < CELLS; c++)
			columns[c] = wider(columns[c], &cells.cell[c]);
	}
	style(console, STYLE_FAINT);
	for (int c = 0; c < CELLS; c++) {
		put_padding(console->out, c ? 2 : 4);
		put_right(console->out, titles[c], columns[c]);
	}
	style(console, STYLE_NONE);
	buf_putc(console->out, '\n');
	for (uint32_t i = 0; i < shown(console); i++) {
		cells = histogram_cells(metric, console->series[i]);
		for (int c = 0; c < CELLS; c++) {
			put_padding(console->out, c ? 2 : 4);
			put_right(console->out, cells.cell[c].text, columns[c]);
		}
		buf_puts(console->out, "  ");
		put_attrs(console, console->series[i]);
		put_chart(console, metric, console->series[i]);
		buf_putc(console->out, '\n');
	}
}

static void put_metric(struct console *console, const struct metric *metric)
{
	const struct metric_desc *desc = &metric->desc;

	buf_puts(console->out, "\n  ");
	put_styled(console, STYLE_METRIC, desc->name);
	buf_printf(console->out, "  %s", instrument_name(desc->instrument));
	if (*desc->unit) {
		buf_puts(console->out, " in ");
		text_write_escaped(console->out, desc->unit, strlen(desc->unit));
	}
	buf_printf(console->out, ", %" PRIu32 " series\n", console->count);
	if (*desc->description) {
		buf_puts(console->out, "  ");
		put_styled(console, STYLE_FAINT, desc->description);
		buf_putc(console->out, '\n');
	}
	if (is_histogram(metric))
		put_histograms(console, metric);
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
			put_styled(console, STYLE_SCOPE, scope->name);
			if (*scope->version) {
				buf_putc(console->out, ' ');
				put_styled(console, STYLE_FAINT, scope->version);
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
