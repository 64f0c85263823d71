#!/usr/bin/env bash
# Series that are idle end, their slots are used again, and keys that come back begin anew: totals are exact, cumulative and as
# deltas, also of a task that never stops counting.
. "$(dirname "$0")/lib.sh"
need_root

# What a receiver of either kind adds up: the last point of each start time, or all deltas, each once.
cumulative() { jq -s "map(select(.attributes as \$a | $1)) | group_by([.attributes, .start]) | map(max_by(.time).value) | add // 0"; }
delta() { jq -s "map(select(.attributes as \$a | $1)) | unique_by([.attributes, .start, .time]) | map(.value) | add // 0"; }

map_now() { sum "otelbpf.map.$1" '$a["otelbpf.map.name"] == "tasks"'; }
retired() { (($(map_now retired) >= $1)); }
make() { "$workload" callname "$@" >/dev/null; }
keep_busy() { while [[ ! -e $work/enough ]]; do make busy 10; echo 10 >>"$work/busy"; sleep 0.1; done; }

# run KIND CONFIG
run() {
    local kind=$1 started    # of the receiver; its output has totals while it runs
    export COLLECTOR_OUTPUT=$work/$kind.jsonl OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=$kind
    rm -f "$work/enough" "$work/busy" "$work/otelbpf.log"
    start_collector "$2"
    start_otelbpf --otlp-endpoint "$otlp_http" --interval 300ms "$TEST_PACKS/idle/idle.yaml"
    keep_busy & busy_pid=$!
    at_exit kill "$busy_pid"
    make one 100
    make two 200
    make three 300    # now there is no slot left
    make four 4
    wait_for 30 retired 3 || fail "$kind: no series ended"
    wait_for_exports 2 tasks
    expect "$kind: series of one that are left" "$(points tasks | grep -c '"one"' || true)" 0
    make four 40    # finds a slot now
    make five 5
    make one 7
    wait_for_exports 1 tasks
    expect "$kind: calls without a slot" "$(map_now overflow)" 4
    wait_for 30 retired 6 || fail "$kind: series that came back did not end again"
    make two 1
    touch "$work/enough"
    wait "$busy_pid" || true
    stop_otelbpf    # which exports a last time
    stop_collector
    [[ $kind == cumulative ]] || COLLECTOR_OUTPUT=$COLLECTOR_OUTPUT.deltas

    expect "$kind: calls of one" "$(all_points tasks | $kind '$a["thread.name"] == "one"')" 107
    expect "$kind: calls of two" "$(all_points tasks | $kind '$a["thread.name"] == "two"')" 201
    expect "$kind: calls of three" "$(all_points tasks | $kind '$a["thread.name"] == "three"')" 300
    expect "$kind: calls of four" "$(all_points tasks | $kind '$a["thread.name"] == "four"')" 40
    expect "$kind: calls of five" "$(all_points tasks | $kind '$a["thread.name"] == "five"')" 5
    expect "$kind: calls that found no slot" "$(all_points tasks | $kind '$a["otel.metric.overflow"] == true')" 4
    expect "$kind: calls of the busy task" "$(all_points tasks | $kind '$a["thread.name"] == "busy"')" \
        "$(jq -s add "$work/busy")"
    if [[ $kind == cumulative ]]; then
        started=$(all_points tasks | jq -s 'map(select(.attributes["thread.name"] == "one").start) | unique | length')
        expect "start times of one" "$started" 2
        started=$(all_points tasks | jq -s 'map(select(.attributes["thread.name"] == "busy").start) | unique | length')
        expect "start times of the busy task" "$started" 1
    fi
    ! grep -q 'warning: ' "$work/otelbpf.log" || { cat "$work/otelbpf.log" >&2; fail "$kind: there are warnings"; }
}

run cumulative "$root/tests/e2e/collector.yaml"
run delta "$root/tests/e2e/collector_delta.yaml"
