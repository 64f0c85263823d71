/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "otlp/console_buckets.h"
#include "otlp/console_private.h"

enum {
	CHART_COLUMNS = 32
};

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

	console_styled(console, STYLE_FAINT, text.text);
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
	console_padding(console->out, 2);
	put_edge(console, metric, lowest_edge(metric, series, first));
	buf_putc(console->out, ' ');
	console_style(console, STYLE_CHART);
	for (uint32_t i = 0; i <= (last - first) / group; i++) {
		size_t height = (size_t)((double)columns[i] / (double)highest * 8 + 0.5);

		buf_puts(console->out, bars[columns[i] && !height ? 1 : height]);
	}
	console_style(console, STYLE_NONE);
	buf_putc(console->out, ' ');
	put_edge(console, metric, buckets_upper(metric, series, last));
}

void console_histograms(struct console *console, const struct metric *metric)
{
	static const char *const titles[CELLS] = {"count", "mean", "p50", "p90", "p99"};
	size_t columns[CELLS];
	struct cells cells;

	for (int c = 0; c < CELLS; c++)
		columns[c] = text_width(titles[c]);
	for (uint32_t i = 0; i < console_shown(console); i++) {
		cells = histogram_cells(metric, console->series[i]);
		for (int c = 0; c < CELLS; c++)
			columns[c] = console_wider(columns[c], &cells.cell[c]);
	}
	console_style(console, STYLE_FAINT);
	for (int c = 0; c < CELLS; c++) {
		console_padding(console->out, c ? 2 : 4);
		console_right(console->out, titles[c], columns[c]);
	}
	console_style(console, STYLE_NONE);
	buf_putc(console->out, '\n');
	for (uint32_t i = 0; i < console_shown(console); i++) {
		cells = histogram_cells(metric, console->series[i]);
		for (int c = 0; c < CELLS; c++) {
			console_padding(console->out, c ? 2 : 4);
			console_right(console->out, cells.cell[c].text, columns[c]);
		}
		buf_puts(console->out, "  ");
		console_attrs(console, console->series[i]);
		put_chart(console, metric, console->series[i]);
		buf_putc(console->out, '\n');
	}
}
