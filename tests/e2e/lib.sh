# What the end-to-end tests share. A test is a bash script that sources this file and then does its work:
#
#     . "$(dirname "$0")/lib.sh"
#     start_collector
#     "$otelbpf" run --otlp-endpoint "$otlp_http" softirqs & at_exit kill $!
#     wait_for 10 has_points softirqs
#     [[ $(points softirqs | jq -s 'map(.value) | add') == 42 ]] || fail "softirqs were miscounted"
#
# It exits with 0 when it passed, 77 when it cannot run here, anything else when it failed.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
otelbpf=${OTELBPF:-$root/build/dev/otelbpf}
otelcol=${OTELCOL:-$root/build/collector/otelcol}
work=$(mktemp -d)    # removed at the end, with all that the test wrote there

fail() { echo "FAIL: $*" >&2; exit 1; }

# A reason that starts with "this kernel" is accepted by .ci/run: anything else must be made to run there.
skip() { echo "SKIP: $*"; exit 77; }

# Tests that load programs count events of the whole machine: one at a time, also of several checkouts.
need_root() {
    [[ $(id -u) == 0 ]] || skip "needs root"
    exec 9>/run/lock/otelbpf-e2e
    flock -w 250 9 || fail "another test of this machine does not end"
}

# need_pins   A folder for pins, $pins, which is not there yet, and is not there any more when the test ends.
need_pins() {
    [[ $(stat -f -c %T /sys/fs/bpf 2>/dev/null) == bpf_fs ]] || skip "bpffs is not mounted at /sys/fs/bpf; tests/run mounts it"
    pins=/sys/fs/bpf/otelbpf_test_$$
    at_exit eval '"$otelbpf" unpin "$pins" >/dev/null 2>&1'
}

# at_exit COMMAND...   Runs COMMAND when the test ends, however it ends; the last one given runs first.
exit_commands=()
at_exit() { exit_commands=("$(printf '%q ' "$@")" "${exit_commands[@]}"); }
run_exit_commands() {
    local command
    # A child that gets a signal before it has become a program would do this too.
    [[ $BASHPID == "$$" ]] || return 0
    for command in "${exit_commands[@]}"; do eval "$command" 2>/dev/null || true; done
    rm -rf "$work"
}
trap run_exit_commands EXIT
trap 'exit 1' INT TERM

# wait_for SECONDS COMMAND...   Tries COMMAND every 50 ms until it succeeds, and fails when SECONDS are over.
wait_for() {
    local tries=$(($1 * 20)); shift
    until "$@"; do
        ((tries-- > 0)) || return 1
        sleep 0.05
    done
}

# start_collector [CONFIG]   Starts the Collector on free ports, and returns when it is ready. Its log is $work/collector.log.
# Called again after stop_collector it takes the same ports and adds to the same output: a Collector that was away.
start_collector() {
    [[ -x $otelcol ]] || skip "no Collector: tests/run builds it"
    [[ -n ${HEALTH_PORT:-} ]] || choose_ports
    # A test that is killed for taking too long cannot stop the Collector: the kernel then does.
    setpriv --pdeathsig KILL "$otelcol" --config "${1:-$root/tests/e2e/collector.yaml}" >>"$work/collector.log" 2>&1 &
    collector_pid=$!
    wait_for 10 collector_is_ready || { cat "$work/collector.log" >&2; fail "the Collector did not start"; }
}
collector_is_ready() { curl -fs -o /dev/null "http://127.0.0.1:$HEALTH_PORT/"; }

# Four free ports in a row, below those that the kernel gives to outgoing connections.
choose_ports() {
    local port
    for _ in {1..100}; do
        port=$((10000 + RANDOM % 5000 * 4))
        if all_free "$port" $((port + 1)) $((port + 2)) $((port + 3)); then break; fi
    done
    export OTLP_HTTP_PORT=$port OTLP_GRPC_PORT=$((port + 1)) PROMETHEUS_PORT=$((port + 2)) HEALTH_PORT=$((port + 3))
    export COLLECTOR_OUTPUT=$work/collector.jsonl
    otlp_http=http://127.0.0.1:$OTLP_HTTP_PORT
    otlp_grpc=http://127.0.0.1:$OTLP_GRPC_PORT
}

all_free() {
    local port
    for port; do
        if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then return 1; fi
    done
}

stop_collector() {
    [[ -n ${collector_pid:-} ]] || return 0
    kill "$collector_pid" 2>/dev/null || true
    wait "$collector_pid" 2>/dev/null || true
    collector_pid=
}
at_exit stop_collector

# all_points METRIC   Each data point of METRIC that the Collector received, one JSON object a line. `export` counts
# the requests from 0. Times are strings: nanoseconds since 1970 are too large for jq's numbers, and compare well as text.
all_points() { [[ ! -s $COLLECTOR_OUTPUT ]] || jq -c -n --arg metric "$1" -f "$root/tests/e2e/points.jq" "$COLLECTOR_OUTPUT"; }

# points METRIC   Those of the last request that carried METRIC.
points() { all_points "$1" | jq -c -s 'last.export as $last | .[] | select(.export == $last)'; }

has_points() { [[ -n $(all_points "$1") ]]; }

# wait_for_exports N METRIC   Returns when N more requests with points of METRIC have arrived.
wait_for_exports() {
    local wanted=$(($(exports "$2") + $1))
    wait_for 20 eval "((\$(exports $2) >= $wanted))" || fail "$2 is not exported any more"
}
exports() { all_points "$1" | jq -s 'map(.export) | unique | length'; }

