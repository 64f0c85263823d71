#!/usr/bin/env bash
# Deltas through the real Collector, which adds them up: it is stopped, killed and made to hang in the middle, and the totals are
# exact all the same.
. "$(dirname "$0")/lib.sh"
need_root

config=$root/tests/e2e/collector_delta.yaml
export OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=Delta
export OTEL_EXPORTER_OTLP_TIMEOUT=1000    # ms

requests() { if [[ -e $COLLECTOR_OUTPUT.deltas ]]; then wc -l <"$COLLECTOR_OUTPUT.deltas"; else echo 0; fi; }
more_requests() { (($(requests) > had)); }
next_request() { had=$(requests); wait_for 30 more_requests || fail "no further request"; }
# total METRIC FIELD FILTER   A Collector that was started again begins anew, with a new start time: the last of each are added.
total() {
    all_points "$1" | jq -s "map(select(.attributes as \$a | $3)) | group_by([.attributes, .start]) | map(max_by(.time).$2) | add // 0"
}
deltas() { COLLECTOR_OUTPUT=$COLLECTOR_OUTPUT.deltas all_points "$@"; }
make() {
    "$workload" callname one "$1" >/dev/null
    "$workload" callname two $((2 * $1)) >/dev/null
    for name in three four five six; do "$workload" callname $name 1 >/dev/null; done    # the last two find the map full
}

start_collector "$config"
start_otelbpf --otlp-endpoint "$otlp_http" --interval 400ms --log-level debug "$TEST_PACKS/tasks/tasks.yaml" bio_latency
make 100
next_request
make 10
made=$("$workload" bio 50) || made=
next_request

# Away, and back on the same port.
stop_collector
make 1000
wait_for 30 grep -q 'warning: ' "$work/otelbpf.log" || fail "the outage was not told"
start_collector "$config"
next_request

# Killed right after it took a request: the next one is some time away.
make 10000
next_request
kill -KILL "$collector_pid"
wait "$collector_pid" 2>/dev/null || true
make 1
: >"$work/otelbpf.log"
wait_for 30 grep -q 'export failed' "$work/otelbpf.log" || fail "no export met the dead Collector"
start_collector "$config"
next_request

# Made to hang: the requests reach it, no answer comes, the same bytes are sent again. When it goes on, it takes all of them.
kill -STOP "$collector_pid"
at_exit kill -CONT "$collector_pid"
make 7
wait_for 30 grep -q 'sent again until it is known' "$work/otelbpf.log" || fail "the unknown outcome was not told"
make 20
sleep 2    # some more attempts
kill -CONT "$collector_pid"
next_request
if [[ $made ]]; then again=$("$workload" bio 30); fi
stop_otelbpf
stop_collector

expect "calls of one" "$(total tasks value '$a["thread.name"] == "one"')" 11138
expect "calls of two" "$(total tasks value '$a["thread.name"] == "two"')" 22276
expect "calls of four" "$(total tasks value '$a["thread.name"] == "four"')" 7
expect "calls of those that found no place" "$(total tasks value '$a["otel.metric.overflow"] == true')" 14
expect "all calls" "$(total tasks value true)" 33442

# What the receiver got: deltas that do not overlap, or the same bytes again, which it drops.
deltas tasks | jq -e -s 'all(.[]; .temporality == "delta" and .monotonic and .value > 0 and .start < .time)' >/dev/null ||
    fail "the points are not as they should be: $(deltas tasks)"
deltas tasks | jq -e -s 'group_by(.attributes) | all(.[]; map({start, time, value}) | unique_by(.time) |
    . as $points | all(range(1; length); $points[.].start >= $points[. - 1].time))' >/dev/null ||
    fail "points overlap: $(deltas tasks)"
deltas tasks | jq -e -s 'group_by([.attributes, .time]) | all(.[]; map(del(.export)) | unique | length == 1)' >/dev/null ||
    fail "a request was sent again with other contents: $(deltas tasks)"
deltas tasks | jq -e -s 'group_by([.attributes, .time]) | any(.[]; length > 1)' >/dev/null ||
    fail "nothing was sent twice: the Collector did not hang as it should"
deltas otelbpf.map.entries | jq -e -s 'length > 0 and all(.[]; .temporality == "cumulative")' >/dev/null ||
    fail "up-down counters are not cumulative: $(deltas otelbpf.map.entries)"

[[ $made ]] || { echo "bio_latency was not tested: this kernel has no loop devices"; exit 0; }
devices="\"$(made "$made" device)\", \"$(made "$again" device)\""    # as a rule the same one twice
for operation in read write flush discard; do
    of="(\$a[\"system.device\"] | IN($devices)) and \$a[\"block.operation\"] == \"$operation\""
    expect "$operation" "$(total bio_latency count "$of")" 80
done
deltas bio_latency | jq -e -s 'all(.[]; .temporality == "delta" and .count > 0 and (.positive.buckets | add) + .zero_count == .count)' >/dev/null ||
    fail "histograms are not as they should be: $(deltas bio_latency)"
