/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that write a snapshot for a terminal share. Only for console*.c. */
#pragma once

#include "base/buf.h"
#include "model/model.h"
#include "otlp/console_value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

static inline bool console_is_histogram(const struct metric *metric)
{
	return metric->desc.instrument == INSTRUMENT_HISTOGRAM ||
	       metric->desc.instrument == INSTRUMENT_EXPONENTIAL_HISTOGRAM;
}

/* console_text.c */
void console_style(struct console *console, enum style chosen);
/* Text from outside: control characters are escaped. */
void console_styled(struct console *console, enum style chosen, const char *text);
void console_padding(struct buf *out, size_t columns);
/* Padded on the left. */
void console_right(struct buf *out, const char *text, size_t columns);
void console_attrs(struct console *console, const struct series *series);
/* `columns`, or those of the value if it takes more. */
size_t console_wider(size_t columns, const struct value_text *value);
/* How many series of the present metric are told one by one: the first of console->series. */
uint32_t console_shown(const struct console *console);

/* console_histogram.c: the series of the present metric as a table with percentiles and charts. */
void console_histograms(struct console *console, const struct metric *metric);
