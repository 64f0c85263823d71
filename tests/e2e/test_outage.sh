#!/usr/bin/env bash
# The Collector goes away for a hundred exports and comes back: totals are right, memory stays flat, the log stays short.
. "$(dirname "$0")/lib.sh"
need_root

# Memory of its own, in kB.
anonymous() { awk '$1 == "Anonymous:" { print $2 }' "/proc/$otelbpf_pid/smaps_rollup"; }
exports() { [[ -e $COLLECTOR_OUTPUT ]] && jq -s length "$COLLECTOR_OUTPUT" || echo 0; }    # the file is made with the first
failures() { grep -c 'debug: export failed' "$work/otelbpf.log" || true; }
failed_times() { (($(failures) >= $1)); }
more_exports() { (($(exports) > had + 3)); }

# The sanitizers' own memory grows: measure what users run.
otelbpf=$root/build/release/otelbpf
[[ -x $otelbpf ]] || skip "no release build: tests/run makes it"
export OTEL_EXPORTER_OTLP_TIMEOUT=20 OTEL_METRIC_EXPORT_TIMEOUT=100    # ms: a hundred failures in little time

# outage TEMPORALITY
outage() {
    rm -f "$work/otelbpf.log" "$COLLECTOR_OUTPUT"
    start_collector
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=$1 \
        start_otelbpf --otlp-endpoint "$otlp_http" --interval 50ms --log-level debug syscalls softirqs
    "$workload" syscalls 1000 >/dev/null
    wait_for 20 has_points syscalls
    stop_collector
    touch "$work/outage"
    "$workload" syscalls 300 >/dev/null
    wait_for 20 grep -q 'warning: ' "$work/otelbpf.log" || fail "$1: the outage was not told"
    # What libraries set up at their first failure is there after some; from then on nothing may grow.
    wait_for 60 failed_times 5 || fail "$1: $(failures) exports failed: $(tail -n 5 "$work/otelbpf.log")"
    before=$(anonymous)
    wait_for 60 failed_times 105 || fail "$1: $(failures) exports failed: $(tail -n 5 "$work/otelbpf.log")"
    "$workload" syscalls 30 >/dev/null
    during=$(anonymous)
    had=$(exports)
    start_collector
    wait_for 60 more_exports || fail "$1: no export after the outage"
    wait_for 20 grep -q ' again, after ' "$work/otelbpf.log" || fail "$1: the end of the outage was not told"
    stop_otelbpf
    stop_collector

    ((during <= before + 256)) || fail "$1: memory grew from $before to $during kB in the outage"
    lines=$(grep -vc ' debug: ' "$work/otelbpf.log")
    ((lines <= 8)) || fail "$1: $lines log lines for one outage: $(grep -v ' debug: ' "$work/otelbpf.log")"
    failures=$(all_points otel.sdk.exporter.metric_data_point.exported | jq -s 'map(select(.attributes["error.type"]).value) | add // 0')
    ((failures > 0)) || fail "$1: the points that were not delivered were not counted"
}

choose_ports
outage cumulative
expect "the total" "$(sum syscalls '$a["syscall.name"] == "sched_rr_get_interval"')" 2660
expect_metric syscalls syscalls '{syscall}' sum

outage delta
# The Collector may have stopped between taking a request and answering it: then that came again, as it was.
calls=$(all_points syscalls | jq -s -c 'map(select(.attributes["syscall.name"] == "sched_rr_get_interval") | {start, time, value})
    | unique | .[]')
expect "the deltas" "$(jq -s 'map(.value) | add' <<<"$calls")" 2660
# The first export after the outage has one, from the last acknowledged point to then.
jq -e -s 'sort_by(.time) | . as $points | length >= 2 and all(range(1; length); $points[.].start >= $points[. - 1].time)' \
    >/dev/null <<<"$calls" || fail "the deltas overlap: $calls"
expect "the delta of the outage" "$(jq -s --arg was "$(stat -c %.9Y "$work/outage")" \
    'map(select(.start < ($was | sub("\\."; "")) and .time > ($was | sub("\\."; ""))) | .value) | add' <<<"$calls")" 660
