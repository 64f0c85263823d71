#!/usr/bin/env bash
# Configuration files: the one that users are given, and what views make of one map, exactly, as totals and as deltas.
. "$(dirname "$0")/lib.sh"
need_root

start_collector
export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9    # a file hides what it does not name
export OTLP_ENDPOINT=$otlp_http INTERVAL=500 ENVIRONMENT=test
start_otelbpf --config "$root/collector-config/otelbpf.yaml"
made=$("$workload" bio 100) || skip "$made"
stop_otelbpf
device=$(made "$made" device)
expect_metric bio_latency bio_latency s histogram
for operation in read write flush discard; do
    of="\$a[\"system.device\"] == \"$device\" and \$a[\"block.operation\"] == \"$operation\""
    expect "$operation" "$(sum bio_latency "$of")" "$(made "$made" $operation)"
done
expect "boundaries" "$(points bio_latency | jq -c .bounds | sort -u)" \
    "[0.0001220703125,0.00048828125,0.001953125,0.0078125,0.03125,0.125,0.5,2]"
expect "counts that are not their buckets'" "$(points bio_latency | jq -c 'select(.count != (.buckets | add))')" ""
expect "attributes of softirqs" "$(points softirqs | jq -c '.attributes | keys' | sort -u)" '["softirq.vector"]'
expect "series of one vector" "$(points softirqs | jq -r '.attributes["softirq.vector"]' | sort | uniq -d)" ""
expect "the file's resource" "$(points softirqs | jq -r '.resource["deployment.environment.name"]' | sort -u)" test
curl -fs "http://127.0.0.1:$PROMETHEUS_PORT/metrics" >"$work/scrape"
grep -q "^bio_latency_seconds_bucket{.*le=\"0.0078125\"" "$work/scrape" || fail "no explicit buckets behind the Prometheus exporter"

# Four streams of one map, as deltas: the same events in each.
cat >"$work/views.yaml" <<END
file_format: "1.1"
resource:
  attributes:
    - {name: service.name, value: kernel}
    - {name: rack, value: 7, type: int}
meter_provider:
  readers:
    - periodic:
        interval: 300
        exporter: {otlp_http: {endpoint: $otlp_http/v1/metrics, temporality_preference: delta}}
  views:
    - selector: {instrument_type: histogram}
      stream:
        name: latency.explicit
        aggregation: {explicit_bucket_histogram: {boundaries: [0.000030517578125, 0.00048828125, 0.0078125, 1]}}
    - selector: {instrument_name: bio_*, unit: s}
      stream:
        name: latency.fine
        aggregation: {base2_exponential_bucket_histogram: {max_scale: 2, max_size: 80}}
    - selector: {instrument_name: BIO_LATENCY}
      stream:
        name: latency.device
        aggregation: {explicit_bucket_histogram: }
        attribute_keys: {included: [system.*]}
    - selector: {instrument_name: bio_latency}
      stream: {name: latency.limited, aggregation_cardinality_limit: 1}
    - selector: {instrument_name: bio_untracked}
      stream: {aggregation: {drop: }}
    - selector: {instrument_name: tasks}
      stream: {name: tasks.limited, aggregation_cardinality_limit: 1}
distribution:
  otelbpf: {packs: [bio_latency, $TEST_PACKS/tasks/tasks.yaml], strict: true}
END
: >"$work/otelbpf.log"
start_otelbpf --config "$work/views.yaml"
made=$("$workload" bio 100) || skip "$made"
for name in one two three; do "$workload" callname $name 100 >/dev/null; done
stop_otelbpf
device=$(made "$made" device)
requests=0
for operation in read write flush discard; do requests=$((requests + $(made "$made" $operation))); done

# Only of what the workload made: the streams are read one after the other, and others use their devices meanwhile.
of="\$a[\"system.device\"] == \"$device\""
made_points() { all_points "$1" | jq -c ".attributes as \$a | select($of)"; }
total() { made_points "$1" | jq -s 'map(.count) | add // 0'; }
expect "explicit" "$(total latency.explicit)" "$requests"
expect "exponential" "$(total latency.fine)" "$requests"
expect "by device" "$(total latency.device)" "$requests"
expect "attributes by device" "$(all_points latency.device | jq -c '.attributes | keys' | sort -u)" '["system.device"]'
expect "calls, within the limit and beyond" "$(all_points tasks.limited | jq -s 'map(.value) | add')" 300
expect "calls beyond the limit" \
    "$(all_points tasks.limited | jq -s 'map(select(.attributes["otel.metric.overflow"]) | .value) | add')" 200
