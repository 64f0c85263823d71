/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resource > scopes > metrics > series, and the rules of the OpenTelemetry metrics data model:
 * identity, start times, resets, cardinality limit. A collection is
 *
 *     model_begin(model, now); metric_add(...); ...; snapshot = model_end(model);
 *
 * and the snapshot stays as it is until the next model_begin.
 *
 * Under delta temporality a point is what its series counted and nobody acknowledged yet, from the
 * time of its last acknowledged point on: model_acknowledge moves that mark, nothing else does.
 */
#pragma once

#include "base/bits.h"
#include "base/compiler.h"
#include "base/err.h"
#include "model/attr.h"
#include "model/exponential.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum instrument {
	INSTRUMENT_COUNTER,
	INSTRUMENT_UPDOWNCOUNTER,
	INSTRUMENT_GAUGE,
	INSTRUMENT_HISTOGRAM,
	INSTRUMENT_EXPONENTIAL_HISTOGRAM,
};

const char *instrument_name(enum instrument instrument); /* "counter", ... */
/* 0, or -ENOENT. */
int instrument_from_name(const char *name, enum instrument *instrument) MUST_CHECK;

/* As OTLP numbers them. */
enum temporality {
	TEMPORALITY_DELTA = 1,
	TEMPORALITY_CUMULATIVE = 2,
};

/* OTLP metrics exporter specification, "temporality preference". */
enum temporality_preference {
	PREFER_CUMULATIVE,
	PREFER_DELTA,
	PREFER_LOWMEMORY,
};

/* Counters of BPF maps are observed: asynchronous ones in the words of the specification. */
enum temporality instrument_temporality(
	enum instrument instrument, enum temporality_preference preference);

/* Everything is copied by scope_add_metric. */
struct metric_desc {
	const char *name; /* instrument name syntax of the metrics API */
	const char *unit; /* UCUM; "" if it has none */
	const char *description;
	enum instrument instrument;
	/*
	 * Values are integers in the unit in which they were measured. In the metric's unit a value
	 * is value x factor / divisor. With factor and divisor 1 it is exported as an integer,
	 * otherwise as a double.
	 */
	uint64_t factor;  /* 0 means 1 */
	uint64_t divisor; /* 0 means 1 */
	bool is_signed;	  /* values are int64_t in two's complement */
	const double
		*bounds; /* histogram: explicit bounds in the metric's unit, strictly increasing */
	uint32_t bound_count; /* 0 is valid: one bucket */
	/*
	 * Histogram whose bounds are a power of two and those that follow it, or 0 and then such:
	 * it is sent as an exponential histogram of scale 0. What is up to the first bound is
	 * counted as zero; the last bucket goes where those begin that are above the last bound.
	 */
	bool octaves;
	uint32_t max_size;   /* exponential histogram: most buckets; 0 means EXPONENTIAL_MAX_SIZE */
	uint32_t max_series; /* 0 means LIMIT_SERIES_PER_METRIC; the overflow series comes on top */
};

/* One histogram's state; also how observations are handed in. */
struct histogram {
	uint64_t count;
	uint64_t sum;	   /* in the measured unit */
	uint64_t *buckets; /* bound_count + 1 of them, upper bound inclusive; their sum is count */
};

/* Read-only outside the model. The number of a series is its index in its metric, whose arrays have
 * what a collection changes: there may be millions. */
struct series {
	const struct attr *attrs; /* sorted by key, unique keys; owned by the series; NULL: free */
	uint32_t attr_count;
	uint32_t generation; /* changes when the number is given to another set of attributes */
	union {		     /* of the point, unless it is a number */
		struct histogram histogram;
		struct exponential *exponential;
	};
};

struct scope;

struct metric {
	struct metric_desc desc;
	enum temporality temporality; /* gauges: cumulative, which is not exported */
	uint32_t index;		      /* of this metric in the model; dense, never reused */
	uint32_t series_count;
	uint32_t changes; /* goes up with each number that is given to attributes or taken */
	struct series *series;
	/* By series. Going through all of them reads nothing but what it needs. */
	uint64_t *live;	   /* bits (base/bits.h): has a point in this collection */
	uint64_t *starts;  /* start_time_unix_nano */
	uint64_t *numbers; /* of the points, if they are numbers */
	const struct scope *scope;
	struct metric_state *state; /* the model's own */
};

struct scope {
	const char *name;
	const char *version;
	const struct attr *attrs;
	size_t attr_count;
	struct metric **metrics;
	size_t metric_count;
	uint64_t created; /* UNIX ns: when counting began */
	struct model *model;
};

struct resource {
	struct attr *attrs;
	size_t attr_count;
	const char *schema_url; /* "" if none */
};

/* What one collection found. Valid until the next model_begin or model_free. */
struct snapshot {
	uint64_t time; /* time_unix_nano of every point */
	const struct resource *resource;
	struct scope *const *scopes;
	size_t scope_count;
	uint32_t metric_count; /* one more than the highest metric index */
};

/* `resource` is borrowed and must outlive the model. NULL when out of memory. */
struct model *model_new(const struct resource *resource);
void model_free(struct model *model);

/* Of the metrics that are added from now on; cumulative unless this is called. */
void model_set_temporality(struct model *model, enum temporality_preference preference);

/* The model goes on with series of a process before it, whose last collection was at `time` (UNIX
 * ns): points come after that. Before the first collection. */
void model_resume(struct model *model, uint64_t time);

