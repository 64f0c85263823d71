#!/usr/bin/env bash
# What docs/ tells people to do works as it stands there: each page's blocks become a script, in their order. A block
# with a file's name behind its language is that file, a diff is applied, and sh is run.
. "$(dirname "$0")/lib.sh"

as_script() {
    awk '
        BEGIN { print "set -euo pipefail" }
        !inside && /^```[a-z]+/ {
            inside = 1; kind = substr($1, 4); here = kind != "sh"
            if (kind == "diff") print "patch --silent -p1 <<\"END_OF_BLOCK\""
            else if (here) printf "mkdir -p \"$(dirname %s)\"; cat >%s <<\"END_OF_BLOCK\"\n", $2, $2
            next
        }
        inside && /^```$/ { inside = 0; if (here) print "END_OF_BLOCK"; next }
        inside' "$1"
}

# follow PAGE FOLDER   Its last command's output is $work/followed.
follow() {
    as_script "$root/docs/$1" >"$work/script"
    [[ $(grep -c . "$work/script") -gt 50 ]] || fail "$1 has lost its blocks"
    sed -i "s|/usr/include/otelbpf|$work/usr/include/otelbpf|; s/^sudo //" "$work/script"
    (cd "$2" && PATH=$work/usr/sbin:$PATH bash "$work/script") >"$work/followed" 2>&1 || { cat "$work/followed" >&2; fail "$1 does not work"; }
}

# A decoder: in a copy of the source, without what was built in it.
mkdir "$work/source"
tar -C "$root" --exclude=./build --exclude=./.git -cf - . | tar -C "$work/source" -xf -
follow adding-a-decoder.md "$work/source"
[[ $(grep -c '\[  PASSED  \]' "$work/followed") == 2 ]] || { cat "$work/followed" >&2; fail "the tests of the decoder did not run"; }
# A test that no mistake makes fail would show nothing.
sed -i 's/ETH_P_ARP, "arp"/ETH_P_ARP, "rap"/' "$work/source/src/decode/ethertype.c"
(cd "$work/source" && cmake --build --preset dev --target unit_src_decode_ethertype) >"$work/out" 2>&1 || fail "$(cat "$work/out")"
if "$work/source/build/dev/tests/unit/unit_src_decode_ethertype" >"$work/out" 2>&1; then fail "a wrong name is not found"; fi

# A pack: with what is installed, in an empty folder; then by its name, with values.
[[ $(id -u) == 0 ]] || skip "needs root"
cmake --install "$BUILD" --prefix "$work/usr" >"$work/out" || fail "$(cat "$work/out")"
pack=$work/usr/lib/otelbpf/packs/process_exits
mkdir "$pack"
follow adding-a-pack.md "$pack"
grep -q 'process_exits: good, 1 metric' "$work/followed" || fail "$(cat "$work/followed")"
mkdir -p "$work/tests/e2e"
cp "$root"/tests/e2e/{lib.sh,collector.yaml,points.jq} "$pack/test_process_exits.sh" "$work/tests/e2e"
OTELBPF=$work/usr/sbin/otelbpf OTELCOL=$otelcol bash "$work/tests/e2e/test_process_exits.sh" >"$work/out" 2>&1 || fail "$(cat "$work/out")"
