#!/usr/bin/env bash
# Calls of malloc by cgroup, exactly; a library that is not there is told before anything is loaded.
. "$(dirname "$0")/lib.sh"
need_root
make_cgroup first
make_cgroup second

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" libc_malloc_calls
"$workload" malloc 1234 "$cgroups/first" >"$work/made"
"$workload" malloc 57 "$cgroups/second" >>"$work/made"
stop_otelbpf

expect_metric libc_malloc_calls libc_malloc_calls '{call}' sum
expect "calls in the first cgroup" "$(sum libc_malloc_calls "\$a.cgroup == \"$cgroups/first\"")" 1234
expect "calls in the second cgroup" "$(sum libc_malloc_calls "\$a.cgroup == \"$cgroups/second\"")" 57
expect "runs that the kernel left out" "$(sum otelbpf.program.missed)" 0

curl -fs "http://127.0.0.1:$PROMETHEUS_PORT/metrics" >"$work/scrape"
grep -q "^libc_malloc_calls_total{.*cgroup=\"$cgroups/first\".*} 1234$" "$work/scrape" ||
    fail "libc_malloc_calls is not libc_malloc_calls_total behind the Prometheus exporter"

# Another library, and none.
"$otelbpf" list libc_malloc_calls@uprobe/libotelbpf-none.so:malloc >"$work/list"
grep -q 'cannot run on this kernel: .*no library libotelbpf-none.so (ELF) in its usual folders' "$work/list" ||
    fail "the missing library is not named: $(cat "$work/list")"
status=0
"$otelbpf" once libc_malloc_calls@uprobe/libc.so.6:otelbpf_none >"$work/once" 2>&1 || status=$?
expect "exit status without the function" $status 1
grep -q 'libc.so.6 has no function otelbpf_none' "$work/once" || fail "the missing function is not named: $(cat "$work/once")"
status=0
"$otelbpf" check libc_malloc_calls@xdp/lo >"$work/check" 2>&1 || status=$?
expect "exit status with a hook of another kind" $status 2
grep -q 'libc_malloc_calls@xdp/lo: it has no program for the hook "xdp/lo"' "$work/check" || fail "$(cat "$work/check")"
