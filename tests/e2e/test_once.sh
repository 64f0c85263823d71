#!/usr/bin/env bash
# One collection on standard output: for people, and as OTLP/JSON with the same numbers.
. "$(dirname "$0")/lib.sh"
need_root

"$otelbpf" once --for 200ms softirqs >"$work/out" 2>"$work/err" || fail "$(cat "$work/err")"
grep -q 'softirqs  counter in {softirq}' "$work/out" || fail "no softirqs: $(cat "$work/out")"
grep -q 'softirq.vector=timer' "$work/out" || fail "no timer softirqs: $(cat "$work/out")"

# A signal ends the wait, not the output.
start_otelbpf once --json --for 60m syscalls softirqs
"$workload" syscalls 50 >/dev/null
stop_otelbpf
export COLLECTOR_OUTPUT=$work/out.json
tail -n 1 "$work/out" >"$COLLECTOR_OUTPUT"
expect_metric syscalls syscalls '{syscall}' sum
expect "calls" "$(sum syscalls '$a["syscall.name"] == "sched_rr_get_interval"')" 100
expect_metric softirqs softirqs '{softirq}' sum

# The console exporter, every interval.
: >"$work/out"
: >"$work/otelbpf.log"
start_otelbpf --exporter console --interval 200ms softirqs
collections() { (($(grep -c 'softirqs  counter' "$work/out") >= 3)); }
wait_for 30 collections || fail "the console exporter does not go on: $(cat "$work/out")"
stop_otelbpf

# Switched off: nothing is loaded, and it waits to be stopped.
for setting in OTEL_SDK_DISABLED=true OTEL_METRICS_EXPORTER=none; do
    : >"$work/otelbpf.log"
    : >"$work/out"
    export "${setting?}"
    start_otelbpf softirqs
    [[ -z $(ls -l "/proc/$otelbpf_pid/fd" | grep 'anon_inode:bpf' || true) ]] || fail "$setting: BPF objects are loaded"
    stop_otelbpf
    unset "${setting%%=*}"
    [[ ! -s $work/out ]] || fail "$setting: there is output"
done
