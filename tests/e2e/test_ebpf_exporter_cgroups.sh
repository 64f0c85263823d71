#!/usr/bin/env bash
# cgroup_id_map: programs find the cgroups whose paths match, those that are made later as well.
. "$(dirname "$0")/lib.sh"
need_root

packs=$TEST_PACKS/ebpf_exporter
mount=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)
[[ -n $mount ]] || skip "this kernel has no cgroups of version 2 mounted"
name=otelbpf-test-$$
make_cgroup() { mkdir "$mount/$name-$1" || skip "this kernel's cgroups cannot be made here"; at_exit rmdir "$mount/$name-$1"; }
# in_cgroup NAME COMMAND...
in_cgroup() { (echo $BASHPID >"$mount/$name-$1/cgroup.procs"; exec "${@:2}"); }

make_cgroup a
make_cgroup c
start_collector
start_otelbpf --otlp-endpoint "$otlp_http" --interval 200ms "$packs/cgroups.yaml" "$packs/storage.yaml"
in_cgroup a "$workload" observe 1 1 11
in_cgroup c "$workload" observe 1 1 5
# Cgroups that are made later are found with the next collection.
make_cgroup b
wait_for_exports 2 cgroup_observed_total    # the second began when it was there
in_cgroup b "$workload" observe 1 1 7
stop_otelbpf

expect "cgroups that match" "$(points cgroup_observed_total | jq -s -c 'map({(.attributes.cgroup): .value}) | add')" \
    "{\"$name-a\":11,\"$name-b\":7}"
expect "others" "$(sum cgroup_not_matched_total)" 5
if grep -q 'pack storage: ' "$work/otelbpf.log"; then
    grep 'pack storage: ' "$work/otelbpf.log"
    echo "SKIP: this kernel has no storage of cgroups"
else
    expect "cgroups with storage" "$(sum storage_observed_total)" 18
    expect "others" "$(sum storage_not_matched_total)" 5
fi

# Mistakes
mkdir "$work/bad"
cp "$packs"/cgroups.* "$work/bad/"
refused() {    # SED-COMMAND SENTENCE
    sed -e "$1" "$packs/cgroups.yaml" >"$work/bad/cgroups.yaml"
    ! "$otelbpf" check "$work/bad/cgroups.yaml" 2>"$work/err" || fail "$1 is taken"
    grep -qF -- "$2" "$work/err" || fail "\"$2\" is not in: $(cat "$work/err")"
}
refused 's/name: wanted_cgroups/name: wanted/' "cgroups.yaml:16:1: cgroup_id_map: the object has no map \`wanted\`"
refused 's/type: hash/type: cgrp_storage/' "map wanted_cgroups has keys of 8 bytes and values of 8, expected 4 and 8"
refused 's/nothing such/no(thing/' "cgroups.yaml:16:1: cgroup_id_map: "
