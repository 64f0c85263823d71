#!/usr/bin/env bash
# Objects and definitions of ebpf_exporter: its labels, its values, and its names behind the Collector.
. "$(dirname "$0")/lib.sh"
need_root

packs=$TEST_PACKS/ebpf_exporter
start_collector
# The object stands for the pack, as its definition does.
start_otelbpf --otlp-endpoint "$otlp_http" "$packs/observed.bpf.o"
for observation in "1 0 3" "1 1 2" "1 2 1" "1 3 1" "1 1024 1" "2 1025 4" "2 49 5" "2 50 6" "3 1000000 7"; do
    "$workload" observe $observation
done
stop_otelbpf

# What is the same for every point: as expect_metric, but such a pack has no version.
expect_exported() {    # METRIC UNIT TYPE
    local wrong
    has_points "$1" || fail "no points of $1"
    wrong=$(all_points "$1" | jq -c --arg unit "$2" --arg type "$3" 'select((
        .scope == "observed" and (.scope_version // "") == "" and (.unit // "") == $unit and .type == $type
        and .temporality == "cumulative" and (.description | length > 0) and .start < .time
        and ([.attributes[]? | type] - ["string"] == [])) | not)')
    [[ -z $wrong ]] || fail "points of $1 are not as they should be: $wrong"
}

expect_exported observed_calls_total "" sum
expect "labels by sizes, padding and decoder chains" \
    "$(points observed_calls_total | jq -r '"\(.attributes.kind) \(.attributes.odd) \(.value)"' | sort | paste -sd,)" \
    "first 0 5,first 1 3,second 0 6,second 1 9,unknown:3 0 7"
expect "a counter is monotonic" "$(points observed_calls_total | jq -s 'all(.monotonic)')" true
expect "text" "$(points observed_names_total | jq -r '"\(.attributes.task) \(.value)"')" "workload 30"
expect "no labels" "$(points observed_total | jq -r '"\(.attributes) \(.value)"')" "{} 30"
expect "what is no total" "$(points observed_level | jq -r '"\(.monotonic) \(.value)"')" "false -14"

expect_exported observed_cpus_total "" sum
expect "CPUs kept apart" "$(points observed_cpus_total | jq -s -c 'group_by(.attributes.kind) |
    map({(.[0].attributes.kind): (map(.value) | add)}) | add')" '{"0":0,"2":15,"3":7,"first":8}'
expect "a series for every CPU and index" "$(points observed_cpus_total | wc -l)" \
    "$((4 * $(getconf _NPROCESSORS_CONF)))"
expect "CPUs summed" "$(points observed_summed_total | jq -s -c 'map({(.attributes.kind): .value}) | add')" \
    '{"0":0,"1":1031,"2":4645,"3":7000000}'

histogram() { points "$1" | jq -c "select(${2:-true}) | [.count, .sum, (.bounds | map(. + 0 | tostring) | join(\" \")), .buckets]"; }
expect_exported observed_latency_seconds s histogram
bounds="1e-06 2e-06 4e-06 8e-06 1.6e-05 3.2e-05 6.4e-05 0.000128 0.000256 0.000512"
expect "exp2" "$(histogram observed_latency_seconds '.attributes.kind == "1"')" \
    "[8,0.001031,\"$bounds\",[5,1,1,0,0,0,0,0,0,0,1]]"
# What is above the last bound is above it: the programs put it into the bucket of 2^10.
expect "exp2, clamped" "$(histogram observed_latency_seconds '.attributes.kind == "2"')" \
    "[15,0.004645,\"$bounds\",[0,0,0,0,0,0,11,0,0,0,4]]"
expect "exp2, all above" "$(histogram observed_latency_seconds '.attributes.kind == "3"' | jq -c '[.[0], .[1], .[3][10]]')" \
    "[7,7,7]"
expect "exp2zero" "$(histogram observed_zero | jq -c)" \
    '[30,7005676,"0 1 2 4 8 16 32 64 128 256 512 1024 2048 4096 8192 16384 32768",[3,2,1,1,0,0,0,11,0,0,0,1,4,0,0,0,0,7]]'
