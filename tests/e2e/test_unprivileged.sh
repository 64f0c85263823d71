#!/usr/bin/env bash
# Without root: check, list and features answer, run says what it needs.
. "$(dirname "$0")/lib.sh"
need_root    # to become nobody

chmod 755 "$work"
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
as_nobody test -x "$otelbpf" || skip "others than root may not enter the build folder"

as_nobody "$otelbpf" check >"$work/out" || fail "check needs root"
grep -q '^softirqs: good, 1 metrics$' "$work/out" || fail "check: $(cat "$work/out")"
as_nobody "$otelbpf" list >"$work/out" || fail "list needs root"
expect "packs listed" "$(grep -c '^[a-z_]* 1\.0\.0' "$work/out")" "$(ls "$root"/examples/*/*.bpf.c | wc -l)"
as_nobody "$otelbpf" features >"$work/out" || fail "features needs root"
grep -q '^[a-z].* unknown ' "$work/out" || fail "features knows without root what needs root: $(cat "$work/out")"

status=0
as_nobody "$otelbpf" run softirqs 2>"$work/err" || status=$?
expect "status of run without root" "$status" 1
grep -q 'error: pack softirqs: .*root' "$work/err" || fail "run without root says: $(cat "$work/err")"
