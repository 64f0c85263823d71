#!/usr/bin/env bash
# bpffs takes no more pins, is read-only, or not ours to write; descriptors run out: it is told, what can go on goes on, and nothing
# half-made is left.
. "$(dirname "$0")/lib.sh"
need_root
need_pins

lives=$TEST_PACKS/lives/lives.yaml
otelbpf=$root/build/release/otelbpf    # LeakSanitizer and strace do not work together
[[ -x $otelbpf ]] || skip "no release build: tests/run makes it"
export OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta OTEL_METRIC_EXPORT_TIMEOUT=2000

start_sink

# What is there below the folder, sorted, on one line.
left() { (cd "$pins" 2>/dev/null && find . -mindepth 1 | LC_ALL=C sort | cut -c3- | tr '\n' ' ') || true; }
delivered() { jq -s 'map(select(.metric == "lives.counted").value) | add // 0' <(grep '"metric"' "$work/sink" || true); }
is_over() { otelbpf_is_ready || ! kill -0 "$otelbpf_pid" 2>/dev/null; }

# life STATUS [COMMAND...]   One process behind COMMAND, in which 5 calls are made, and delivered if it gets ready.
life() {
    local expected=$1 status=0 had
    shift
    had=$(delivered)
    : >"$work/otelbpf.log"
    "$@" "$otelbpf" run --pin "$pins" --interval 100ms "$lives" >/dev/null 2>"$work/otelbpf.log" & otelbpf_pid=$!
    at_exit kill -KILL "$otelbpf_pid"
    wait_for 60 is_over || fail "$*: neither ready nor over: $(cat "$work/otelbpf.log")"
    if otelbpf_is_ready; then
        "$workload" callname one 5 >/dev/null
        kill -TERM "$otelbpf_pid"
    fi
    wait "$otelbpf_pid" || status=$?
    expect "status of $*: $(cat "$work/otelbpf.log")" "$status" "$expected"
    if [[ $status == 0 ]]; then expect "calls delivered" $(($(delivered) - had)) 5; fi
}
said() { grep -qF -- "$1" "$work/otelbpf.log" || fail "\"$1\" is not in: $(cat "$work/otelbpf.log")"; }
silent() { ! grep -E 'warning|error' "$work/otelbpf.log" || fail "that should not be told"; }
# In the background: the process becomes otelbpf, beside its tracer.
traced() { exec strace -D -f -o "$work/trace" -e trace=bpf,mkdir,mkdirat,rename "$@"; }
failing() { exec strace -D -f -o "$work/trace" -e trace="$1" -e inject="$1:error=$2:when=$3" "${@:4}"; }

### Each pin in turn finds no room
if ! strace -o /dev/null -e trace=bpf -e inject=bpf:error=ENOSPC:when=99 true 2>/dev/null; then skip "strace cannot trace here"; fi
life 0 traced
silent
whole=$(left)
# Which call of bpf() makes which pin.
grep -E '^[0-9]+ +bpf\(' "$work/trace" | awk 'match($0, /BPF_OBJ_PIN, \{pathname="[^"]*"/) {
    name = substr($0, RSTART, RLENGTH); sub(/.*\//, "", name); sub(/"$/, "", name); print NR, name }' >"$work/pins"
(($(wc -l <"$work/pins") >= 12)) || fail "the pins are not found: $(cat "$work/pins")"
"$otelbpf" unpin "$pins" >/dev/null
unpinned="pack lives cannot be pinned and counts only while otelbpf runs: "
while read -r call name <&8; do
    case $name in
    state:root:new)
        life 1 failing bpf ENOSPC "$call"
        said "--pin: $pins/$name: cannot be made: No space left on device"
        [[ ! -e $pins ]] || fail "an empty folder is left"
        continue ;;
    state:request:new)
        life 0 failing bpf ENOSPC "$call"
        said "a request cannot be kept: $pins/$name: cannot be made: No space left on device"
        left=$(left)    # the next request, if there was one, found room
        expect "what is pinned" "${left/state:request /}" "${whole/state:request /}" ;;
    link:*)
        life 0 failing bpf ENOSPC "$call"
        said "pack lives counts only while otelbpf runs: the link of program sys_enter cannot be pinned: No space left on device"
        [[ $(left) == *map:lives_scaled* && $(left) != *link:* && $(left) != *program:* ]] || fail "left: $(left)" ;;
    *)
        life 0 failing bpf ENOSPC "$call"
        said "$unpinned"
        said "No space left on device"
        [[ $(left) == "state:re"* && $(left) != *pack:* ]] || fail "$name: left: $(left)" ;;
    esac
    # The next one has room again.
    life 0
    silent
    [[ $name == link:* ]] || expect "what is pinned" "$(left)" "$whole"
    "$otelbpf" unpin "$pins" >/dev/null
