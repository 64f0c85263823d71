#!/usr/bin/env bash
# Receivers that misbehave: each costs what it must and no more, is told in one line, and SIGTERM always ends it.
. "$(dirname "$0")/lib.sh"
need_root

requests() { grep -c '"request":true' "$work/sink" || true; }
at_least() { (($(requests) >= $1)); }

# with_receiver BEHAVIOUR EXPECTED-LOG   Then one good answer: what the kernel counted meanwhile is all there.
with_receiver() {
    : >"$work/otelbpf.log"
    start_sink "$1" ok ok
    start_otelbpf --otlp-endpoint "$sink" --interval 300ms syscalls
    "$workload" syscalls 100 >/dev/null
    wait_for 30 at_least 2 || fail "$1: it did not go on: $(cat "$work/sink" "$work/otelbpf.log")"
    stop_otelbpf
    grep -q "warning: .*$2" "$work/otelbpf.log" || fail "$1: \"$2\" is not in the log: $(cat "$work/otelbpf.log")"
    local total
    total=$(grep '"accepted":true' -A 100000 "$work/sink" | grep '"metric":"syscalls".*"syscall.name":"sched_rr_get_interval"' | tail -n 1 |
        jq .value)
    expect "$1: calls counted" "$total" 200
    stop_sink
}

export OTEL_EXPORTER_OTLP_TIMEOUT=1500
with_receiver '400;message=no such tenant' 'no such tenant'
with_receiver '404;plain=404 page not found' '404'
with_receiver '500' '500'
with_receiver 'redirect' '307'
with_receiver 'oversize' 'answer'
with_receiver 'bomb' 'answer'
with_receiver 'partial;rejected=3;message=too old' 'too old'

# What may have been lost is sent again: these end in a success, and nothing is told.
retried() {
    : >"$work/otelbpf.log"
    start_sink "$1" ok ok
    start_otelbpf --otlp-endpoint "$sink" --interval 300ms syscalls
    wait_for 30 at_least 2 || fail "$1 was not retried: $(cat "$work/otelbpf.log")"
    stop_otelbpf
    stop_sink
}
export OTEL_EXPORTER_OTLP_TIMEOUT=10000
retried '503'
retried '429;retry-after=1'
retried '502'
retried 'cut'
retried 'garbage'

# A receiver that never answers: a stop ends within the export timeout all the same.
: >"$work/otelbpf.log"
start_sink '*hang'
OTEL_METRIC_EXPORT_TIMEOUT=1000 start_otelbpf --otlp-endpoint "$sink" --interval 200ms syscalls
wait_for 30 at_least 1
stop_otelbpf
grep -q 'warning: the last collection is lost: ' "$work/otelbpf.log" || fail "the loss was not told: $(cat "$work/otelbpf.log")"
stop_sink

# With deltas what it may have accepted is not sent again in other words: a stop ends in time, and tells what is not known.
: >"$work/otelbpf.log"
start_sink '*hang'
OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta OTEL_EXPORTER_OTLP_TIMEOUT=300 OTEL_METRIC_EXPORT_TIMEOUT=1000 \
    start_otelbpf --otlp-endpoint "$sink" --interval 200ms syscalls
wait_for 30 at_least 3
stop_otelbpf
grep -q 'warning: .* points may or may not have been accepted' "$work/otelbpf.log" ||
    fail "what is not known was not told: $(cat "$work/otelbpf.log")"
[[ $(grep '"request":true' "$work/sink" | jq .bytes | sort -u | wc -l) == 1 ]] || fail "other bytes were sent: $(cat "$work/sink")"
stop_sink
