#!/usr/bin/env bash
# A collection of slot maps makes no system call: none between the timer and the first that belongs to the export, counted in the
# running program, for every instrument, as totals and as deltas, with series that may end and with maps that are pinned.
. "$(dirname "$0")/lib.sh"
need_root
command -v strace >/dev/null || skip "needs strace"

# -D: the process is otelbpf itself, so that signals reach it. The leak sanitizer cannot work under a tracer.
export ASAN_OPTIONS=detect_leaks=0
real=$otelbpf
traced() { exec strace -D -q -f -o "$trace" "$real" "$@"; }
otelbpf=traced

# lines_of_collections FIRST LAST   Those of the trace's lines behind a wait that ended because its time was over, up to what the exporter
# does with its connection. The address sanitizer's allocator asks for memory of its own.
lines_of_collections() {
    sed -n "$1,$2p" "$trace" | sed 's/^[0-9]* *//' | awk '
        /^epoll_wait\(.*\) *= 0$/ { inside = 1; next }
        inside && /^(poll|socket|connect|sendto|sendmsg|epoll_wait)\(/ { if (!/^epoll_wait/) print "end"; inside = 0 }
        inside && !/^mmap\(0x[0-9a-f]*, .*MAP_FIXED\|MAP_ANONYMOUS/ { print }'
}

# collect TEMPORALITY ARGUMENT...
collect() {
    local from to collections made found
    export OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=$1
    trace=$work/trace.$#.$1
    : >"$work/otelbpf.log"
    start_otelbpf --otlp-endpoint "$otlp_http" --interval 200ms --strict "${@:2}" softirqs "$TEST_PACKS/tasks/tasks.yaml" "$TEST_PACKS/every/every.yaml"
    for name in one two three four five; do "$workload" callname $name 10 >/dev/null; done    # now the map is full: there are no new keys
    wait_for_exports 3 every.counter
    from=$(wc -l <"$trace")
    wait_for_exports 10 every.counter
    to=$(wc -l <"$trace")
    stop_otelbpf

    collections=$(lines_of_collections $((from + 1)) "$to")
    made=$(grep -vx end <<<"$collections" || true)
    [[ -z $made ]] || fail "system calls in collections ($*): $made"
    found=$(grep -cx end <<<"$collections" || true)
    ((found >= 8)) || fail "found $found collections in the trace, expected 10"
    ! sed -n "$((from + 1)),${to}p" "$trace" | grep -E ' (bpf|openat)\(' || fail "the kernel was asked for more than once a minute ($*)"
}

start_collector
collect cumulative
expect "calls of one" "$(sum tasks '$a["thread.name"] == "one"')" 10
for instrument in counter sharded percpu updown gauge histogram exponential; do
    expect "series of every.$instrument" "$(points every.$instrument | jq -c 'select(.attributes.key == 1) | .attributes' | sort -u)" '{"key":1}'
done
collect delta
if [[ $(stat -f -c %T /sys/fs/bpf 2>/dev/null) == bpf_fs ]]; then
    pins=/sys/fs/bpf/otelbpf_test_$$
    at_exit eval '"$real" unpin "$pins" >/dev/null 2>&1'
    collect delta --pin "$pins"
else
    echo "bpffs is not mounted at /sys/fs/bpf: --pin is not tried"
fi
