#!/usr/bin/env bash
# System calls and errors by name, exactly; numbers that are in no table are kept apart, and lose nothing.
. "$(dirname "$0")/lib.sh"
need_root

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" syscalls
before=$(date +%s%N)
done_=$("$workload" syscalls 1234)
stop_otelbpf

expect_metric syscalls syscalls '{syscall}' sum
expect_metric syscall_errors syscalls '{error}' sum
expect "calls" "$(sum syscalls '$a["syscall.name"] == "sched_rr_get_interval"')" "$(made "$done_" sched_rr_get_interval)"
expect "errors" "$(sum syscall_errors '$a["syscall.name"] == "sched_rr_get_interval" and $a["error.type"] == "EINVAL"')" \
    "$(made "$done_" sched_rr_get_interval.EINVAL)"
expect "calls outside the table" "$(sum syscalls '$a["otel.metric.overflow"] == true')" "$(made "$done_" overflow)"
expect "errors outside the table" "$(sum syscall_errors '$a["otel.metric.overflow"] == true')" "$(made "$done_" overflow)"
expect "calls without a name" "$(sum syscalls '($a["syscall.name"] // "") | startswith("unknown")')" 0
[[ $(points syscalls | jq -s -r 'map(.start) | min') < $before ]] || fail "counting began before the first call"

# 32-bit calls have other numbers: 20 is getpid there, and writev here.
if compat=$("$workload" compat 1); then
    : >"$work/otelbpf.log"
    start_otelbpf --otlp-endpoint "$otlp_http" syscalls
    compat=$("$workload" compat 777)
    stop_otelbpf
    expect "32-bit calls" "$(sum syscalls '$a["otel.metric.overflow"] == true')" "$(made "$compat" overflow)"
    [[ $(sum syscalls '$a["syscall.name"] == "writev"') -lt 777 ]] || fail "32-bit calls were taken for others"
fi
