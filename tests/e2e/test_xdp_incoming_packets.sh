#!/usr/bin/env bash
# Packets of an interface by protocol and port: whole ones, tagged, fragmented and cut off ones, and more ports than there is room for.
. "$(dirname "$0")/lib.sh"
need_root

near=otelbpf-$$ namespace=otelbpf-e2e-$$
ip netns add "$namespace" || skip "this kernel has no network namespaces"
at_exit ip netns delete "$namespace"
ip link add "${near:0:15}" type veth peer name far netns "$namespace" || skip "this kernel has no veth interfaces"
near=${near:0:15}
at_exit ip link delete "$near"
# Nothing but what the test sends.
ip netns exec "$namespace" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/far/disable_ipv6' 2>/dev/null || true
ip link set "$near" up
ip -n "$namespace" link set far up

cat >"$work/send.py" <<'EOF'
import socket
import struct
import sys

ETHERNET = bytes(12)
line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
line.bind(("far", 0))


def frame(kind, body=b"", tags=b""):
    return ETHERNET + tags + struct.pack("!H", kind) + body


def udp(port):
    return struct.pack("!HHHH", 1000, port, 8, 0)


def tcp(port):
    return struct.pack("!HHIIBBHHH", 1000, port, 0, 0, 0x50, 2, 0, 0, 0)


def ipv4(protocol, body, fragment=0, first=0x45, options=b""):
    return struct.pack("!BBHHHBBH", first, 0, 20 + len(options) + len(body), 0, fragment, 64, protocol, 0) + bytes(8) + options + body


def ipv6(next_header, body, version=6):
    return struct.pack("!IHBB", version << 28, len(body), next_header, 64) + bytes(32) + body


def extension(next_header, units, fragment=0):
    return struct.pack("!BBH", next_header, units, fragment) + bytes(4 + 8 * units)


if sys.argv[1] == "ports":
    for port in range(1, int(sys.argv[2]) + 1):
        line.send(frame(0x0800, ipv4(17, udp(port))))
    sys.exit()

for count, packet in (
    (11, frame(0x0800, ipv4(17, udp(5300)))),
    (7, frame(0x0800, ipv4(6, tcp(80)))),
    (13, frame(0x86DD, ipv6(17, udp(5301)))),
    (5, frame(0x86DD, ipv6(0, extension(60, 0) + extension(43, 1) + extension(6, 2) + tcp(443)))),
    (3, frame(0x0800, ipv4(17, udp(5302)), struct.pack("!HH", 0x8100, 7))),
    (4, frame(0x0800, ipv4(17, udp(5303)), struct.pack("!HHHH", 0x88A8, 7, 0x8100, 8))),
    (6, frame(0x0800, ipv4(17, udp(5304), first=0x46, options=bytes(4)))),
    (2, frame(0x0800, ipv4(17, udp(5305), fragment=0x2000))),
    (10, frame(0x86DD, ipv6(44, extension(17, 0, 1) + udp(5306)))),
    # UDP over IPv4 without a port: 9 + 14 + 1 + 15 + 17.
    (9, frame(0x0800, ipv4(17, udp(53), fragment=0x2001))),
    (14, frame(0x0800, ipv4(17, b"\0\0"))),
    (1, frame(0x0800, ipv4(17, udp(53), first=0x44))),
    (15, frame(0x0800, ipv4(17, udp(53), first=0x4F))),
    (17, frame(0x0800, ipv4(17, udp(40000)))),
    # UDP over IPv6 without a port.
    (8, frame(0x86DD, ipv6(44, extension(17, 0, 8) + udp(53)))),
    # IPv4 and IPv6 that are none: 12 + 16, 25 + 26.
    (12, frame(0x0800, bytes([0x45] + 9 * [0]))),
    (16, frame(0x0800, ipv4(17, udp(53), first=0x65))),
    (25, frame(0x86DD, ipv6(0, b"\0"))),
    (26, frame(0x86DD, ipv6(17, udp(53), version=4))),
    (18, frame(0x0806, bytes(28))),
    (19, frame(0x0800, ipv4(1, bytes(8)))),
    (24, frame(0x86DD, ipv6(58, bytes(8)))),
    (20, frame(38, bytes(38))),
    (21, frame(0x88B5, bytes(20))),
    (22, frame(0x8100, b"\0")),
    # More extension headers than are looked through.
    (27, frame(0x86DD, ipv6(0, 5 * extension(0, 0) + extension(17, 0) + udp(53)))),
):
    for _ in range(count):
        line.send(packet)
