/* SPDX-License-Identifier: Apache-2.0 */
#include "selfmon/metrics.h"

#include "base/clock.h"

/* The conventions ask for duration histograms without boundaries: count and sum. */
const struct metric_desc self_metrics[SELF_METRICS] = {
	[POINTS_EXPORTED] =
		{
			.name = "otel.sdk.exporter.metric_data_point.exported",
			.unit = "{data_point}",
			.description =
				"Metric data points for which the export has finished, either "
				"successful or failed",
			.instrument = INSTRUMENT_COUNTER,
		},
	[EXPORT_DURATION] =
		{
			.name = "otel.sdk.exporter.operation.duration",
			.unit = "s",
			.description = "Duration of exports, retries included",
			.instrument = INSTRUMENT_HISTOGRAM,
			.divisor = NSEC_PER_SEC,
		},
	[COLLECTION_DURATION] =
		{
			.name = "otel.sdk.metric_reader.collection.duration",
			.unit = "s",
			.description = "Duration of collections: reading maps and decoding",
			.instrument = INSTRUMENT_HISTOGRAM,
			.divisor = NSEC_PER_SEC,
		},
	[PACK_ATTACHED] =
		{
			.name = "otelbpf.pack.attached",
			.unit = "{pack}",
			.description =
				"1 if the pack counts, 0 if it could not be started or read; "
				"error.type says why",
			.instrument = INSTRUMENT_UPDOWNCOUNTER,
		},
	[PACK_UNDECODABLE] =
		{
			.name = "otelbpf.pack.undecodable_keys",
			.unit = "{key}",
			.description = "Map keys that could not be decoded and are not exported",
			.instrument = INSTRUMENT_COUNTER,
		},
	[PACK_SKIPPED] =
		{
			.name = "otelbpf.pack.skipped_keys",
			.unit = "{key}",
			.description =
				"Map keys that the definition leaves out: no pattern of a regexp "
				"matches",
			.instrument = INSTRUMENT_COUNTER,
		},
	[PROGRAM_RUNS] =
		{
			.name = "otelbpf.program.runs",
			.unit = "{run}",
			.description = "Runs of the BPF program (kernel.bpf_stats_enabled)",
			.instrument = INSTRUMENT_COUNTER,
		},
	[PROGRAM_TIME] =
		{
			.name = "otelbpf.program.time",
			.unit = "s",
			.description = "Time spent in the BPF program (kernel.bpf_stats_enabled)",
			.instrument = INSTRUMENT_COUNTER,
			.divisor = NSEC_PER_SEC,
		},
	[PROGRAM_MISSED] =
		{
			.name = "otelbpf.program.missed",
			.unit = "{run}",
			.description =
				"Runs that the kernel left out because the program was running "
				"on the CPU already: events that were not counted",
			.instrument = INSTRUMENT_COUNTER,
		},
	[MAP_ENTRIES] =
		{
			.name = "otelbpf.map.entries",
			.unit = "{entry}",
			.description = "Entries that the last collection read from the map",
			.instrument = INSTRUMENT_UPDOWNCOUNTER,
		},
	[MAP_CAPACITY] =
		{
			.name = "otelbpf.map.capacity",
			.unit = "{entry}",
			.description = "Entries that the map can hold",
			.instrument = INSTRUMENT_UPDOWNCOUNTER,
		},
	[MAP_MEMORY] =
		{
			.name = "otelbpf.map.memory",
			.unit = "By",
			.description = "Kernel memory of the map",
			.instrument = INSTRUMENT_UPDOWNCOUNTER,
		},
	[MAP_READ_ERRORS] =
		{
			.name = "otelbpf.map.read_errors",
			.unit = "{error}",
			.description = "Collections in which the map could not be read",
			.instrument = INSTRUMENT_COUNTER,
		},
	[MAP_OVERFLOW] =
		{
			.name = "otelbpf.map.overflow",
			.unit = "{event}",
			.description = "Events whose key found no slot in the map: they are in the "
				       "metric's overflow series",
			.instrument = INSTRUMENT_COUNTER,
		},
	[MAP_FAILED_INSERTS] =
		{
			.name = "otelbpf.map.failed_inserts",
			.unit = "{event}",
			.description = "Of the events in otelbpf.map.overflow, those for which "
				       "there was a free slot, but the kernel did not take the key",
			.instrument = INSTRUMENT_COUNTER,
		},
	[MAP_RETIRED] =
		{
			.name = "otelbpf.map.retired",
			.unit = "{entry}",
			.description = "Entries that did not change for the idle_timeout and "
				       "became free",
			.instrument = INSTRUMENT_COUNTER,
		},
	[SERIES_OVERFLOW] =
		{
			.name = "otelbpf.series.overflow",
			.unit = "{key}",
			.description = "Map keys that were added to an overflow series because "
				       "their metric "
				       "had reached its cardinality limit",
			.instrument = INSTRUMENT_COUNTER,
		},
};
