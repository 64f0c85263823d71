#!/usr/bin/env bash
# Pinned, it is stopped and killed a hundred times while events go on and the receiver is bad: nothing is lost, nothing comes twice.
. "$(dirname "$0")/lib.sh"
need_root
need_pins

tasks=$TEST_PACKS/tasks/tasks.yaml
lives=$TEST_PACKS/lives/lives.yaml
[[ ! -x $root/build/release/otelbpf ]] || otelbpf=$root/build/release/otelbpf    # what users run, and more instants to end it
seed=${SEED:-$RANDOM}
RANDOM=$seed
echo "seed $seed (SEED=$seed repeats the order of what happens)"

# delivered METRIC   The points of requests that the sink took, or may have taken, each once: {attributes, start, time, value or count and sum}.
delivered() {
    awk '/"request":true/ { taken = /"accepted":true/ || /"status":0,/ } /"metric":/ && taken' "$work/sink" |
        jq -c -s --arg metric "$1" 'map(select(.metric == $metric)) | unique | .[]'
}
of() { jq -s --arg name "$1" 'map(select(.attributes["thread.name"] == $name))'; }

# Ends in one way or another after a random time, as a rule while it starts, collects, waits or sends.
one_life() {
    "$otelbpf" run --pin "$pins" --interval 20ms "$tasks" "$lives" >/dev/null 2>>"$work/otelbpf.log" & otelbpf_pid=$!
    sleep "0.$(printf %03d $((RANDOM % 250)))"
    if ((RANDOM % 4)); then kill -KILL "$otelbpf_pid"; else kill -TERM "$otelbpf_pid"; fi
    wait "$otelbpf_pid" 2>/dev/null || true
}
counting_begins() {
    : >"$work/otelbpf.log"
    start_otelbpf run --pin "$pins" --interval 20ms "$tasks" "$lives"
    kill -KILL "$otelbpf_pid"; wait "$otelbpf_pid" 2>/dev/null || true
}

# lives N   Events all the time: half of them from a task that a collection meets for the first time in the middle.
lives() {
    made=0
    for ((life = 0; life < $1; life++)); do
        # Not longer than the test, however that ends.
        while [[ ! -e $work/stop ]] && kill -0 $$ 2>/dev/null; do
            "$workload" callname one 50 >/dev/null; echo 50
        done >"$work/made.$life" 9>&- & maker=$!
        one_life
        if ((life == $1 / 2)); then "$workload" callname two 7 >/dev/null; fi
        touch "$work/stop"; wait "$maker"; rm "$work/stop"
        made=$((made + $(awk '{ n += $1 } END { print n + 0 }' "$work/made.$life")))
    done
    "$workload" callname one 3 >/dev/null
    made=$((made + 3))
    # The last one gets the time, and the answer, that it needs.
    for ((life = 0; life < 50; life++)); do
        : >"$work/otelbpf.log"
        start_otelbpf run --pin "$pins" --interval 50ms --log-level debug "$tasks" "$lives"
        wait_for 60 grep -q 'debug: exported' "$work/otelbpf.log" || fail "nothing is exported: $(cat "$work/otelbpf.log")"
        stop_otelbpf
        grep -qE 'is kept for the next start|may or may not have been accepted; the next' "$work/otelbpf.log" || return 0
    done
    fail "the receiver does not take the last collection"
}
unpin() {    # EXPECTED-OUTPUT
    local said
    said=$("$otelbpf" unpin "$pins" 2>&1) || fail "unpin: $said"
    [[ $said == *"$1"* ]] || fail "unpin said: $said"
}
refused() {    # SENTENCE STATUS ARGUMENT...
    local said status=0 sentence=$1 expected=$2
    shift 2
    said=$(timeout 20 "$otelbpf" "$@" 2>&1) || status=$?
    expect "status of $*" "$status" "$expected"
    [[ $said == *"$sentence"* ]] || fail "\"$sentence\" is not in: $said"
}
# Packs that are in the kernel: their maps go with the last program.
loaded() { made "$("$workload" maps lives_bounds)" maps; }

### Without --pin nothing stays
start_sink
before=$(loaded)
start_otelbpf --interval 20ms "$lives"
(($(loaded) == before + 1)) || fail "the program is not loaded"
stop_otelbpf
wait_for 10 eval '[[ $(loaded) == "$before" ]]' || fail "a stop leaves programs in the kernel"
stop_sink

export OTEL_EXPORTER_OTLP_TIMEOUT=100
behaviours=()
for ((i = 0; i < 120; i++)); do
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
for metric in tasks lives.counted lives.bounds lives.scaled; do
    delivered $metric >"$work/$metric"
    jq -e -s 'all(.[]; (.value // .count) > 0 and .start < .time)' "$work/$metric" >/dev/null ||
        fail "points of $metric are not as they should be: $(cat "$work/$metric")"
    jq -e -s 'group_by(.attributes) | all(.[]; sort_by(.time) | . as $points |
        all(range(1; length); $points[.].start >= $points[. - 1].time))' "$work/$metric" >/dev/null ||
        fail "points of $metric overlap, or a request came again with other contents: $(cat "$work/$metric")"
done
expect "deltas of one" "$(of one <"$work/tasks" | jq 'map(.value) | add')" "$made"
expect "deltas of two" "$(of two <"$work/tasks" | jq 'map(.value) | add')" 7
expect "deltas of the counter" "$(jq -s 'map(.value) | add' "$work/lives.counted")" "$made"
expect "deltas of the histogram" "$(jq -s 'map(.count) | add' "$work/lives.bounds")" "$made"
expect "deltas of its sum" "$(jq -s 'map(.sum) | add' "$work/lives.bounds")" $((made * 5))
expect "deltas of the exponential histogram" "$(jq -s 'map(.count) | add' "$work/lives.scaled")" "$made"
expect "deltas of its sum" "$(jq -s 'map(.sum) | add' "$work/lives.scaled")" $((made * 3))
collections=$(jq -s 'map(.time) | unique | length' "$work/tasks")
((collections > 20)) || fail "there were only $collections collections: this tests nothing"
echo "$made events in $collections collections"