expect "linear" "$(histogram observed_steps)" '[30,7005300,"49 99 149 199",[12,6,0,0,12]]'
expect "fixed" "$(histogram observed_fixed)" '[30,7005676,"1 5 10",[5,2,23,0]]'
expect "undecodable keys" "$(sum otelbpf.pack.undecodable_keys)" 0

# Prometheus sees the names that it knows, to which the old tool put its own before.
scrape() { curl -fs "http://127.0.0.1:$PROMETHEUS_PORT/metrics" >"$work/scrape"; }
scraped() { grep -qE "^$1" "$work/scrape" || fail "there is no \"$1\" in $(grep observed "$work/scrape")"; }
scrape
scraped '# TYPE observed_calls_total counter$'
scraped 'observed_calls_total\{.*kind="first".*odd="0".*\} 5$'
scraped '# TYPE observed_level gauge$'
scraped '# TYPE observed_latency_seconds histogram$'
scraped 'observed_latency_seconds_bucket\{.*kind="1".*le="1e-06"\} 5$'
scraped 'observed_latency_seconds_bucket\{.*kind="1".*le="\+Inf"\} 8$'
scraped 'observed_latency_seconds_sum\{.*kind="1".*\} 0.001031$'
scraped 'observed_zero_bucket\{.*le="0"\} 3$'
stop_collector

: >"$work/otelbpf.log"
start_collector
start_otelbpf --otlp-endpoint "$otlp_http" --ebpf-exporter-prefix --from-ebpf-exporter "$packs/observed.yaml" softirqs
"$workload" observe 1 1 4
stop_otelbpf
scrape
scraped 'ebpf_exporter_observed_total\{.*\} 4$'
scraped 'ebpf_exporter_observed_latency_seconds_count\{.*kind="1".*\} 4$'
scraped 'softirqs_total\{'    # packs of ours are not meant

# Addresses of kernel symbols, and hooks that libbpf does not attach to by itself.
: >"$work/otelbpf.log"
start_otelbpf --otlp-endpoint "$otlp_http" "$packs/marks.yaml" "$packs/addresses.yaml" "$packs/packets.yaml"
"$workload" observe 1 5 3
"$workload" softirqs 1000
stop_otelbpf
expect "a symbol's address" "$(points addressed_total | jq -r '"\(.attributes.function) \(.value)"')" "schedule 15"
expect "datagrams of one byte" "$(sum packets_total '$a.protocol == "udp" and $a.length == "1"')" 1000
expect "CPUs with a clock" "$(points clock_ticks_total | jq -s 'map(select(.value > 0)) | length')" "$(nproc)"
expect "the mark that all are attached" "$(sum marks_total)" 1
! ip link show dev lo | grep -q xdp || fail "the XDP program is still on the interface"
stop_collector

# Regular expressions: the first that matches, its group or all that it matches, and entries that none wants.
: >"$work/otelbpf.log"
start_collector
start_otelbpf --otlp-endpoint "$otlp_http" "$packs/patterns.yaml"
for name in worker-1 worker-22 worker- kworker/u4 ksoftirqd/0 SystemD-journal a bccc abc x-- ; do "$workload" observe 1 1 3 "$name"; done
"$workload" observe 1 1 4 worker-1
stop_otelbpf
expect "names by pattern" "$(points patterns_total | jq -r '"\(.attributes.task)=\(.value)"' | sort | paste -sd' ')" \
    "--=3 0=3 1=7 22=3 SystemD=3 a=3 b=3 u4=3"
expect "those that no pattern wants" "$(sum otelbpf.pack.skipped_keys '$a["otelbpf.pack.name"] == "patterns"')" 2
expect "patterns before a table" "$(points mapped_total | jq -r '"\(.attributes.task)=\(.value)"' | sort | paste -sd,)" \
    "a worker=13,unknown:SystemD=3,unknown:a=3,unknown:abc=3,unknown:bccc=3,unknown:ksoftirqd=3,unknown:kworker=3,unknown:x=3"
stop_collector