EOF

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" --interval 500ms "xdp_incoming_packets@xdp/$near"
ip netns exec "$namespace" python3 "$work/send.py" all
wait_for_exports 2 xdp_incoming_packets    # the second began when all had come
metric=xdp_incoming_packets
points $metric >"$work/points"
ip netns exec "$namespace" python3 "$work/send.py" ports 5000
stop_otelbpf

expect_metric $metric $metric '{packet}' sum
# received COUNT TYPE TRANSPORT PORT
sent=0
received() {
    sent=$((sent + $1))
    expect "$2 $3 $4" "$(jq -s --arg type "$2" --arg transport "$3" --argjson port "$4" --arg interface "$near" '
        map(select(.attributes | .["network.type"] == $type and .["network.transport"] == $transport and .["destination.port"] == $port
            and .["network.interface.name"] == $interface) | .value) | add // 0' "$work/points")" "$1"
}
received 11 ipv4 udp 5300
received 7 ipv4 tcp 80
received 13 ipv6 udp 5301
received 5 ipv6 tcp 443
received 3 ipv4 udp 5302
received 4 ipv4 udp 5303
received 6 ipv4 udp 5304
received 2 ipv4 udp 5305
received 10 ipv6 udp 5306
received 56 ipv4 udp 0
received 8 ipv6 udp 0
received 28 ipv4 none 0
received 51 ipv6 none 0
received 18 arp none 0
received 19 ipv4 icmp 0
received 24 ipv6 ipv6-icmp 0
received 20 llc none 0
received 21 34997 none 0
received 22 vlan none 0
received 27 ipv6 ip 0
expect "all of them" "$(jq -s 'map(.value) | add' "$work/points")" $sent

# A full map: 4096 series, and the rest in one more.
points $metric >"$work/full"
expect "series" "$(jq -s length "$work/full")" 4097
expect "packets in all" "$(jq -s 'map(.value) | add' "$work/full")" $((sent + 5000))
expect "packets that found no place" "$(jq -s 'map(select(.attributes["otel.metric.overflow"]) | .value) | add' "$work/full")" \
    $((5000 - 4096 + $(jq -s length "$work/points")))

curl -fs "http://127.0.0.1:$PROMETHEUS_PORT/metrics" >"$work/scrape"
grep -q '^xdp_incoming_packets_total{destination_port="5301",.*network_interface_name="'"$near"'",network_transport="udp",network_type="ipv6".*} 13$' "$work/scrape" ||
    fail "xdp_incoming_packets is not xdp_incoming_packets_total behind the Prometheus exporter"

# An interface that is not there, and one that is taken.
"$otelbpf" list xdp_incoming_packets@xdp/otelbpf-none | grep -q 'cannot run on this kernel: .*this machine has no network interface otelbpf-none' ||
    fail "the missing interface is not named"
: >"$work/otelbpf.log"
start_otelbpf --otlp-endpoint "$otlp_http" "xdp_incoming_packets@xdp/$near"
status=0
"$otelbpf" once --for 100ms "xdp_incoming_packets@xdp/$near" >"$work/second" 2>&1 || status=$?
expect "exit status where another program is" $status 1
grep -q "another XDP program is on interface $near" "$work/second" || fail "$(cat "$work/second")"
stop_otelbpf
