#!/usr/bin/env bash
# Soft interrupts by CPU and vector: as many as /proc/softirqs saw, which is read before and after.
. "$(dirname "$0")/lib.sh"
need_root

# The counts of the kernel as "CPU VECTOR COUNT", vectors named as the pack names them.
kernel_counts() {
    awk 'BEGIN { split("HI TIMER NET_TX NET_RX BLOCK IRQ_POLL TASKLET SCHED HRTIMER RCU", names) }
        NR == 1 { cpus = NF; next }
        { sub(":", "", $1); for (i = 0; i < cpus; i++) print i, tolower($1), $(i + 2) }' /proc/softirqs
}

start_collector
kernel_counts >"$work/outer.begin"
start_otelbpf --otlp-endpoint "$otlp_http" softirqs
kernel_counts >"$work/inner.begin"
"$workload" softirqs 5000 >"$work/made"
kernel_counts >"$work/inner.end"
stop_otelbpf
kernel_counts >"$work/outer.end"

expect_metric softirqs softirqs '{softirq}' sum
points softirqs | jq -r '[.attributes["cpu.logical_number"], .attributes["softirq.vector"], .value] | @tsv' >"$work/counted"
# Counting began between the outer and the inner reading, and ended between the inner and the outer one.
awk '
    FILENAME ~ /outer.begin/ { ob[$1, $2] = $3; next }
    FILENAME ~ /inner.begin/ { ib[$1, $2] = $3; next }
    FILENAME ~ /inner.end/ { ie[$1, $2] = $3; next }
    FILENAME ~ /outer.end/ { oe[$1, $2] = $3; keys[$1 " " $2] = 1; next }
    { got[$1, $2] = $3; if (!(($1, $2) in oe)) { print "unknown series", $0; wrong = 1 } }
    END {
        for (key in keys) {
            split(key, k, " ")
            least = ie[k[1], k[2]] - ib[k[1], k[2]]
            most = oe[k[1], k[2]] - ob[k[1], k[2]]
            found = got[k[1], k[2]] + 0
            total += least
            if (found < least || found > most) {
                print "CPU", k[1], k[2] ": found", found, "expected", least, "to", most
                wrong = 1
            }
        }
        if (total < 5000) { print "only", total, "softirqs happened"; wrong = 1 }
        exit wrong
    }' "$work"/outer.begin "$work"/inner.begin "$work"/inner.end "$work"/outer.end "$work/counted" ||
    fail "the counts are not those of /proc/softirqs"

# What users of Prometheus see.
curl -fs "http://127.0.0.1:$PROMETHEUS_PORT/metrics" >"$work/scrape"
grep -q '^# TYPE softirqs_total counter$' "$work/scrape" || fail "softirqs is not softirqs_total behind the Prometheus exporter"
grep -q '^softirqs_total{.*softirq_vector="net_rx"' "$work/scrape" || fail "softirqs_total has no label softirq_vector"
