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

start_collector
hooks=usdt/$workload:python:function__entry
if [[ -n $python ]] && "$otelbpf" list "python_function_entries@usdt/$python:python:function__entry" | grep -q 'has its hooks'; then
    with_python=yes
    hooks=usdt/$python:python:function__entry,$hooks
fi
start_otelbpf --otlp-endpoint "$otlp_http" "python_function_entries@$hooks"
if [[ -n ${with_python:-} ]]; then "$python" "$work/demo.py"; fi
long=$(printf 'x%.0s' {1..300})
"$workload" entries 11 $'/bad\xff\xfe.py' $'caf\xc3' 1 0
"$workload" entries 12 "/$long" "$long" 2 0
"$workload" entries 13 "" unreadable 3 0
"$workload" entries 14 '<string>' '"quoted"' 4 0
"$workload" entries 5000 /many.py many 1 1
stop_otelbpf

metric=python_function_entries
expect_metric $metric $metric '{call}' sum
entered() { sum $metric "\$a[\"code.file.path\"] == \"$1\" and \$a[\"code.function.name\"] == \"$2\" and \$a[\"code.line.number\"] == $3"; }
if [[ -n ${with_python:-} ]]; then
    expect "calls of often" "$(entered "$work/demo.py" often 3)" 1000
    expect "calls of naïve" "$(entered "$work/demo.py" naïve 6)" 5
    expect "calls of A.run" "$(entered "$work/demo.py" run 10)" 7
    expect "calls of B.run" "$(entered "$work/demo.py" run 14)" 9
    expect "begins of a generator" "$(entered "$work/demo.py" numbers 17)" 1
    expect "generator going on" "$(entered "$work/demo.py" numbers 19)" 3
fi
expect "bytes that are no UTF-8" "$(entered '/bad��.py' 'caf�' 1)" 11
expect "names that are too long" "$(entered "/${long:0:158}" "${long:0:95}" 2)" 12
expect "names in quotation marks" "$(entered '<string>' '\"quoted\"' 4)" 14
# 4096 series; what is beyond, and what cannot be read, is in the overflow series.
expect "series" "$(points $metric | jq -s length)" 4097
others=$(sum $metric '$a["code.file.path"] != "/many.py"')
many=$(points $metric | jq -s 'map(select(.attributes["code.file.path"] == "/many.py")) | length')
overflow=$(sum $metric '$a["otel.metric.overflow"] == true')
expect "the overflow" "$overflow" $((5000 - many + 13))
expect "all that are no Python" "$(sum $metric '($a["code.file.path"] // "/many.py") | test("^(/bad|/x|<string>|/many)")')" $((11 + 12 + 13 + 14 + 5000))
((others > overflow)) || fail "nothing but the overflow"

curl -fs "http://127.0.0.1:$PROMETHEUS_PORT/metrics" >"$work/scrape"
grep -q '^python_function_entries_total{.*code_file_path="<string>",code_function_name="\\"quoted\\"",code_line_number="4".*} 14$' "$work/scrape" ||
    fail "python_function_entries is not python_function_entries_total behind the Prometheus exporter"
[[ -n ${with_python:-} ]] || echo "only with a program of our own: there is no Python with the probe here"
