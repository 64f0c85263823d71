#!/usr/bin/env bash
# Series end while processes are killed: at each step of that one may have ended. Pinned, nothing is lost or told twice, and no slot
# is lost either.
. "$(dirname "$0")/lib.sh"
need_root
need_pins

idle=$TEST_PACKS/idle/idle.yaml
slots=4    # of the pack
[[ ! -x $root/build/release/otelbpf ]] || otelbpf=$root/build/release/otelbpf    # what users run
seed=${SEED:-$RANDOM}
RANDOM=$seed
echo "seed $seed (SEED=$seed repeats the order of what happens)"

# delivered METRIC   The points of requests that the sink took, or may have taken, each once.
delivered() {
    awk '/"request":true/ { taken = /"accepted":true/ || /"status":0,/ } /"metric":/ && taken' "$work/sink" |
        jq -c -s --arg metric "$1" 'map(select(.metric == $metric)) | unique | .[]'
}
# What a receiver adds up, of the points that the jq FILTER selects.
delta() { jq -s "map(select(.attributes as \$a | $1)) | map(.value) | add // 0"; }
cumulative() { jq -s "map(select(.attributes as \$a | $1)) | group_by([.attributes, .start]) | map(max_by(.time).value) | add // 0"; }
map_now() { delivered "otelbpf.map.$1" | jq -s 'map(select(.attributes["otelbpf.map.name"] == "tasks")) | max_by(.time).value // 0'; }

count() { "$workload" callname "$@" >/dev/null; echo "$@" >>"$work/made"; }
# Not longer than the test, however that ends.
keep_busy() { while [[ ! -e $work/enough ]] && kill -0 $$ 2>/dev/null; do count busy 10; sleep 0.1; done; }
of() { awk -v name="$1" '$1 == name { n += $2 } END { print n + 0 }' "$work/made"; }
start() {
    : >"$work/otelbpf.log"
    start_otelbpf run --pin "$pins" --interval 20ms --log-level debug "$idle"
}
is_delivered() { grep -q 'debug: exported' "$work/otelbpf.log"; }
all_free() { delivered otelbpf.map.entries | tail -n 1 | jq -e '.value == 0' >/dev/null; }

# lives KIND COUNT
lives() {
    local kind=$1 behaviours=() life key overflow
    for ((life = 0; life < 400; life++)); do
        case $((RANDOM % 8)) in 0) behaviours+=(cut) ;; 1) behaviours+=(503) ;; 2) behaviours+=(garbage) ;; *) behaviours+=(ok) ;; esac
    done
    export OTEL_EXPORTER_OTLP_TIMEOUT=100 OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=$kind
    rm -f "$work/made" "$work/enough"
    start_sink "${behaviours[@]}"
    start
    keep_busy & busy_pid=$!
    for ((life = 0; life < $2; life++)); do
        for key in $((life % 6)) $(((life + 1) % 6)); do count "key$key" $((RANDOM % 5 + 1)); done
        # The series of these, and of the life before, end around the time of the kill.
        sleep "1.$(printf %03d $((RANDOM % 350)))"
        if ((life % 5 == 4)); then kill -TERM "$otelbpf_pid"; else kill -KILL "$otelbpf_pid"; fi
        wait "$otelbpf_pid" 2>/dev/null || true
        count "key$(((life + 3) % 6))" 2    # nobody looks
        start
    done
    touch "$work/enough"
    wait "$busy_pid"
    wait_for 60 all_free || fail "$kind: series do not end: $(map_now entries) are left"
    # All slots are there: as many keys as there are slots find one.
    overflow=$(map_now overflow)
    for ((key = 0; key < slots; key++)); do count "new$key" 3; done
    wait_for 30 eval '(($(map_now entries) == slots))' || fail "$kind: $(map_now entries) of $slots new keys have a slot"
    stop_otelbpf
    expect "$kind: events that found no slot, though all were free" "$(map_now overflow)" "$overflow"
    kill "$sink_pid"; wait "$sink_pid" || true

    delivered tasks >"$work/tasks"
    expect "$kind: events" "$($kind true <"$work/tasks")" "$(awk '{ n += $2 } END { print n }' "$work/made")"
    expect "$kind: events of the busy task" "$($kind '$a["thread.name"] == "busy"' <"$work/tasks")" "$(of busy)"
    for ((key = 0; key < slots; key++)); do
        expect "$kind: events of new$key" "$($kind "\$a[\"thread.name\"] == \"new$key\"" <"$work/tasks")" "$(of "new$key")"
    done
    expect "$kind: events without a slot" "$($kind '$a["otel.metric.overflow"] == true' <"$work/tasks")" "$overflow"
    if [[ $kind == cumulative ]]; then
        expect "start times of the busy task" "$(jq -s 'map(select(.attributes["thread.name"] == "busy").start) | unique | length' "$work/tasks")" 1
    fi
    echo "$kind: $(awk '{ n += $2 } END { print n }' "$work/made") events, $overflow of them without a slot, in $(
        jq -s 'map([.attributes, .start]) | unique | length' "$work/tasks") series"
    "$otelbpf" unpin "$pins" >/dev/null
}

lives delta 25
lives cumulative 25
