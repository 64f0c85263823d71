#!/usr/bin/env bash
# Deltas on a bad way to the real Collector: at random requests and answers are cut, kept back, garbled or refused, and what the
# Collector's delta_to_cumulative processor adds up is exact for every series. Then the Collector is killed at random as well.
. "$(dirname "$0")/lib.sh"
need_root
[[ ! -x $root/build/release/otelbpf ]] || otelbpf=$root/build/release/otelbpf    # what users run: a dozen of them

senders=12   # each with a way of its own: most of the time goes by while they wait to try again
seed=${SEED:-$RANDOM}
RANDOM=$seed
echo "seed $seed (SEED=$seed repeats the choice of faults)"
export OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta OTEL_EXPORTER_OTLP_TIMEOUT=500    # ms

# In place of the Collector's answer; with pass-on after the Collector took the request.
faults=(cut cut-early cut-middle hang garbage bad-body wrong-type oversize bomb flood 'cut;away=1300' slow close 'close;away=400'
    307 429 '429;retry-after=1' 500 502 503 '503;retry-after=1' 504
    'cut;pass-on' 'cut-middle;pass-on' 'hang;pass-on' 'garbage;pass-on' 'bad-body;pass-on' 'wrong-type;pass-on' 'oversize;pass-on'
    'bomb;pass-on' 'flood;pass-on' 'cut;pass-on;away=1300' '502;pass-on' '504;pass-on')

