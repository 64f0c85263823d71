#!/usr/bin/env bash
# Requests of a block device by operation, exactly, with times that can be.
. "$(dirname "$0")/lib.sh"
need_root

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" bio_latency
begun=$(date +%s%N)
made=$("$workload" bio 100) || skip "$made"
ended=$(date +%s%N)
stop_otelbpf

device=$(made "$made" device)
expect_metric bio_latency bio_latency s exponential_histogram
for operation in read write flush discard; do
    of="\$a[\"system.device\"] == \"$device\" and \$a[\"block.operation\"] == \"$operation\""
    expect "$operation" "$(sum bio_latency "$of")" "$(made "$made" $operation)"
done
expect_exponential bio_latency
points bio_latency | jq -e -s --argjson seconds "$(((ended - begun) / 1000000000 + 1))" --arg device "$device" '
    map(select(.attributes["system.device"] == $device)) | all(.[]; .min > 0 and .sum <= $seconds)' >/dev/null ||
    fail "times are not as they can be: $(points bio_latency)"
expect "requests that were not measured" "$(sum bio_untracked)" 0

curl -fs "http://127.0.0.1:$PROMETHEUS_PORT/metrics" >"$work/scrape"
grep -q '^# TYPE bio_latency_seconds histogram$' "$work/scrape" ||
    fail "bio_latency is not bio_latency_seconds behind the Prometheus exporter"
grep -q "^bio_latency_seconds_count{.*system_device=\"$device\"" "$work/scrape" || fail "no bio_latency_seconds_count of $device"
