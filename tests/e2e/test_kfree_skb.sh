#!/usr/bin/env bash
# Dropped packets by reason, protocol and port; malformed ones cannot confuse it; a full map loses none.
. "$(dirname "$0")/lib.sh"
need_root

# dropped NETWORK TRANSPORT PORT [FILTER]
dropped() {
    sum kfree_skb "\$a[\"network.type\"] == \"$1\" and \$a[\"network.transport\"] == \"$2\" and \$a[\"destination.port\"] == $3 and (${4:-true})"
}
reason='$a["skb.drop_reason"]'

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" kfree_skb
refused4=$("$workload" udp_refused 300 ipv4 20000)
refused6=$("$workload" udp_refused 200 ipv6 20000)
high=$("$workload" udp_refused 40 ipv6 32768)
full=$("$workload" udp_full 150 ipv4 21000)
for frame in udp tcp_with_options later_fragment short_header wrong_version truncated unknown_protocol \
    udp6 udp6_behind_extensions later_fragment6 endless_extensions unknown_type; do
    "$workload" frames $frame 25 22222 1 >/dev/null
done
stop_otelbpf

curl -fs "http://127.0.0.1:$PROMETHEUS_PORT/metrics" >"$work/scrape"
grep -q '^# TYPE kfree_skb_total counter$' "$work/scrape" || fail "kfree_skb is not kfree_skb_total behind the Prometheus exporter"
expect_metric kfree_skb kfree_skb '{packet}' sum
expect "refused over IPv4" "$(dropped ipv4 udp "$(made "$refused4" port)" "$reason == \"NO_SOCKET\"")" "$(made "$refused4" dropped)"
expect "refused over IPv6" "$(dropped ipv6 udp "$(made "$refused6" port)" "$reason == \"NO_SOCKET\"")" "$(made "$refused6" dropped)"
expect "refused by a port of clients" "$(dropped ipv6 udp 0 "$reason == \"NO_SOCKET\"")" "$(made "$high" dropped)"
expect "for a full queue" "$(dropped ipv4 udp "$(made "$full" port)" "$reason == \"SOCKET_RCVBUFF\"")" "$(made "$full" failed)"

expect "UDP with a wrong checksum" "$(dropped ipv4 udp 22222 "$reason == \"IP_CSUM\"")" 25
expect "TCP behind options" "$(dropped ipv4 tcp 22222 "$reason == \"IP_CSUM\"")" 25
expect "a later fragment, which has no port" "$(dropped ipv4 udp 0 "$reason == \"IP_CSUM\"")" 25
expect "a protocol without a name" "$(dropped ipv4 unknown:253 0)" 25
expect "headers that are none" "$(dropped ipv4 none 0)" 75
expect "UDP over IPv6, plain and behind extension headers" "$(dropped ipv6 udp 22222)" 50
expect "a later fragment over IPv6" "$(dropped ipv6 udp 0 "$reason != \"NO_SOCKET\"")" 25
expect "more extension headers than are followed" "$(dropped ipv6 ipv6-opts 0)" 25
expect "a packet of another network" "$(dropped unknown:34997 none 0)" 25
expect "reasons without a name" "$(sum kfree_skb "$reason | startswith(\"unknown:\")")" 0

# More ports than there is room for: every packet is counted, under its port or as overflow.
: >"$work/otelbpf.log"
start_otelbpf --otlp-endpoint "$otlp_http" kfree_skb
many=$("$workload" frames udp 3 20000 3000)
stop_otelbpf
expect "the map's entries" "$(sum otelbpf.map.entries '$a["otelbpf.map.name"] == "kfree_skb"')" 2000
ports=$(sum kfree_skb "\$a[\"network.transport\"] == \"udp\" and $reason == \"IP_CSUM\" and \$a[\"destination.port\"] >= 20000")
overflow=$(sum kfree_skb '$a["otel.metric.overflow"] == true')
((ports % 3 == 0 && ports > 0 && ports <= 6000)) || fail "$ports packets have found a place, in threes for each of at most 2000 ports"
# Other packets of this machine may be dropped as well, under further keys.
((ports + overflow >= $(made "$many" dropped))) || fail "$ports and $overflow packets were counted of $(made "$many" dropped)"
