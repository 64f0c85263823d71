#!/usr/bin/env bash
# A collection of slot maps makes no system call: none between the timer and the first that belongs to the export, counted in the
# running program.
. "$(dirname "$0")/lib.sh"
need_root
command -v strace >/dev/null || skip "needs strace"

trace=$work/trace
# -D: the process is otelbpf itself, so that signals reach it. The leak sanitizer cannot work under a tracer.
export ASAN_OPTIONS=detect_leaks=0
real=$otelbpf
traced() { exec strace -D -q -f -o "$trace" "$real" "$@"; }
otelbpf=traced

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" --interval 200ms softirqs "$TEST_PACKS/tasks/tasks.yaml"
for name in one two three four five; do "$workload" callname $name 10 >/dev/null; done    # now the map is full: there are no new keys
wait_for_exports 3 tasks
from=$(wc -l <"$trace")
wait_for_exports 10 tasks
to=$(wc -l <"$trace")
stop_otelbpf

# Lines of a collection: behind a wait that ended because its time was over, up to what the exporter does with its connection. The
# address sanitizer's allocator asks for memory of its own.
collections=$(sed -n "$((from + 1)),${to}p" "$trace" | sed 's/^[0-9]* *//' | awk '
    /^epoll_wait\(.*\) *= 0$/ { inside = 1; next }
    inside && /^(poll|socket|connect|sendto|sendmsg|epoll_wait)\(/ { if (!/^epoll_wait/) print "end"; inside = 0 }
    inside && !/^mmap\(0x[0-9a-f]*, .*MAP_FIXED\|MAP_ANONYMOUS/ { print }')
made=$(grep -vx end <<<"$collections" || true)
[[ -z $made ]] || fail "system calls in collections: $made"
found=$(grep -cx end <<<"$collections" || true)
((found >= 8)) || fail "found $found collections in the trace, expected 10"
! sed -n "$((from + 1)),${to}p" "$trace" | grep -E ' (bpf|openat)\(' || fail "the kernel was asked for more than once a minute"
expect "calls of one" "$(sum tasks '$a["thread.name"] == "one"')" 10