workload=${WORKLOAD:-$root/build/dev/tests/e2e/workload}

# start_otelbpf ARGUMENT...   Starts it and returns when it counts. What it logs is $work/otelbpf.log, standard output $work/out.
start_otelbpf() {
    "$otelbpf" "$@" >>"$work/out" 2>>"$work/otelbpf.log" &
    otelbpf_pid=$!
    at_exit kill -KILL "$otelbpf_pid"
    wait_for 60 otelbpf_is_ready || { cat "$work/otelbpf.log" >&2; fail "otelbpf did not get ready"; }
}
otelbpf_is_ready() { grep -q ' ready: ' "$work/otelbpf.log"; }

# start_sink ARGUMENT...   Starts the misbehaving receiver (docs/otlp-sink.md) at $sink, which is the endpoint from then on, and returns
# when it listens. What it got is $work/sink.
start_sink() {
    : >"$work/sink"    # not the port of the one before
    "$SINK" -v "$@" >"$work/sink" & sink_pid=$!
    at_exit kill -KILL "$sink_pid"
    wait_for 10 grep -q '^port ' "$work/sink" || fail "the sink did not start"
    sink=http://127.0.0.1:$(sed -n 's/^port //p' "$work/sink")
    export OTEL_EXPORTER_OTLP_ENDPOINT=$sink
}
stop_sink() { kill "$sink_pid"; wait "$sink_pid" || true; }

# stop_otelbpf [STATUS]   Ends it with SIGTERM, which collects and exports a last time, and expects its exit status.
stop_otelbpf() {
    local status=0
    kill -TERM "$otelbpf_pid"
    wait "$otelbpf_pid" || status=$?
    [[ $status == "${1:-0}" ]] || { cat "$work/otelbpf.log" >&2; fail "otelbpf ended with $status, not ${1:-0}"; }
}

# sum METRIC [FILTER]   The sum of the values (or counts) of the last points of METRIC that the jq FILTER selects; `a` is
# their attributes.
sum() { points "$1" | jq -s "map(.attributes as \$a | select(${2:-true}) | .value // .count) | add // 0"; }

# make_cgroup NAME   A cgroup of the test's own, $cgroups/NAME, in the hierarchy of version 2.
make_cgroup() {
    local mount
    mount=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)
    [[ -n $mount ]] || skip "this kernel has no cgroups of version 2 mounted"
    if [[ -z ${cgroups:-} ]]; then
        cgroups=$mount/otelbpf-e2e-$$
        mkdir "$cgroups" || skip "this kernel's cgroups cannot be made here"
        at_exit rmdir "$cgroups"
    fi
    mkdir "$cgroups/$1"
    at_exit rmdir "$cgroups/$1"
}

# made WORKLOAD-OUTPUT NAME   The number that a workload printed behind NAME.
made() { awk -v name="$2" '$1 == name { print $2; found = 1 } END { exit !found }' <<<"$1"; }

# expect WHAT FOUND EXPECTED
expect() { [[ $2 == "$3" ]] || fail "$1: found $2, expected $3"; }

# expect_metric METRIC SCOPE UNIT TYPE   What is the same for every point of every export: identity, temporality, time, resource.
expect_metric() {
    local wrong
    has_points "$1" || fail "no points of $1"
    wrong=$(all_points "$1" | jq -c --arg scope "$2" --arg unit "$3" --arg type "$4" --arg host "$(uname -n)" 'select((
        .scope == $scope and .scope_version == "1.0.0" and .unit == $unit and .type == $type
        and .temporality == "cumulative" and (.monotonic // true) and .flags == 0 and (.description | length > 0)
        and .start < .time and (.start | length == 19)
        and .resource["service.name"] == "otelbpf" and .resource["host.name"] == $host
        and .resource["telemetry.sdk.name"] == "otelbpf" and .resource["telemetry.sdk.language"] == "c"
        and (.resource["service.instance.id"] | length == 36) and .resource["os.type"] == "linux") | not)')
    [[ -z $wrong ]] || fail "points of $1 are not as they should be: $wrong"
    wrong=$(all_points "$1" | jq -c -s 'group_by(.attributes) | .[] | map(.start) | unique | select(length > 1)')
    [[ -z $wrong ]] || fail "the start time of a series of $1 changed: $wrong"
}

# expect_exponential METRIC [FILTER]   The exponential histograms of the last export that the jq FILTER selects are possible: the
# count is that of the buckets, at most 160 of which are used, and sum, min and max lie in what these allow.
expect_exponential() {
    local wrong
    wrong=$(points "$1" | jq -c "select(${2:-true})"' | select((
        (.positive.buckets | length) as $length
        | .positive.offset as $low | ($low + $length) as $high | 1e-9 as $tolerance
        | def bound($index): pow(2; $index * pow(2; -.scale));
        .count == (.positive.buckets | add // 0) + .zero_count and .count > 0 and $length <= 160 and .scale <= 5
        and .positive.buckets[0] > 0 and .positive.buckets[-1] > 0
        and .negative.buckets == [] and .zero_threshold == 0
        and .max <= bound($high) * (1 + $tolerance) and .max > bound($high - 1) * (1 - $tolerance)
        and (if .zero_count > 0 then .min == 0
             else .min <= bound($low + 1) * (1 + $tolerance) and .min > bound($low) * (1 - $tolerance) end)
        and .sum >= .count * .min * (1 - $tolerance) and .sum <= .count * .max * (1 + $tolerance)) | not)')
    [[ -z $wrong ]] || fail "exponential histograms of $1 are not as they should be: $wrong"
}