/* `name` and `version` are copied. `created` (UNIX ns) becomes the start time of series that appear
 * in the first collection: when counting began. NULL when out of memory. */
struct scope *model_add_scope(
	struct model *model, const char *name, const char *version, uint64_t created);

/* NULL with `err` for an invalid name, unit or bounds, a name that the model has already, or no
 * memory. */
struct metric *scope_add_metric(
	struct scope *scope, const struct metric_desc *desc, struct err *err);

/* `now`: UNIX ns. If the clock went backwards it is raised to the previous collection's time
 * plus 1. */
void model_begin(struct model *model, uint64_t now);

enum {
	SERIES_NONE = UINT32_MAX
};

/*
 * The number of the series with these attributes (any order; the first of a repeated key counts),
 * made if it is new. At the cardinality limit the answer is the overflow series. SERIES_NONE when
 * out of memory. Stays valid while series_generation() answers the same.
 */
uint32_t metric_find_series(struct metric *metric, const struct attr *attrs, size_t attr_count);
/* The series {otel.metric.overflow: true}. */
uint32_t metric_overflow_series(struct metric *metric);
static inline uint32_t series_generation(const struct metric *metric, uint32_t series)
{
	return series < metric->series_count ? metric->series[series].generation : 0;
}

/* Whether the series has a point in this collection. */
static inline bool series_is_live(const struct metric *metric, uint32_t series)
{
	return bit_get(metric->live, series);
}
/* The first live series from this number on; series_count if there is none. */
static inline uint32_t series_next_live(const struct metric *metric, uint32_t series)
{
	for (size_t i = series / BITS_WORD; i < bits_words(metric->series_count); i++) {
		uint64_t live = metric->live[i] & bits_mask(i, series, metric->series_count);

		if (live)
			return (uint32_t)(i * BITS_WORD + bits_next(&live));
	}
	return metric->series_count;
}

static inline uint32_t series_index(const struct metric *metric, const struct series *series)
{
	return (uint32_t)(series - metric->series);
}

static inline uint64_t series_number(const struct metric *metric, const struct series *series)
{
	return metric->numbers[series_index(metric, series)];
}
static inline uint64_t series_start(const struct metric *metric, const struct series *series)
{
	return metric->starts[series_index(metric, series)];
}

/* Whether it is that one. */
bool metric_is_overflow(const struct metric *metric, uint32_t series);

/*
 * Between model_begin and model_end: whether all that the series had in the collection before was
 * acknowledged. May say no where it was, if requests were acknowledged out of order.
 */
bool metric_is_delivered(const struct metric *metric, uint32_t series);

/* Add to what this collection has for the series: two map entries may be one series. */
void metric_add(struct metric *metric, uint32_t series, uint64_t value);
/* The same for many. */
void metric_add_all(
	struct metric *metric, const uint32_t *series, const uint64_t *values, size_t count);
/* The same for `count` series whose numbers follow `first`. Under delta temporality one whose value
 * is as it was costs no more than the comparison. */
void metric_add_run(struct metric *metric, uint32_t first, const uint64_t *values, uint32_t count);
/* `observed->buckets` has bound_count + 1 counts; what does not add up is set right: count becomes
 * the sum of the buckets (a reader may see an event half recorded). */
void metric_add_histogram(struct metric *metric, uint32_t series, const struct histogram *observed);

/* The same for an exponential histogram; `observed` may have any scale and any number of buckets.
 */
void metric_add_exponential(
	struct metric *metric, uint32_t series, const struct exponential *observed);

/*
 * Of a counter's series that is made of several map entries: one of them, which had `value` when it
 * was last read, is gone or counts anew. The series keeps what it counted, so that it does not go
 * back. A series whose only entry is gone ends all the same.
 */
void metric_retire(struct metric *metric, uint32_t series, uint64_t value);
/* The same for a histogram with delta temporality, or a part of one: buckets and sum. */
void metric_retire_histogram(
	struct metric *metric, uint32_t series, const struct histogram *retired);

/* The source of this metric could not be read: it has no points in this collection, but its series
 * go on in the next one as if nothing had been. */
void metric_skip(struct metric *metric);

/* Series that got no value end here (their number may be given away later, under a new generation).
 * Under delta temporality they end when all that they counted has been acknowledged. */
const struct snapshot *model_end(struct model *model);

/* A place between the series of a snapshot, whose order is: scopes, their metrics, their series. */
struct snapshot_place {
	size_t scope;
	size_t metric; /* in the scope */
	uint32_t series;
};

/*
 * Every live series from `from` up to but not including `to` was delivered as the last snapshot has
 * it: what they count from its time on is their next delta. Between model_end and model_begin.
 * Nothing changes in the snapshot. metric_is_delivered() tells it of cumulative series, too.
 */
void model_acknowledge(
	struct model *model, const struct snapshot_place *from, const struct snapshot_place *to);

/* As what the metric is sent. */
enum instrument metric_form(const struct metric *metric);
/* The exponential histogram as which the series is sent: its own, or one made in *room of the
 * buckets that the series has. */
const struct exponential *series_exponential(
	const struct metric *metric, const struct series *series, struct exponential *room);

/* A value in the metric's unit. */
double metric_to_double(const struct metric *metric, uint64_t value);
/* True if number points of this metric are integers; *integer then holds the value. */
bool metric_to_integer(const struct metric *metric, uint64_t value, int64_t *integer);

/* How often a series found no room since the model was made (self-metric). */
uint64_t model_overflow_count(const struct model *model);