# Samples of a perf event array: counted over several collections, those that are lost as well.
: >"$work/otelbpf.log"
start_collector
start_otelbpf --otlp-endpoint "$otlp_http" --interval 200ms "$packs/samples.yaml"
"$workload" observe 1 2 300
"$workload" observe 2 2 200
wait_for 10 eval '(($(sum sampled_total) == 500))' || fail "samples were miscounted: $(points sampled_total)"
"$workload" observe 1 2 50
"$workload" observe 1 1 7
taskset -c 0 "$workload" observe 3 2 100000
wait_for_exports 2 sampled_total    # the second began when all of that had happened
# The kernel tells of the lost ones with the next sample that finds room.
taskset -c 0 "$workload" observe 3 2 1
stop_otelbpf
expect "samples of a kind" "$(sum sampled_total '$a.kind == "1" and $a.task == "workload"')" 350
expect "all samples, the lost ones too" "$(sum sampled_total)" 100558
(($(sum sampled_total '$a["otel.metric.overflow"] == true') >= 7)) || fail "no sample was lost"
stop_collector

# What cannot be right is told before anything is loaded; what is left out does not stop the rest.
mkdir "$work/bad"
cp "$packs/observed.bpf.o" "$work/bad/"
sed -e 's/size: 16/size: 12/; s/bucket_max: 17/bucket_max: 70/' "$packs/observed.yaml" >"$work/bad/observed.yaml"
status=0
"$otelbpf" check "$work/bad/observed.yaml" 2>"$work/err" || status=$?
expect "the status of check" "$status" 2
grep -q "observed.yaml:72:19: found the buckets 0 to 70" "$work/err" || fail "bad buckets are not told: $(cat "$work/err")"
sed -i 's/bucket_max: 70/bucket_max: 17/' "$work/bad/observed.yaml"
! "$otelbpf" check "$work/bad/observed.yaml" 2>"$work/err" || fail "a wrong size is not told"
grep -q "observed_names_total: its labels and their padding are 12 bytes, the map's keys are 16" "$work/err" ||
    fail "a wrong size is not told: $(cat "$work/err")"
{ cat "$packs/observed.yaml"; echo "tracing: { spans: [] }"; } >"$work/bad/observed.yaml"
"$otelbpf" check "$work/bad/observed.bpf.o" >"$work/out" 2>"$work/err" || fail "spans stop the rest: $(cat "$work/err")"
grep -q "good, 10 metrics" "$work/out" || fail "check said $(cat "$work/out")"
grep -q "warning: .*spans are not supported" "$work/err" || fail "spans are not told: $(cat "$work/err")"

# A symbol that is not there fails its own pack.
cp "$packs"/addresses.* "$work/bad/"
sed -i 's/  - schedule/  - too_small/' "$work/bad/addresses.yaml"
! "$otelbpf" check "$work/bad/addresses.yaml" 2>"$work/err" || fail "a constant of the wrong size is not told"
grep -q 'addresses.yaml:11:5: .*addresses.bpf.o: its constant "kaddr_too_small" has 4 bytes, expected 8' "$work/err" ||
    fail "a constant of the wrong size is not told: $(cat "$work/err")"
sed -i 's/  - too_small/  - no_such_symbol/' "$work/bad/addresses.yaml"
! "$otelbpf" check "$work/bad/addresses.yaml" 2>"$work/err" || fail "a missing constant is not told"
grep -q 'it has no constant "kaddr_no_such_symbol"' "$work/err" || fail "a missing constant is not told: $(cat "$work/err")"
sed -i 's/  - no_such_symbol/  - otelbpf_none/' "$work/bad/addresses.yaml"
"$otelbpf" check "$work/bad/addresses.yaml" >"$work/out" 2>"$work/err" || fail "check needs the kernel: $(cat "$work/err")"
"$otelbpf" once --for 1ms softirqs "$work/bad/addresses.yaml" >"$work/out" 2>"$work/err" || fail "a missing symbol stops the rest"
grep -q 'addresses.yaml:11:5: this kernel has no symbol otelbpf_none' "$work/err" || fail "a missing symbol is not told: $(cat "$work/err")"
grep -q 'softirqs  counter' "$work/out" || fail "a missing symbol stops the rest: $(cat "$work/out")"
