#!/usr/bin/env bash
# An object with its definition in it is a pack; a definition beside it replaces that one.
. "$(dirname "$0")/lib.sh"
need_root

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" "$TEST_PACKS/itself/itself.bpf.o"
"$workload" observe 1 1 7
stop_otelbpf
expect_metric itself itself '{syscall}' sum
expect "its count" "$(points itself | jq -c '[.attributes, .value]')" '[{"kind":"all"},7]'

# Of metrics that are declared in one place.
: >"$work/otelbpf.log"
start_otelbpf --otlp-endpoint "$otlp_http" "$TEST_PACKS/whole/whole.bpf.o"
"$workload" observe 1 1 7
stop_otelbpf
for counter in calls sharded percpu level; do expect_metric whole.$counter whole '{syscall}' sum; done
expect_metric whole.sizes whole By histogram
expect_metric whole.times whole s exponential_histogram
expect "calls" "$(points whole.calls | jq -c '[.attributes, .value, .description]')" \
    '[{"syscall.kind":"one","syscall.number":148},7,"Calls: one each."]'
expect "sharded" "$(points whole.sharded | jq -c '[.attributes, .value, .monotonic]')" '[{"key":1},7,true]'
expect "per CPU" "$(points whole.percpu | jq -c '[.attributes, .value, .monotonic]')" '[{},7,true]'
expect "level" "$(points whole.level | jq -c '[.attributes, .value]')" '[{"key":1},-7]'
expect "gauge" "$(points whole.gauge | jq -c '[.attributes, .value, .type, .unit]')" '[{"key":1},0.5,"gauge","s"]'
expect "sizes" "$(points whole.sizes | jq -c '[.count, .sum, .bounds[0], .buckets]')" '[7,700,8,[0,0,0,0,7,0,0,0]]'
expect "times" "$(points whole.times | jq -c '[.count, .sum, .min, .max, .scale]')" '[7,21,3,3,5]'
stop_collector

# By name, as every pack.
"$otelbpf" check --pack-dir "$TEST_PACKS" itself >"$work/out" 2>&1 || fail "$(cat "$work/out")"
grep -q 'itself: good, 1 metric' "$work/out" || fail "$(cat "$work/out")"
"$otelbpf" list --pack-dir "$TEST_PACKS" >"$work/out" 2>&1
grep -q '^itself 1.0.0' "$work/out" || fail "list does not know it: $(cat "$work/out")"

cp "$TEST_PACKS/itself/itself.bpf.o" "$work/"
sed -e 's/name: tasks/name: beside/; s/map: tasks/map: itself/; /attributes:/,$d' "$TEST_PACKS/tasks/tasks.yaml" >"$work/itself.yaml"
"$otelbpf" list "$work/itself.bpf.o" >"$work/out" 2>&1
grep -q '^  beside ' "$work/out" || fail "the file beside it does not count: $(cat "$work/out")"
rm "$work/itself.yaml"

# What is wrong in it is told like what is wrong in a file.
refused() {    # SENTENCE OBJECT
    local status=0
    "$otelbpf" check "$2" 2>"$work/err" || status=$?
    expect "status of check" "$status" 2
    grep -qF -- "$1" "$work/err" || fail "\"$1\" is not in: $(cat "$work/err")"
    ! grep -qE 'Sanitizer|runtime error' "$work/err" || fail "$(cat "$work/err")"
}
sed 's/map: itself/map: itselg/' "$work/itself.bpf.o" >"$work/wrong.bpf.o"
refused "wrong.bpf.o:8:10: metric itself: the object has no map \`itselg\`; did you mean \`itself\`?" "$work/wrong.bpf.o"
sed 's/instrument: counter/instrument: countre/' "$work/itself.bpf.o" >"$work/wrong.bpf.o"
refused "wrong.bpf.o:5:17: found the instrument 'countre'; did you mean 'counter'?" "$work/wrong.bpf.o"
refused "it has no definition in it (OTEL_PACK in otel_pack.bpf.h), and there is none beside it" \
    "$(cp "$TEST_PACKS/tasks/tasks.bpf.o" "$work/tasks.bpf.o"; echo "$work/tasks.bpf.o")"
refused "No such file" "$work/none.bpf.o"
refused "itself.yaml: No such file" "$work/itself.yaml"