# choose TIMES   Each fault that often, in any order, to scripts[WAY]. After three in a row at most comes a good request: each further
# one would double the time until the next attempt.
choose() {
    local bag=() i other kept in_a_row=0
    for ((i = 0; i < $1; i++)); do bag+=("${faults[@]}"); done
    for ((i = ${#bag[@]} - 1; i > 0; i--)); do
        other=$((RANDOM % (i + 1))) kept=${bag[i]}
        bag[i]=${bag[other]} bag[other]=$kept
    done
    scripts=()
    for ((i = 0; i < ${#bag[@]}; i++)); do
        scripts[i % senders]+="${bag[i]} "
        ((i % senders == 0)) && in_a_row=$((in_a_row % 3 + 1))
        ((in_a_row == 3 || RANDOM % 3 == 0)) && scripts[i % senders]+="ok "
    done
    for ((i = 0; i < senders; i++)); do scripts[i]+=ok; done
}

# start_ways   Before the Collector a sink for each sender, on the same ports each time.
start_ways() {
    for ((i = 0; i < senders; i++)); do
        : >"$work/way.$i"
        read -ra script <<<"${scripts[i]}"
        "$SINK" -p "${ports[i]:-0}" -f "$OTLP_HTTP_PORT" "${script[@]}" >"$work/way.$i" & ways[i]=$!
        at_exit kill -KILL "${ways[i]}"
        wait_for 10 grep -q '^port ' "$work/way.$i" || fail "a sink did not start"
        ports[i]=$(sed -n 's/^port //p' "$work/way.$i")
    done
}
# stop_ways NAME   What came on them is $work/NAME.WAY.
stop_ways() {
    kill "${ways[@]}"
    wait "${ways[@]}" || fail "a sink did not end well"
    for way in "$work"/way.*; do grep '"request":true' "$way" >"${way/way/$1}"; done
}
# As many requests were told as the scripts have behaviours, but for those cut early.
ways_are_over() {
    local wanted
    for ((i = 0; i < senders; i++)); do
        wanted=$(tr ' ' '\n' <<<"${scripts[i]}" | grep -vc '^cut-early')
        (($(grep -c '"behaviour":"[^"]' "$work/way.$i") >= wanted)) || return 1
    done
}

# The second request that is accepted after the last event was collected after it.
taken_by() { grep -c '"accepted":true' "$work/way.$1" || true; }
accepted=()
all_is_delivered() {
    for ((i = 0; i < senders; i++)); do (($(taken_by "$i") >= accepted[i] + 2)) || return 1; done
}

start_senders() {
    for ((i = 0; i < senders; i++)); do
        OTEL_RESOURCE_ATTRIBUTES=sender=$i "$otelbpf" --otlp-endpoint "http://127.0.0.1:${ports[i]}" --interval 300ms \
            --log-level debug "$TEST_PACKS/tasks/tasks.yaml" "$TEST_PACKS/lives/lives.yaml" >"$work/out.$i" 2>"$work/otelbpf.$i.log" &
        pids[i]=$!
        at_exit kill -KILL "${pids[i]}"
    done
    for ((i = 0; i < senders; i++)); do
        wait_for 60 grep -q ' ready: ' "$work/otelbpf.$i.log" || fail "otelbpf did not get ready: $(cat "$work/otelbpf.$i.log")"
    done
}
stop_senders() {
    kill -TERM "${pids[@]}"
    for ((i = 0; i < senders; i++)); do
        wait "${pids[i]}" || fail "otelbpf ended with $?: $(cat "$work/otelbpf.$i.log")"
        ! grep -E 'last collection|may or may not' "$work/otelbpf.$i.log" || fail "the end was not calm"
    done
}

rounds=0
make() {
    "$workload" callname one 3 >/dev/null
    "$workload" callname two 2 >/dev/null
    for name in three four five six; do "$workload" callname $name 1 >/dev/null; done    # the last two find the map full
    rounds=$((rounds + 1))
}

# check WHAT   The values on standard input are what was made, for each sender.
check() {
    jq -s -c --arg senders "$senders" --arg rounds "$rounds" '($rounds | tonumber) as $n | [range($senders | tonumber)][] as $sender
        | {"tasks one": (3 * $n), "tasks two": (2 * $n), "tasks three": $n, "tasks four": $n, "tasks overflow": (2 * $n),
           "lives.counted": (3 * $n), "lives.bounds one": [3 * $n, 15 * $n, 3 * $n], "lives.scaled one": [3 * $n, 9 * $n, 3 * $n]}
          as $truth
        | (map(select(.sender == "\($sender)")) | map({key: .series, value}) | from_entries) as $found
        | select($found != $truth) | {$sender, $found, $truth}' >"$work/wrong"
    [[ ! -s $work/wrong ]] || fail "$1: $(cat "$work/wrong")"
}
# Every point in the file as {sender, series, start, time, value}; the value of a histogram is its count, sum and buckets.
values() {
    jq -c '.resourceMetrics[].scopeMetrics |= map(select(.scope.name | IN("tasks", "lives")))' "$1" >"$work/requests"
    for metric in tasks lives.counted lives.bounds lives.scaled; do COLLECTOR_OUTPUT=$work/requests all_points $metric; done | jq -c '
        {sender: .resource.sender, start, time, series: ([.name, .attributes["thread.name"] // (.attributes["otel.metric.overflow"]
         // empty | "overflow")] | join(" ")), value: (if .count then [.count, .sum, (.buckets // .positive.buckets | add)] else .value end)}'
}
# Points that the Collector got once more.
twice() { values "$COLLECTOR_OUTPUT.deltas" | jq -s 'length - (unique | length)'; }

start_collector "$root/tests/e2e/collector_delta.yaml"
choose 3
start_ways
start_senders
until ways_are_over; do make; done
make
for ((i = 0; i < senders; i++)); do accepted[i]=$(taken_by "$i"); done
wait_for 60 all_is_delivered || fail "the end is not calm"
stop_ways calm
values "$COLLECTOR_OUTPUT" | jq -s -c 'group_by([.sender, .series]) | .[] | max_by(.time)' | check "the processor's totals are not the truth"
(($(twice) > 0)) || fail "the Collector got nothing twice: this tests nothing"

# What it knew of earlier points dies with the Collector: from here on the points that it got are added up, each once.
met_it_dead() { cat "$work"/way.* | grep -cE '"behaviour":"(|ok|slow|close)","receiver":0,"status":502' || true; }
kills=0
choose 2
start_ways
until ways_are_over && ((kills > 0)); do
    make
    ((RANDOM % 25 == 0)) || continue
    kill -KILL "$collector_pid"
    wait "$collector_pid" 2>/dev/null || true
    kills=$((kills + 1)) had=$(met_it_dead)
    make
    wait_for 20 eval '(($(met_it_dead) > had))' || fail "nothing met the dead Collector"
    start_collector "$root/tests/e2e/collector_delta.yaml"
done
make
stop_senders
stop_ways killed
stop_collector
values "$COLLECTOR_OUTPUT.deltas" >"$work/deltas"
jq -s -c 'unique | group_by([.sender, .series]) | .[] | .[0] + {value: (map(.value) | if (.[0] | type) == "array" then transpose | map(add)
    else add end)}' "$work/deltas" | check "the sums of the deltas are not the truth"
jq -e -s 'all(.[]; .start < .time and ([.value] | flatten | all(. > 0)))' "$work/deltas" >/dev/null || fail "points are not as they should be"
jq -e -s 'unique | group_by([.sender, .series]) | all(.[]; sort_by(.time) | . as $points |
    all(range(1; length); $points[.].start >= $points[. - 1].time))' "$work/deltas" >/dev/null ||
    fail "points overlap, or a request came again with other contents"

# On each way: as long as nobody can know whether a request was taken, nothing but the same bytes comes.
again=0
for sent in "$work"/{calm,killed}.*; do
    jq -c -n 'foreach inputs as $request ({};
        {wrong: (.owed and ($request.again | not)),
         owed: (if $request.accepted then false else .owed or ($request.status | IN(0, 502, 504)) end)};
        select(.wrong) | $request)' "$sent" >"$work/wrong"
    [[ ! -s $work/wrong ]] || fail "with an outcome unknown something else was sent: $(head -n 3 "$work/wrong")"
    again=$((again + $(jq -s 'map(select(.again)) | length' "$sent")))
done

# Each fault was met, before the Collector took the request or after.
for fault in "${faults[@]}"; do
    [[ $fault != cut-early ]] || continue    # the request is not complete; that its turn came ways_are_over says
    taken=0
    [[ $fault != *pass-on* && $fault != slow && $fault != close* ]] || taken=200
    jq -e -n --arg name "${fault%%;*}" --argjson taken $taken '[inputs | select(.behaviour == $name and .receiver == $taken)] | length > 0' \
        "$work"/{calm,killed}.* >/dev/null || fail "$fault did not happen"
done
grep -q 'export failed: connect' "$work"/otelbpf.*.log || fail "no connection was refused"
echo "$rounds rounds of events, $(cat "$work"/{calm,killed}.* | wc -l) requests, $again of them again, $(twice) points twice; the Collector was killed $kills times"
