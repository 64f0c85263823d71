#!/usr/bin/env bash
# Runs that the kernel leaves out are counted, and told once.
. "$(dirname "$0")/lib.sh"
need_root
[[ $(printf '%s\n' 6.2 "$(uname -r)" | sort -V | head -n 1) == 6.2 ]] ||
    skip "this kernel runs a program that interrupts itself: before 6.2"

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" --interval 1s "$TEST_PACKS/missed/missed.yaml"
"$workload" callname one 70 >/dev/null
wait_for_exports 2 missed
"$workload" callname one 30 >/dev/null
stop_otelbpf
stop_collector

expect "runs" "$(sum missed)" 100
expect "runs that the kernel left out" "$(sum otelbpf.program.missed '$a["otelbpf.program.name"] == "again"')" 100
expect "runs that it left out of others" "$(sum otelbpf.program.missed)" 100
expect "lines that tell it" "$(grep -c 'warning: pack missed: the kernel left out [0-9]* runs of again' "$work/otelbpf.log")" 1
