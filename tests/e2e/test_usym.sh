#!/usr/bin/env bash
# Names of functions in processes: in a program that can lie anywhere, in one that cannot, in a library, in files that nobody else sees or
# that were removed; and what docs/adding-a-pack.md promises of those without a name.
. "$(dirname "$0")/lib.sh"
need_root

folder=$BUILD/tests/e2e/functions
mkdir "$work"/{bare,inputs,hidden}
cp "$folder/functions_pie" "$work/removed"
for file in functions_pie libfunctions.so; do objcopy --strip-all "$folder/$file" "$work/bare/$file"; done

# run NAME N COMMAND...   A process that has made its calls and stays; `process` and `input` are its PID and what it waits for.
run() {
    local name=$1 n=$2; shift 2
    mkfifo "$work/inputs/$name"
    LD_LIBRARY_PATH=${libraries:-$folder} "$@" "$n" <"$work/inputs/$name" >"$work/$name.out" 9>&- &
    process=$!
    at_exit kill -KILL "$process"
    exec {input}>"$work/inputs/$name"
    wait_for 30 grep -q done "$work/$name.out" || fail "$name does not make its calls"
}

start_collector
start_otelbpf --otlp-endpoint "$otlp_http" --interval 1h "$TEST_PACKS/functions/functions.yaml"
run pie 10 "$folder/functions_pie"
run fixed 100 "$folder/functions_fixed"
# As in a container: a file system of its own.
run hidden 1000 unshare --mount bash -c 'mount -t tmpfs none "$1" && cp "$2"/* "$1" && LD_LIBRARY_PATH=$1 exec "$1/functions_pie" "$3"' \
    bash "$work/hidden" "$folder"
[[ ! -e $work/hidden/functions_pie ]] || fail "the file is not hidden"
run removed 10000 "$work/removed"
rm "$work/removed"
libraries=$work/bare run bare 7 "$work/bare/functions_pie"
run gone 5 "$folder/functions_fixed"
exec {input}>&-
wait "$process"
stop_otelbpf

expect_metric functions functions '{syscall}' sum
named() { sum functions "\$a[\"code.function.name\"] == \"$1\""; }
# In the program N and 4 N, by a thread that has ended since. A library keeps the names of what it exports.
expect "calls by a global function" "$(named called_globally)" $((11110 * 5))
expect "calls by a local function" "$(named called_locally)" $((11110 * 2))
expect "calls by a function of a library" "$(named called_in_library)" $((11117 * 3))
expect "calls from where nothing is, the one that has gone included" "$(named unknown_addr:0x10)" $((11117 + 5))

# behind PATTERN FILE   FUNCTION COUNT of the series whose names match, by what addr2line finds in FILE at the hexadecimal place `at`.
behind() {
    points functions | jq -r --arg pattern "$1" '.value as $n | .attributes["code.function.name"] | capture($pattern) | "\(.at) \($n)"' |
        while read -r at count; do echo "$(addr2line -f -e "$2" "0x$at" | head -n 1) $count"; done |
        awk '{ sum[$1] += $2 } END { for (name in sum) print name, sum[name] }' | sort
}
expect "calls by a stripped program" "$(behind '^functions_pie\+0x(?<at>.+)$' "$folder/functions_pie")" \
    "called_globally $((7 * 5))"$'\n'"called_locally $((7 * 2))"
expect "calls by a program that has gone" "$(behind '^unknown_addr:0x(?<at>4.+)$' "$folder/functions_fixed")" \
    "called_globally $((5 * 5))"$'\n'"called_locally $((5 * 2))"
expect "those by its library" "$(sum functions '$a["code.function.name"] | test("^unknown_addr:0x.{9,}$")')" $((5 * 3))
expect "all calls" "$(sum functions)" $((11122 * 11))
expect "undecodable keys" "$(sum otelbpf.pack.undecodable_keys)" 0