expect "series within the limit" "$(all_points latency.limited | jq -c 'select(.attributes["otel.metric.overflow"] != true) | .attributes' |
    sort -u | wc -l)" 1
expect "temporality" "$(all_points latency.explicit | jq -r .temporality | sort -u)" delta
expect "a scale above the view's" "$(all_points latency.fine | jq 'select(.scale > 2)')" ""
expect "sums" "$(made_points latency.explicit | jq -s 'map(.sum * 1e9 | round) | add')" \
    "$(made_points latency.fine | jq -s 'map(.sum * 1e9 | round) | add')"
# The first run, which had another name, sent both.
of_kernel='select(.resource["service.name"] == "kernel")'
expect "under its own name" "$(all_points bio_latency | jq -c "$of_kernel")" ""
expect "what is dropped" "$(all_points bio_untracked | jq -c "$of_kernel")" ""
expect "resource" "$(all_points latency.fine | jq -c '[.resource["service.name"], .resource.rack]' | sort -u)" '["kernel",7]'
# Powers of two are bounds at every scale from 0: what is up to one is the same in each.
for power in -15 -11 -7 0; do
    expect "up to 2^$power s" \
        "$(made_points latency.explicit | jq -s --argjson power $power '
            map([.bounds, .buckets] | transpose | map(select(.[0] and .[0] <= pow(2; $power)) | .[1]) | add // 0) | add')" \
        "$(made_points latency.fine | jq -s --argjson power $power '
            map(.zero_count + (.positive.offset as $offset | .scale as $scale | .positive.buckets | to_entries
                | map(select($offset + .key + 1 <= $power * pow(2; $scale)) | .value) | add // 0)) | add')"
done

# Histograms of ebpf_exporter with a bucket for each power of two: exponential ones, where their unit allows it.
cat >"$work/octaves.yaml" <<END
file_format: "1.1"
meter_provider:
  readers:
    - periodic: {exporter: {otlp_http: {endpoint: $otlp_http/v1/metrics,
        default_histogram_aggregation: base2_exponential_bucket_histogram}}}
distribution:
  otelbpf: {packs: [$TEST_PACKS/ebpf_exporter/observed.yaml]}
END
: >"$work/otelbpf.log"
start_otelbpf --config "$work/octaves.yaml"
for observation in "1 0 3" "1 1 2" "1 3 1" "1 1024 1" "2 49 5" "3 1000000 7"; do
    "$workload" observe $observation
done
stop_otelbpf
expect "exp2zero" "$(points observed_zero | jq -c '[.type, .count, .sum, .scale, .zero_count, .zero_threshold, .positive]')" \
    '["exponential_histogram",19,7001274,0,3,0,{"offset":-1,"buckets":[2,0,1,0,0,0,5,0,0,0,1,0,0,0,0,0,7]}]'
expect "microseconds in seconds" "$(points observed_latency_seconds | jq -r .type | sort -u)" histogram
expect "linear" "$(points observed_steps | jq -r .type | sort -u)" histogram
sed 's/^distribution/  views: [{selector: {instrument_name: observed_latency_seconds}, stream: {aggregation: {base2_exponential_bucket_histogram: }}}]\n&/' \
    "$work/octaves.yaml" >"$work/wrong.yaml"
"$otelbpf" check --config "$work/wrong.yaml" >"$work/out" 2>&1 && fail "a histogram in another unit is taken for an exponential one"
grep -q "cannot be exactly: in the metric's unit its bounds are no powers of two" "$work/out" || fail "$(cat "$work/out")"

# What cannot be exact is refused before anything is loaded, with what can.
sed 's/boundaries: \[.*\]/boundaries: [0.001]/' "$work/views.yaml" >"$work/refused.yaml"
status=0
"$otelbpf" check --config "$work/refused.yaml" >"$work/out" 2>&1 || status=$?
expect "status of check" "$status" 2
grep -q "refused.yaml:15:64: metric latency.explicit: found the boundary 0.001, expected one where a bucket of map bio_latency ends; the nearest are 0.000997946 and 0.0010197985" "$work/out" ||
    fail "$(cat "$work/out")"
