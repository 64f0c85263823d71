#!/usr/bin/env bash
# Timers by the kernel function that they call.
. "$(dirname "$0")/lib.sh"
need_root

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" timer_starts
made=$("$workload" timers 500)
stop_otelbpf

expect_metric timer_starts timer_starts '{timer}' sum
expect "timers" "$(sum timer_starts '$a["code.function.name"] == "ip_expire"')" "$(made "$made" ip_expire)"
unnamed=$(points timer_starts | jq -r '.attributes["code.function.name"] // "none" | select(test("^[A-Za-z_][A-Za-z0-9_.]*$") | not)')
expect "functions without a name" "$unnamed" ""
