#!/usr/bin/env bash
# Datagrams for a full queue, by port and error: over IPv4, over IPv6, and over IPv4 to a socket of IPv6.
. "$(dirname "$0")/lib.sh"
need_root

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" udp_fail_queue_rcv_skbs
declare -A made
for family in ipv4 ipv6 mapped; do made[$family]=$("$workload" udp_full 300 "$family" 20000); done
made[high]=$("$workload" udp_full 70 ipv4 32768)
stop_otelbpf

curl -fs "http://127.0.0.1:$PROMETHEUS_PORT/metrics" >"$work/scrape"
grep -q '^# TYPE udp_fail_queue_rcv_skbs_total counter$' "$work/scrape" || fail "udp_fail_queue_rcv_skbs is not udp_fail_queue_rcv_skbs_total behind the Prometheus exporter"
expect_metric udp_fail_queue_rcv_skbs udp_fail_queue_rcv_skbs '{datagram}' sum
# One after the other they may have had the same port.
for port in $(for family in ipv4 ipv6 mapped; do made "${made[$family]}" port; done | sort -u); do
    failed=0
    for family in ipv4 ipv6 mapped; do
        if [[ $(made "${made[$family]}" port) == "$port" ]]; then ((failed += $(made "${made[$family]}" failed))); fi
    done
    expect "failures of port $port" \
        "$(sum udp_fail_queue_rcv_skbs "\$a == {\"network.local.port\": $port, \"error.type\": \"ENOMEM\"}")" "$failed"
done
expect "failures of the ports of clients" "$(sum udp_fail_queue_rcv_skbs '$a["network.local.port"] == 0')" "$(made "${made[high]}" failed)"
