#!/usr/bin/env bash
# An installed otelbpf finds its packs, wherever it was installed.
. "$(dirname "$0")/lib.sh"

cmake --install "$BUILD" --prefix "$work/usr" >"$work/out" || fail "$(cat "$work/out")"
for file in sbin/otelbpf lib/otelbpf/packs/softirqs/softirqs.yaml lib/otelbpf/packs/softirqs/softirqs.bpf.o \
    include/otelbpf/otel.bpf.h include/otelbpf/otel_bounds.bpf.h share/man/man8/otelbpf.8 share/man/man5/otelbpf-pack.5; do
    [[ -f $work/usr/$file ]] || fail "$file is not installed: $(cat "$work/out")"
done
"$work/usr/sbin/otelbpf" check >"$work/out" 2>&1 || fail "$(cat "$work/out")"
expect "packs that are good" "$(grep -c ': good, ' "$work/out")" "$(ls "$root"/examples/*/*.bpf.c | wc -l)"
mv "$work/usr" "$work/elsewhere"
"$work/elsewhere/sbin/otelbpf" list softirqs >"$work/out" 2>&1 || fail "$(cat "$work/out")"
grep -q '^softirqs 1.0.0 (default)' "$work/out" || fail "$(cat "$work/out")"

"$otelbpf" --help | grep -q -- '--otlp-endpoint URL' || fail "--help says nothing of --otlp-endpoint"
"$otelbpf" --version | grep -qE '^otelbpf [0-9]+\.[0-9]+\.[0-9]+$' || fail "--version has no version"
