#!/usr/bin/env bash
# Python functions entered, by file, function and line; whatever bytes their names have, and however many there are.
. "$(dirname "$0")/lib.sh"
need_root

python=
for folder in /usr/bin /usr/local/bin; do
    [[ -n $python || ! -x $folder/python3 ]] || python=$folder/python3
done
cat >"$work/demo.py" <<'EOF'
import sys

def often():
    pass

def naïve():
    pass

class A:
    def run(self):
        pass

class B:
    def run(self):
        pass

def numbers():
    for i in range(3):
        yield i

# CPython 3.11 reaches the probe only where Python code is watched.
sys.setprofile(lambda *event: None)
for i in range(1000):
    often()
for i in range(5):
    naïve()
for i in range(7):
    A().run()
for i in range(9):
    B().run()
list(numbers())
EOF

metric=python_function_entries
in_points() { jq -s "map(.attributes as \$a | select($1) | .value) | add // 0" "$work/points"; }
entered() { in_points "\$a[\"code.file.path\"] == \"$1\" and \$a[\"code.function.name\"] == \"$2\" and \$a[\"code.line.number\"] == $3"; }

start_collector
pack=python_function_entries@usdt/$python:python:function__entry
if [[ -n $python ]] && "$otelbpf" list "$pack" | grep -q 'has its hooks'; then
    start_otelbpf --otlp-endpoint "$otlp_http" "$pack"
    "$python" "$work/demo.py"
    stop_otelbpf
    points $metric >"$work/points"
    expect "calls of often" "$(entered "$work/demo.py" often 3)" 1000
    expect "calls of naïve" "$(entered "$work/demo.py" naïve 6)" 5
    expect "calls of A.run" "$(entered "$work/demo.py" run 10)" 7
    expect "calls of B.run" "$(entered "$work/demo.py" run 14)" 9
    expect "begins of a generator" "$(entered "$work/demo.py" numbers 17)" 1
    expect "generator going on" "$(entered "$work/demo.py" numbers 19)" 3
    expect_metric $metric $metric '{call}' sum
else
    echo "only with a program of our own: there is no Python with the probe here"
fi

# A program that has the probe and no manners, and that nobody else runs.
stop_collector
rm -f "$COLLECTOR_OUTPUT"
: >"$work/otelbpf.log"
start_collector
start_otelbpf --otlp-endpoint "$otlp_http" "python_function_entries@usdt/$workload:python:function__entry"
long=$(printf 'x%.0s' {1..300})
{
    "$workload" entries 11 $'/bad\xff\xfe.py' $'caf\xc3' 1 0
    "$workload" entries 12 "/$long" "$long" 2 0
    "$workload" entries 13 "" unreadable 3 0
    "$workload" entries 14 '<string>' '"quoted"' 4 0
    "$workload" entries 5000 /many.py many 1 1
} >"$work/made"
stop_otelbpf

points $metric >"$work/points"
expect "bytes that are no UTF-8" "$(entered '/bad��.py' 'caf�' 1)" 11
expect "names that are too long" "$(entered "/${long:0:158}" "${long:0:95}" 2)" 12
expect "names in quotation marks" "$(entered '<string>' '\"quoted\"' 4)" 14
# 4096 series; what is beyond, and what cannot be read, is in the overflow series.
expect "series" "$(jq -s length "$work/points")" 4097
expect "the overflow" "$(in_points '$a["otel.metric.overflow"] == true')" $((5000 - (4096 - 3) + 13))
expect "all of them" "$(in_points true)" $((11 + 12 + 13 + 14 + 5000))
expect_metric $metric $metric '{call}' sum

curl -fs "http://127.0.0.1:$PROMETHEUS_PORT/metrics" >"$work/scrape"
grep -q '^python_function_entries_total{.*code_file_path="<string>",code_function_name="\\"quoted\\"",code_line_number="4".*} 14$' "$work/scrape" ||
    fail "python_function_entries is not python_function_entries_total behind the Prometheus exporter"
