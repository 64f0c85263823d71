#!/usr/bin/env bash
# How often and how long a task waited for its CPU: what the kernel's own scheduler statistics say of it.
. "$(dirname "$0")/lib.sh"
need_root
make_cgroup naps

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" runqueue_latency
cpu=$(taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/')
made=$("$workload" naps 200 "$cgroups/naps" "$cpu") || skip "$made"
stop_otelbpf

of="\$a.cgroup == \"$cgroups/naps\""
expect_metric runqueue_latency runqueue_latency s exponential_histogram
expect_exponential runqueue_latency
times=$(made "$made" times)
((times >= 100)) || fail "a task that wanted to sleep 200 times ran $times times"
expect "waits" "$(sum runqueue_latency "$of")" "$times"
expect "waits that were not measured" "$(sum runqueue_untracked)" 0
# The scheduler looks at its clock a little before its tracepoints are reached: at most 50 us for each wait, as a whole
# 5 %, but for a virtual CPU that is taken away right there.
points runqueue_latency | jq -e -s --arg cgroup "$cgroups/naps" --argjson waited "$(made "$made" waited)" --argjson times "$times" '
    ($waited / 1e9) as $expected | ($expected * 0.05 + $times * 50e-6) as $tolerance
    | map(select(.attributes.cgroup == $cgroup)) | length == 1
    and (.[0] | .sum > $expected - $tolerance and .sum < $expected + $tolerance and .max <= .sum and .max >= .sum / .count)' >/dev/null ||
    fail "the kernel says: $made, found: $(points runqueue_latency | jq -c "select(.attributes as \$a | $of)")"

curl -fs "http://127.0.0.1:$PROMETHEUS_PORT/metrics" >"$work/scrape"
grep -q '^# TYPE runqueue_latency_seconds histogram$' "$work/scrape" ||
    fail "runqueue_latency is not runqueue_latency_seconds behind the Prometheus exporter"
grep -q "^runqueue_latency_seconds_count{.*cgroup=\"$cgroups/naps\".*} $times$" "$work/scrape" ||
    fail "no runqueue_latency_seconds_count of the cgroup"