### A program that counts while no process runs is shown, one folder has one process, and unpin removes what is ours
expect "programs that go on" "$(loaded)" $((before + 1))
list=$("$otelbpf" list --pin "$pins" "$tasks")
[[ $list == *"pinned in $pins, counting while no process runs:"* ]] || fail "list does not show it: $list"
for name in tasks lives; do
    grep -qE "^  $name +since 20[0-9-]+T[0-9:]+Z, by otelbpf [0-9.]+$" <<<"$list" || fail "list does not show $name: $list"
done
start_sink
: >"$work/otelbpf.log"
start_otelbpf run --pin "$pins" --interval 100ms "$tasks"
refused "--pin: $pins: process $otelbpf_pid keeps its pins there; end it first, or choose another folder" 1 \
    run --pin "$pins" "$tasks"
refused "$pins: process $otelbpf_pid keeps its pins there" 1 unpin "$pins"
[[ $("$otelbpf" list --pin "$pins" "$tasks") == *"kept by process $otelbpf_pid:"* ]] || fail "list does not show the process"
stop_otelbpf
refused "is not on bpffs" 1 run --pin "$work/pins" "$tasks"
[[ ! -e $work/pins ]] || fail "a folder was made that is not on bpffs"
refused "is not on bpffs" 1 run --pin "$work" "$tasks"
refused "No such file" 1 run --pin "$pins/none/none" "$tasks"
refused "--pin is for" 2 once --pin "$pins" "$tasks"
refused "nothing is pinned in $pins/none" 1 unpin "$pins/none"
# What a later version might have made is ours; what others made is not.
mkdir "$pins/pack:later" "$pins/others" "$pins/pack:tasks/others"
"$workload" pin "$pins/pack:later/thing:x"
"$workload" pin "$pins/pack:tasks/thing:x"
"$workload" pin "$pins/others/map"
unpin "2 that are not otelbpf's stay"
expect "what stays" "$(cd "$pins" && find . -mindepth 1 | sort | tr '\n' ' ')" "./others ./others/map ./pack:tasks ./pack:tasks/others "
rm "$pins/others/map"; rmdir "$pins/others" "$pins/pack:tasks/others"
unpin "1 pins removed"
[[ ! -e $pins ]] || fail "the empty folder stays"
wait_for 10 eval '[[ $(loaded) == "$before" ]]' || fail "unpin leaves programs in the kernel"
stop_sink

### Cumulative: totals and start times
export OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative
start_sink
counting_begins
lives 15
stop_sink
for metric in tasks lives.counted lives.bounds lives.scaled; do
    delivered $metric >"$work/$metric"
    jq -e -s 'group_by(.attributes) | all(.[]; (map(.start) | unique | length == 1) and
        (sort_by(.time) | map(.value // .count) | . == sort))' "$work/$metric" >/dev/null ||
        fail "a start time changed, or a count fell: $(cat "$work/$metric")"
done
expect "total of one" "$(of one <"$work/tasks" | jq 'max_by(.time).value')" "$made"
expect "total of two" "$(of two <"$work/tasks" | jq 'max_by(.time).value')" 7
expect "total of the counter" "$(jq -s 'max_by(.time).value' "$work/lives.counted")" "$made"
for metric in lives.bounds lives.scaled; do
    expect "total of $metric" "$(jq -s 'max_by(.time).count' "$work/$metric")" "$made"
done

### Another layout: one line, and counts that begin anew at a new time
anew() {    # DEFINITION WHY
    started=$(date +%s%N)
    start_sink
    : >"$work/otelbpf.log"
    start_otelbpf run --pin "$pins" --interval 100ms "$1"
    "$workload" callname three 5 >/dev/null
    stop_otelbpf
    stop_sink
    expect "lines that say so" "$(grep -c "pack tasks: what is pinned cannot be gone on with: .*$2" "$work/otelbpf.log")" 1
    delivered tasks | of three >"$work/three"
    expect "its total" "$(jq 'max_by(.time).value' "$work/three")" 5
    expect "what was counted before" "$(delivered tasks | of one | jq length)" 0
    [[ $(jq -r '.[0].start' "$work/three") > $(printf %020d "$started") ]] || fail "its start time is an old one: $(cat "$work/three")"
}
mkdir "$work/pack"
cp "$TEST_PACKS/tasks/tasks.bpf.o" "$work/pack/"
{ cat "$tasks"; printf '      - name: again\n        field: comm\n'; } >"$work/pack/tasks.yaml"
anew "$work/pack/tasks.yaml" 'metrics or temporality have changed'
# The description is no part of the layout.
sed -i 's/description: Calls of.*/description: Calls./' "$work/pack/tasks.yaml"
start_sink
: >"$work/otelbpf.log"
start_otelbpf run --pin "$pins" --interval 100ms "$work/pack/tasks.yaml"
stop_otelbpf
stop_sink
expect "what was counted before" "$(delivered tasks | of three | jq 'max_by(.time).value')" 5
# A run that was killed while it pinned, and memory that another version made.
rm "$pins/pack:tasks/link:sys_enter:0"
anew "$work/pack/tasks.yaml" 'not attached any more'
rm "$pins/pack:tasks/state:marks"
anew "$work/pack/tasks.yaml" 'another version of otelbpf made it, or it is not complete'
OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta anew "$work/pack/tasks.yaml" 'temporality have changed'
unpin 'pins removed'
