#!/usr/bin/env bash
# Moves of tasks between CPUs, by the cgroup of the task that is moved: not of the one that happens to run.
. "$(dirname "$0")/lib.sh"
need_root

mount=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)
[[ -n $mount ]] || skip "this kernel has no cgroups of version 2 mounted"
make_cgroup() { mkdir -p "$mount/$1" || skip "this kernel's cgroups cannot be made here"; at_exit rmdir "$mount/$1"; }
name=otelbpf-migrations-$$
make_cgroup "$name"
make_cgroup "$name/a|b"
make_cgroup "$name/gone"

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" --interval 200ms cgroup_sched_migrations
plain=$("$workload" migrations 501 "$mount/$name")
hostile=$("$workload" migrations 77 "$mount/$name/a|b")
gone=$("$workload" migrations 33 "$mount/$name/gone")
wait_for_exports 2 cgroup_sched_migrations    # the second began when it had migrated
rmdir "$mount/$name/gone"
wait_for_exports 2 cgroup_sched_migrations
stop_otelbpf

curl -fs "http://127.0.0.1:$PROMETHEUS_PORT/metrics" >"$work/scrape"
grep -q '^# TYPE cgroup_sched_migrations_total counter$' "$work/scrape" || fail "cgroup_sched_migrations is not cgroup_sched_migrations_total behind the Prometheus exporter"
expect_metric cgroup_sched_migrations cgroup_sched_migrations '{migration}' sum
expect_migrations() { expect "$1" "$(sum cgroup_sched_migrations "\$a.cgroup == \"$2\"")" "$(made "$3" migrations)"; }
expect_migrations "migrations in a cgroup" "$mount/$name" "$plain"
expect_migrations "migrations in a cgroup with a hostile name" "$mount/$name/a|b" "$hostile"
expect_migrations "migrations in a cgroup that is gone" "$mount/$name/gone" "$gone"