done 8<"$work/pins"
# Neither a folder nor a name.
life 1 failing mkdir ENOSPC 1
said "--pin: $pins: cannot be made: No space left on device"
life 0 failing mkdir ENOSPC 2
said "$unpinned$pins/pack:lives: cannot be made: No space left on device"
[[ $(left) != *pack:* ]] || fail "left: $(left)"
"$otelbpf" unpin "$pins" >/dev/null
life 1 failing rename ENOSPC 1
said "--pin: $pins/state:root: cannot be replaced: No space left on device"
[[ ! -e $pins ]] || fail "an empty folder is left"

### What is not pinned and not delivered is lost, and is said to be
: >"$work/otelbpf.log"
OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9 failing mkdir ENOSPC 2 "$otelbpf" run --pin "$pins" --interval 60s "$lives" \
    2>"$work/otelbpf.log" & otelbpf_pid=$!
wait_for 60 otelbpf_is_ready || fail "not ready: $(cat "$work/otelbpf.log")"
stop_otelbpf
said "the last collection is lost"
"$otelbpf" unpin "$pins" >/dev/null
: >"$work/otelbpf.log"
OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9 start_otelbpf run --pin "$pins" --interval 60s "$lives"
stop_otelbpf
said "the last collection is kept for the next start"
"$otelbpf" unpin "$pins" >/dev/null

### Descriptors run out, each time a little later
ready=0
for limit in {6..60..2}; do
    : >"$work/otelbpf.log"
    prlimit --nofile="$limit" "$otelbpf" run --pin "$pins" --interval 100ms "$lives" >/dev/null 2>"$work/otelbpf.log" & otelbpf_pid=$!
    at_exit kill -KILL "$otelbpf_pid"
    wait_for 60 is_over || fail "$limit descriptors: neither ready nor over: $(cat "$work/otelbpf.log")"
    status=0
    if otelbpf_is_ready; then kill -TERM "$otelbpf_pid"; ready=$((ready + 1)); fi
    wait "$otelbpf_pid" || status=$?
    ((status <= 1)) || fail "$limit descriptors: ended with $status: $(cat "$work/otelbpf.log")"
    ((status == 0)) || grep -qE 'error: .*(Too many open files|out of memory)' "$work/otelbpf.log" || fail "$limit descriptors: $(cat "$work/otelbpf.log")"
    # Whatever it left, the next one counts, with pins.
    life 0
    [[ $(left) == "$whole"* ]] || fail "$limit descriptors: left $(left)"
    "$otelbpf" unpin "$pins" >/dev/null
done
((ready > 0 && ready < 28)) || fail "$ready of 28 got ready: the limits test nothing"

### Read-only, and not ours to write
mkdir "$work/ro"
readonly_bpffs() { unshare --mount bash -c 'mount -t bpf bpf "$0"; mkdir "$0/there"; mount -o remount,ro "$0"; exec "$@"' "$work/ro" "$@"; }
for name in none there; do
    status=0
    said=$(readonly_bpffs timeout 20 "$otelbpf" run --pin "$work/ro/$name" "$lives" 2>&1) || status=$?
    expect "status on a read-only bpffs" "$status" 1
    [[ $said == *"--pin: $work/ro/$name"*"Read-only file system"* ]] || fail "read-only: $said"
done
said=$(readonly_bpffs "$otelbpf" unpin "$work/ro/there" 2>&1) && fail "unpin on a read-only bpffs succeeds"
[[ $said == *"cannot be removed: Read-only file system"* ]] || fail "read-only: $said"
mkdir -m 755 "$pins"
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
for case in "$pins/mine|cannot be made: Permission denied" "$pins|no permission to make BPF maps; "; do
    status=0
    said=$(as_nobody timeout 20 "$otelbpf" run --pin "${case%|*}" "$lives" 2>&1) || status=$?
    expect "status in a folder that is not ours: $said" "$status" 1
    [[ $said == *"--pin: "*"${case#*|}"* ]] || fail "not ours: $said"
done
expect "what is left" "$(left)" ""
rmdir "$pins"
