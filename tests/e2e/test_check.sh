#!/usr/bin/env bash
# Definitions that are wrong about their object: each mistake at its place, with what was found and what was expected. What
# is printed is tests/golden/check/NAME.err; UPDATE_GOLDEN=1 writes these files.
. "$(dirname "$0")/lib.sh"

golden=$root/tests/golden/check
cd "$work"
count=0
for file in "$golden"/*.yaml; do
    name=$(basename "$file" .yaml)
    cp "$file" "$work/"
    ln -s "$TEST_PACKS/check/check.bpf.o" "$name.bpf.o"
    status=0
    "$otelbpf" check "./$name.yaml" >out 2>err || status=$?
    expect "status of check $name" "$status" 2
    sed -i -e 's/^otelbpf: error: //; s|^\./||' err
    [[ -z ${UPDATE_GOLDEN:-} ]] || cp err "$golden/$name.err"
    diff -u "$golden/$name.err" err >difference || fail "check $name: $(cat difference)"
    # Every line is about a place, so that editors can go there.
    ! grep -vE "^$name\.(yaml:[0-9]+:[0-9]+|bpf\.o): " err || fail "check $name: a line without its place"
    count=$((count + 1))
done
((count >= 40)) || fail "only $count definitions"
