#!/usr/bin/env bash
# Keys from hostile tasks: a name that is no UTF-8 becomes valid, and a full map loses no count.
. "$(dirname "$0")/lib.sh"
need_root

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" "$TEST_PACKS/tasks/tasks.yaml"
"$workload" callname $'\xff\xfebad|name' 11
for i in {1..9}; do "$workload" callname "task$i" 5; done
stop_otelbpf

expect_metric tasks tasks '{syscall}' sum
expect "the name with bad bytes" "$(sum tasks '$a["thread.name"] == "��bad|name"')" 11
expect "names that found a place" "$(points tasks | jq -s 'map(select(.attributes["thread.name"])) | length')" 4
expect "the overflow" "$(sum tasks '$a["otel.metric.overflow"] == true')" 30
expect "the total" "$(sum tasks)" 56
expect "the map's entries" "$(sum otelbpf.map.entries '$a["otelbpf.map.name"] == "tasks"')" 4
expect "the map's capacity" "$(sum otelbpf.map.capacity '$a["otelbpf.map.name"] == "tasks"')" 4
