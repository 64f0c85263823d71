#!/usr/bin/env bash
# TCP connections: every change of state, every byte, over IPv4 and IPv6.
. "$(dirname "$0")/lib.sh"
need_root

start_collector
for network in ipv4 ipv6; do
    : >"$work/otelbpf.log"
    start_otelbpf --otlp-endpoint "$otlp_http" tcp_sessions
    # shellcheck disable=SC2046    # the word is there or not
    made=$("$workload" tcp 50 100000 $([[ $network == ipv6 ]] && echo ipv6))
    stop_otelbpf

    # The export itself is a connection over IPv4, but it is open until the end, and closed sessions alone are counted.
    of="\$a[\"network.type\"] == \"$network\""
    expect "$network sessions" "$(sum tcp.session.duration "$of")" "$(made "$made" sessions)"
    expect "$network bytes received" "$(sum tcp.session.received "$of")" "$(made "$made" received)"
    expect "$network bytes acknowledged" "$(sum tcp.session.acknowledged "$of")" "$(made "$made" acknowledged)"
    expect "sessions that were not measured" "$(sum tcp.session.untracked)" 0
    for change in fin_wait_1:fin_wait_2 fin_wait_2:closed close_wait:last_ack last_ack:closed syn_received:established; do
        expect "$network $change" \
            "$(sum tcp.state.transitions "$of and \$a[\"tcp.state.previous\"] == \"${change%:*}\" and \$a[\"network.connection.state\"] == \"${change#*:}\"")" \
            "$(made "$made" transitions.each)"
    done
done
expect_metric tcp.state.transitions tcp_sessions '{transition}' sum
expect_metric tcp.session.duration tcp_sessions s exponential_histogram
expect_exponential tcp.session.duration
expect_metric tcp.session.received tcp_sessions By sum
