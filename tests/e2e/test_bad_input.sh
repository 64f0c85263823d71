#!/usr/bin/env bash
# Mistakes: each gets a sentence that helps and the right exit status, and nothing else is harmed.
. "$(dirname "$0")/lib.sh"
need_root

# refused STATUS SENTENCE ARGUMENT...
refused() {
    local expected=$1 sentence=$2 status=0; shift 2
    timeout 60 "$otelbpf" "$@" >"$work/out" 2>"$work/err" || status=$?
    expect "status of otelbpf $*" "$status" "$expected"
    grep -qF -- "$sentence" "$work/err" || fail "otelbpf $*: \"$sentence\" is not in: $(cat "$work/err")"
    ! grep -qE 'Sanitizer|runtime error' "$work/err" || fail "otelbpf $*: $(cat "$work/err")"
}
goes_on() {    # the same, but the softirqs beside it are counted
    local sentence=$1; shift
    timeout 60 "$otelbpf" once --for 100ms softirqs "$@" >"$work/out" 2>"$work/err" || fail "otelbpf $*: $(cat "$work/err")"
    grep -qF -- "$sentence" "$work/err" || fail "otelbpf $*: \"$sentence\" is not in: $(cat "$work/err")"
    grep -q 'otelbpf.pack.attached' "$work/out" || fail "no self-metrics: $(cat "$work/out")"
    grep -q 'error.type=' "$work/out" || fail "the failure is not in the self-metrics: $(cat "$work/out")"
}

# Usage
refused 2 "there is no option --otlp-endpont; did you mean --otlp-endpoint?" --otlp-endpont http://x
refused 2 "option --otlp-endpoint needs an argument" --otlp-endpoint
refused 2 "--interval: found '10', expected a TIME" --interval 10
refused 2 "option --json takes no argument" --json=yes
refused 2 "there is no pack \`softirq\`" list softirq
refused 1 "did you mean \`otelbpf list\`?" lst
refused 2 "ftp" --otlp-endpoint ftp://collector softirqs
refused 2 "collector:4318" --otlp-endpoint collector:4318 softirqs

# Packs
refused 1 "there is no pack \`softirq\`" run softirq
refused 1 "did you mean \`softirqs\`?" run softirq
refused 1 "none of the packs could be started" run softirq
refused 2 "more than 256 hooks" check "xdp_incoming_packets@$(printf 'xdp/e%d,' {1..257})"
refused 1 "which --strict does not allow" run --strict softirqs nothing_such
goes_on "there is no pack \`nothing_such\`" nothing_such

mkdir "$work/broken"
cp "$BUILD/packs/syscalls/syscalls.yaml" "$work/broken/broken.yaml"
goes_on "broken.bpf.o" "$work/broken/broken.yaml"
for size in 0 40 1000 4000; do
    head -c $size "$BUILD/packs/syscalls/syscalls.bpf.o" >"$work/broken/broken.bpf.o"
    goes_on "broken.bpf.o" "$work/broken/broken.yaml"
done
cp "$otelbpf" "$work/broken/broken.bpf.o"
goes_on "broken.bpf.o" "$work/broken/broken.yaml"

# Definitions
cp "$BUILD/packs/syscalls/syscalls.bpf.o" "$work/broken/broken.bpf.o"
sed -i 's/    map: syscalls/    map: syscals/; s/decode: errno/decode: errnos/' "$work/broken/broken.yaml"
refused 2 "the object has no map \`syscals\`; did you mean \`syscalls\`" check "$work/broken/broken.yaml"
refused 2 "errno" check "$work/broken/broken.yaml"
sed -i 's/    instrument: counter/    instrument: conter/; s/unit:/units:/' "$work/broken/broken.yaml"
refused 2 "broken.yaml:5:17: " check "$work/broken/broken.yaml"
grep -q 'counter' "$work/err" || fail "the right name of an instrument is not told: $(cat "$work/err")"
(($(wc -l <"$work/err") >= 3)) || fail "several mistakes are not told in one run: $(cat "$work/err")"

# The environment: what cannot be understood is told and ignored.
told() {
    local sentence=$1; shift
    env "$@" timeout 60 "$otelbpf" once --for 1ms softirqs >"$work/out" 2>"$work/err" || fail "env $*: $(cat "$work/err")"
    grep -F -- "$sentence" "$work/err" | grep -q 'warning: ' || fail "env $*: \"$sentence\" is not told: $(cat "$work/err")"
}
told OTEL_METRIC_EXPORT_INTERVAL OTEL_METRIC_EXPORT_INTERVAL=10s
told OTEL_EXPORTER_OTLP_TIMEOUT OTEL_EXPORTER_OTLP_TIMEOUT=-1
told OTEL_EXPORTER_OTLP_COMPRESSION OTEL_EXPORTER_OTLP_COMPRESSION=brotli
told OTEL_RESOURCE_ATTRIBUTES OTEL_RESOURCE_ATTRIBUTES='a=%zz'
told OTEL_SDK_DISABLED OTEL_SDK_DISABLED=yes
told OTEL_METRICS_EXPORTER OTEL_METRICS_EXPORTER=statsd

# Endpoints that do not answer
: >"$work/otelbpf.log"
OTEL_METRIC_EXPORT_TIMEOUT=500 start_otelbpf --otlp-endpoint http://127.0.0.1:9 --interval 100ms softirqs
wait_for 30 grep -q 'warning: .*127.0.0.1:9' "$work/otelbpf.log" || fail "a refused connection was not told: $(cat "$work/otelbpf.log")"
stop_otelbpf
: >"$work/otelbpf.log"
OTEL_METRIC_EXPORT_TIMEOUT=500 start_otelbpf --otlp-endpoint http://no-such-host.invalid:4318 --interval 100ms softirqs
wait_for 30 grep -q 'warning: .*no-such-host.invalid' "$work/otelbpf.log" || fail "an unknown host was not told: $(cat "$work/otelbpf.log")"
stop_otelbpf

# Directories: every pack in them, in a folder of its own or not, and the good ones beside the bad ones.
mkdir -p "$work/many/alone"
cp "$BUILD/packs/softirqs/softirqs.bpf.o" "$BUILD/packs/softirqs/softirqs.yaml" "$TEST_PACKS/ebpf_exporter/observed".* "$work/many/"
cp "$TEST_PACKS/itself/itself.bpf.o" "$work/many/alone/alone.bpf.o"
cp "$TEST_PACKS/itself/itself.bpf.o" "$work/many/"
"$otelbpf" check "$work/many" >"$work/out" 2>"$work/err" || fail "check of a directory: $(cat "$work/err")"
expect "packs in the directory" "$(paste -sd, "$work/out")" \
    "alone: good, 1 metric,itself: good, 1 metric,observed: good, 10 metrics,softirqs: good, 1 metric"
sed -i 's/unit:/unti:/' "$work/many/softirqs.yaml"
refused 2 "softirqs.yaml:6:5: found the key 'unti' in a metric; did you mean 'unit'?" check "$work/many"
expect "good packs beside" "$(grep -c good "$work/out")" 3
mkdir "$work/none"
refused 2 "no packs there" check "$work/none"
