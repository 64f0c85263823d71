#!/usr/bin/env bash
# The Collector goes away and comes back: totals are right, memory stays flat, the log stays short.
. "$(dirname "$0")/lib.sh"
need_root

# Memory of its own, in kB.
anonymous() { awk '$1 == "Anonymous:" { print $2 }' "/proc/$otelbpf_pid/smaps_rollup"; }
exports() { jq -s length "$COLLECTOR_OUTPUT"; }
failures() { grep -c 'debug: export failed' "$work/otelbpf.log" || true; }
failed_times() { (($(failures) >= $1)); }
more_exports() { (($(exports) > had + 3)); }

# The sanitizers' own memory grows: measure what users run.
otelbpf=$root/build/release/otelbpf
[[ -x $otelbpf ]] || skip "no release build: tests/run makes it"
export OTEL_EXPORTER_OTLP_TIMEOUT=100    # ms: many failures in little time
start_collector
start_otelbpf --otlp-endpoint "$otlp_http" --interval 200ms --log-level debug syscalls softirqs
"$workload" syscalls 1000 >/dev/null
wait_for 20 has_points syscalls
stop_collector
"$workload" syscalls 300 >/dev/null
wait_for 20 grep -q 'warning: ' "$work/otelbpf.log" || fail "the outage was not told"
# What libraries set up at their first failure is there after some; from then on nothing may grow.
wait_for 60 failed_times 5 || fail "the exports went on"
before=$(anonymous)
wait_for 60 failed_times 25 || fail "the exports went on"
"$workload" syscalls 30 >/dev/null
during=$(anonymous)
had=$(exports)
start_collector
wait_for 60 more_exports || fail "no export after the outage"
wait_for 20 grep -q ' again, after ' "$work/otelbpf.log" || fail "the end of the outage was not told"
stop_otelbpf

expect "the total" "$(sum syscalls '$a["syscall.name"] == "sched_rr_get_interval"')" 2660
expect_metric syscalls syscalls '{syscall}' sum
((during <= before + 256)) || fail "memory grew from $before to $during kB in the outage"
lines=$(grep -vc ' debug: ' "$work/otelbpf.log")
((lines <= 8)) || fail "$lines log lines for one outage: $(grep -v ' debug: ' "$work/otelbpf.log")"
failures=$(sum otel.sdk.exporter.metric_data_point.exported '$a["error.type"]')
((failures > 0)) || fail "the points that were not delivered were not counted"
