#!/usr/bin/env bash
# Two at the same instant, on the same pins: starts, a start and an unpin, a start and a stop. One has them, the other says who, and no
# count is lost or told twice.
. "$(dirname "$0")/lib.sh"
need_root
need_pins

lives=$TEST_PACKS/lives/lives.yaml
[[ ! -x $root/build/release/otelbpf ]] || otelbpf=$root/build/release/otelbpf    # what users run, and more races
export OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta

start_sink
delivered() { jq -s 'map(select(.metric == "lives.counted").value) | add // 0' <(grep '"metric"' "$work/sink" || true); }

# Processes that begin when the gate opens: start N, with its log in $work/log.N.
start() {
    : >"$work/log.$1"
    { until [[ -e $work/gate ]]; do :; done; exec "$otelbpf" run --pin "$pins" --interval 60s "$lives" >/dev/null 2>"$work/log.$1"; } &
    pids[$1]=$!
    at_exit kill -KILL "${pids[$1]}"
}
is_settled() { grep -q ' ready: ' "$work/log.$1" || ! kill -0 "${pids[$1]}" 2>/dev/null; }
settle() { wait_for 60 is_settled "$1" || fail "neither ready nor over: $(cat "$work/log.$1")"; }
is_ready() { grep -q ' ready: ' "$work/log.$1"; }
# It is not ready: it gave the reason.
refused() {    # N BY
    local status=0
    wait "${pids[$1]}" || status=$?
    expect "status: $(cat "$work/log.$1")" "$status" 1
    grep -qF -- "--pin: $pins: process $2 keeps its pins there; end it first, or choose another folder" "$work/log.$1" ||
        fail "$2 is not named: $(cat "$work/log.$1")"
}
stop() { kill -TERM "${pids[$1]}"; wait "${pids[$1]}" || fail "ended with $?: $(cat "$work/log.$1")"; }
made=0
make() { "$workload" callname one 3 >/dev/null; made=$((made + 3)); }

### Two starts. Whoever had the pins before is still written there, and must not be the one that is named.
for ((round = 0; round < 20; round++)); do
    rm -f "$work/gate"
    start 0; start 1
    touch "$work/gate"
    settle 0; settle 1
    if is_ready 0; then first=0; else first=1; fi
    is_ready $first || fail "none is ready: $(cat "$work"/log.*)"
    ! is_ready $((1 - first)) || fail "both are ready"
    refused $((1 - first)) "${pids[first]}"
    make
    if ((round % 2)); then kill -KILL "${pids[first]}"; wait "${pids[first]}" 2>/dev/null || true; else stop $first; fi
done

### A start and a stop: it is refused, or goes on
waited=0
for ((round = 0; round < 10; round++)); do
    rm -f "$work/gate"; touch "$work/gate"
    start 0; settle 0
    is_ready 0 || fail "not ready: $(cat "$work/log.0")"
    make
    kill -TERM "${pids[0]}"
    start 1; settle 1
    wait "${pids[0]}" || fail "the stop ended with $?: $(cat "$work/log.0")"
    if is_ready 1; then
        waited=$((waited + 1))
        make
        stop 1
    else
        refused 1 "${pids[0]}"
    fi
done
# All that was made is told, once: a last start sends what a kill left in the kernel.
start 0; settle 0; stop 0
expect "calls" "$(delivered)" "$made"

### A start and an unpin: nothing is left, or a process has it
had_it=0
for ((round = 0; round < 20; round++)); do
    rm -f "$work/gate"
    start 0; start 1
    { until [[ -e $work/gate ]]; do :; done; exec "$otelbpf" unpin "$pins" >"$work/unpin" 2>&1; } & unpin_pid=$!
    touch "$work/gate"
    status=0; wait "$unpin_pid" || status=$?
    settle 0; settle 1
    ! { is_ready 0 && is_ready 1; } || fail "both are ready"
    for n in 0 1; do
        is_ready $n || { wait "${pids[n]}" && fail "a start that is not ready succeeds"; }
        if is_ready $n; then
            had_it=$((had_it + 1))
            [[ -e $pins/state:root && -e "$pins/pack:lives/link:sys_enter:0" ]] || fail "pins of a process that runs were removed"
            stop $n
        else
            grep -qE "keeps its pins there|No such file" "$work/log.$n" || fail "no reason: $(cat "$work/log.$n")"
        fi
    done
    ((status == 0)) || grep -qE 'keeps its pins there|nothing is pinned' "$work/unpin" || fail "unpin: $(cat "$work/unpin")"
done
"$otelbpf" unpin "$pins" >/dev/null 2>&1 || true
[[ ! -e $pins ]] || fail "unpin leaves $(find "$pins")"
echo "$made calls; a start beside a stop went on $waited times of 10; a start beside an unpin had the pins $had_it times of 20"
