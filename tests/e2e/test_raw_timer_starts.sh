#!/usr/bin/env bash
# Timers by the kernel function that they call, counted at the raw tracepoint; what timer_starts counts at the same time is the same.
. "$(dirname "$0")/lib.sh"
need_root

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" raw_timer_starts timer_starts
made=$("$workload" timers 500)
stop_otelbpf

curl -fs "http://127.0.0.1:$PROMETHEUS_PORT/metrics" >"$work/scrape"
grep -q '^# TYPE raw_timer_starts_total counter$' "$work/scrape" || fail "raw_timer_starts is not raw_timer_starts_total behind the Prometheus exporter"
expect_metric raw_timer_starts raw_timer_starts '{timer}' sum
for metric in raw_timer_starts timer_starts; do
    expect "$metric" "$(sum $metric '$a["code.function.name"] == "ip_expire"')" "$(made "$made" ip_expire)"
done
unnamed=$(points raw_timer_starts | jq -r '.attributes["code.function.name"] // "none" | select(test("^[A-Za-z_][A-Za-z0-9_.]*$") | not)')
expect "functions without a name" "$unnamed" ""
