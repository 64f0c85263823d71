#!/usr/bin/env bash
# The example of docs/bpf-api.md, as it stands there: compiled against the installed headers, run, and counted.
. "$(dirname "$0")/lib.sh"
need_root

# code LANGUAGE   The page's only block of that language.
code() { awk -v fence="\`\`\`$1" '$0 == fence { on = 1; next } /^```$/ { on = 0 } on' "$root/docs/bpf-api.md"; }

cmake --install "$BUILD" --prefix "$work/usr" >"$work/out" || fail "$(cat "$work/out")"
code c >"$work/transmit.bpf.c"
code yaml >"$work/transmit.yaml"
code sh | sed "/^otelbpf /d; s|PREFIX|$work/usr|" >"$work/compile"
if [[ $(uname -m) == aarch64 ]]; then sed -i s/_x86/_arm64/ "$work/compile"; fi
(cd "$work" && bash -e compile) || fail "the example does not compile"
"$otelbpf" check "$work/transmit.yaml" >"$work/out" 2>&1 || fail "$(cat "$work/out")"

# The page's declarations, of which an object is made that is a pack by itself.
{
    code "c declarations"
    echo 'SEC("raw_tp/sys_enter") int count(__u64 *context)'
    echo '{ __u32 key = context[1]; otel_sharded_counter_add(calls, &key, 1); otel_exponential_histogram_record(times, &key, 1); return 0; }'
} >"$work/calls.bpf.c"
(cd "$work" && sed s/transmit/calls/g compile | bash -e) || fail "the declarations do not compile"
"$otelbpf" check "$work/calls.bpf.o" >"$work/out" 2>&1 || fail "$(cat "$work/out")"
grep -q '^calls: good, 2 metrics' "$work/out" || fail "$(cat "$work/out")"

ip link add otelapi0 type veth peer name otelapi1 2>/dev/null || skip "this kernel has no veth devices"
at_exit ip link del otelapi0
for device in otelapi0 otelapi1; do
    echo 1 >/proc/sys/net/ipv6/conf/$device/disable_ipv6
    ip link set $device up
done
ip address add 198.51.100.1/24 dev otelapi0
ip neighbour add 198.51.100.2 lladdr 02:00:00:00:00:02 dev otelapi0

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" "$work/transmit.yaml"
for ((i = 0; i < 100; i++)); do head -c 1000 /dev/zero >/dev/udp/198.51.100.2/9; done
stop_otelbpf

of='$a["network.interface.name"] == "otelapi0"'
expect "packets" "$(sum transmit.packets "$of and \$a[\"network.protocol.name\"] == \"ipv4\"")" 100
expect "sizes" "$(sum transmit.size "$of")" 100
expect_metric transmit.size transmit By exponential_histogram
expect_exponential transmit.size
# 1000 bytes and headers: UDP 8, IP 20, Ethernet 14.
expect "bytes" "$(points transmit.size | jq -c "select(.attributes as \$a | $of) | [.min, .max, .sum, .scale]")" '[1042,1042,104200,4]'
