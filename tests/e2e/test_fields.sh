#!/usr/bin/env bash
# Attributes and values by field name: bit fields, nested structs, unions, arrays, enums, both signs; constants of every type; several
# metrics of one value; CPUs apart and summed; keys that become the same, and one that cannot be decoded.
. "$(dirname "$0")/lib.sh"
need_root

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" "$TEST_PACKS/fields/fields.yaml"
taskset -c 0 "$workload" observe 1 3 5
taskset -c "$(($(nproc) - 1))" "$workload" observe 1 3 6
for observation in "2 5 7" "3 2 1" "4 7 9"; do "$workload" observe $observation; done
stop_otelbpf

expect_metric fields.calls fields '{call}' sum
same='{"byte":255,"color":"BLUE","depth":-32768,"high":8190,"kind":1,"large":"18446744073709551615","list":"0001010102010301","low":7,
    "mac":"a0:a1:a2:a3:a4:a5","middle":-512,"negative":-9223372036854775808,"port":8080,"shade":"LIGHT","signed_byte":-128,"tint":"BLUE",
    "v4":"127.0.0.1","v6":"7f00:1::","yes":true}'
expect "attributes of every kind" "$(points fields.calls | jq -S -c 'select(.attributes.kind == 1) | .attributes')" "$(jq -S -c . <<<"$same")"
expect "calls by kind, summed over CPUs" \
    "$(points fields.calls | jq -c '[.attributes.kind, .attributes.color, .value]' | sort | paste -sd,)" \
    '[1,"BLUE",11],[2,"BLUE",7],[3,"unknown:4711",1],[4,"BLUE",9]'
# Two keys of which the attributes are the same; each CPU by itself.
expect "values below zero" "$(sum fields.sum '$a.kind == "one or two"')" $((-33 - 35))
expect "those of the first CPU, at least" "$(points fields.sum | jq -s 'map(select(.attributes.kind == "one or two" and .attributes.cpu == 0) | .value <= -15) | all')" true
expect "a series for each CPU" "$(points fields.sum | jq -s 'map(select(.attributes.kind == "3") | .attributes.cpu) | sort | length')" "$(getconf _NPROCESSORS_CONF)"
expect "of a bit field of the value" "$(points fields.odd | jq -c '[.attributes, .value]')" '[{"host":"abc.de"},18]'
expect "the key that is no name" "$(sum otelbpf.pack.undecodable_keys)" 1
