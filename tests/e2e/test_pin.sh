#!/usr/bin/env bash
# Pinned, it is stopped and killed a hundred times while events go on and the receiver is bad: nothing is lost, nothing comes twice.
. "$(dirname "$0")/lib.sh"
need_root

pins=/sys/fs/bpf/otelbpf_test_$$
[[ $(stat -f -c %T /sys/fs/bpf 2>/dev/null) == bpf_fs ]] || skip "bpffs is not mounted at /sys/fs/bpf"
at_exit eval '"$otelbpf" unpin "$pins" >/dev/null 2>&1'
tasks=$TEST_PACKS/tasks/tasks.yaml
plain=$otelbpf
[[ ! -x $root/build/release/otelbpf ]] || otelbpf=$root/build/release/otelbpf    # what users run, and more instants to end it
seed=${SEED:-$RANDOM}
RANDOM=$seed
echo "seed $seed (SEED=$seed repeats the order of what happens)"

# start_sink BEHAVIOUR...
start_sink() {
    "$SINK" -v "$@" >"$work/sink" & sink_pid=$!
    at_exit kill -KILL "$sink_pid"
    wait_for 10 grep -q '^port ' "$work/sink" || fail "the sink did not start"
    export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:$(sed -n 's/^port //p' "$work/sink")
}
stop_sink() { kill "$sink_pid"; wait "$sink_pid" || true; }

# delivered METRIC   The points of requests that the sink took, or may have taken, each once: {attributes, start, time, value}.
delivered() {
    awk '/"request":true/ { taken = /"accepted":true/ || /"status":0,/ } /"metric":/ && taken' "$work/sink" |
        jq -c -s --arg metric "$1" 'map(select(.metric == $metric)) | unique | .[]'
}
of() { jq -s --arg name "$1" 'map(select(.attributes["thread.name"] == $name or .attributes["syscall.name"] == $name))'; }

# Ends in one way or another after a random time, as a rule while it starts, collects, waits or sends.
one_life() {
    "$otelbpf" run --pin "$pins" --interval 20ms "$tasks" syscalls >/dev/null 2>>"$work/otelbpf.log" & otelbpf_pid=$!
    sleep "0.$(printf %03d $((RANDOM % 250)))"
    if ((RANDOM % 4)); then kill -KILL "$otelbpf_pid"; else kill -TERM "$otelbpf_pid"; fi
    wait "$otelbpf_pid" 2>/dev/null || true
}
counting_begins() {
    : >"$work/otelbpf.log"
    start_otelbpf run --pin "$pins" --interval 20ms "$tasks" syscalls
    kill -KILL "$otelbpf_pid"; wait "$otelbpf_pid" 2>/dev/null || true
}

# lives N   Events all the time: half of them from a task that a collection meets for the first time in the middle.
lives() {
    made=0
    for ((life = 0; life < $1; life++)); do
        while [[ ! -e $work/stop ]]; do
            "$workload" callname one 50 >/dev/null; echo 50
        done >"$work/made.$life" & maker=$!
        one_life
        if ((life == $1 / 2)); then "$workload" callname two 7 >/dev/null; fi
        touch "$work/stop"; wait "$maker"; rm "$work/stop"
        made=$((made + $(awk '{ n += $1 } END { print n + 0 }' "$work/made.$life")))
    done
    # The last one gets the time that it needs.
    : >"$work/otelbpf.log"
    start_otelbpf run --pin "$pins" --interval 50ms --log-level debug "$tasks" syscalls
    wait_for 60 grep -q 'debug: exported' "$work/otelbpf.log" || fail "nothing is exported: $(cat "$work/otelbpf.log")"
    "$workload" callname one 3 >/dev/null
    made=$((made + 3))
    stop_otelbpf
    [[ $("$otelbpf" list --pin "$pins" tasks) == *"counting while no process runs:"*tasks*since*syscalls* ]] || true
}

export OTEL_EXPORTER_OTLP_TIMEOUT=300
behaviours=()
for ((i = 0; i < 200; i++)); do
    case $((RANDOM % 8)) in
    0) behaviours+=(cut) ;; 1) behaviours+=(503) ;; 2) behaviours+=(hang) ;; 3) behaviours+=(garbage) ;; *) behaviours+=(ok) ;;
    esac
done

### Deltas
export OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta
start_sink "${behaviours[@]}"
counting_begins
lives 100
stop_sink
delivered tasks >"$work/tasks"
delivered syscalls >"$work/syscalls"
expect "deltas of one" "$(of one <"$work/tasks" | jq 'map(.value) | add')" "$made"
expect "deltas of two" "$(of two <"$work/tasks" | jq 'map(.value) | add')" 7
expect "deltas of the call" "$(of sched_rr_get_interval <"$work/syscalls" | jq 'map(.value) | add')" $((made + 7))
for file in tasks syscalls; do
    jq -e -s 'all(.[]; .value > 0 and .start < .time)' "$work/$file" >/dev/null || fail "points of $file are not as they should be"
    jq -e -s 'group_by(.attributes) | all(.[]; sort_by(.time) | . as $points |
        all(range(1; length); $points[.].start >= $points[. - 1].time))' "$work/$file" >/dev/null ||
        fail "points of $file overlap, or a request came again with other contents"
done
lives=$(jq -s 'map(.time) | unique | length' "$work/tasks")
((lives > 20)) || fail "there were only $lives collections: this tests nothing"
echo "$made events in $lives collections"

