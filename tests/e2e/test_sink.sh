#!/usr/bin/env bash
# The receiver that misbehaves, by itself: what a sender meets is what was asked for. Every behaviour of docs/otlp-sink.md is here.
. "$(dirname "$0")/lib.sh"

# answer CURL-EXIT STATUS BEHAVIOUR [CURL-OPTION...]   One request to a sink that was told so. The answer is $work/head and $work/body.
answer() {
    local exit=0 status
    : >"$work/body"
    start_sink "$3"
    status=$(curl -s -o "$work/body" -D "$work/head" -w '%{http_code}' -H 'Content-Type: application/x-protobuf' --data-binary '' \
        "${@:4}" "$sink/v1/metrics") || exit=$?
    kill "$sink_pid"
    wait "$sink_pid" || fail "$3: the sink did not end well"
    expect "$3: curl's exit" "$exit" "$1"
    expect "$3: status" "$status" "$2"
}
header() { sed -n "s/^$1: \(.*\)\r$/\1/Ip" "$work/head"; }
told() { sed -n 's/.*"behaviour":"\([^"]*\)".*"status":\([0-9]*\),"accepted":\([a-z]*\)}$/\1 \2 \3/p' "$work/sink"; }

answer 0 200 ok
expect "type" "$(header Content-Type)" application/x-protobuf
expect "what it tells" "$(told)" "ok 200 true"
for status in 400 401 404 408 413 418 429 500 502 503 504; do
    answer 0 $status $status
    expect "what it tells" "$(told)" "$status $status false"
done
answer 0 429 '429;retry-after=7'
expect "seconds" "$(header Retry-After)" 7
answer 0 503 '503;retry-after=Wed, 21 Oct 2026 07:28:00 GMT;message=too many'
expect "date" "$(header Retry-After)" "Wed, 21 Oct 2026 07:28:00 GMT"
# google.rpc.Status: code, which says nothing, is field 1 and message field 2, here of 8 bytes.
expect "its reason" "$(od -An -tx1 "$work/body" | tr -d ' \n')" "08021208$(printf 'too many' | od -An -tx1 | tr -d ' \n')"
answer 0 404 '404;plain=not here'
expect "text" "$(cat "$work/body")" "not here"
answer 0 200 'partial;rejected=3;message=old'
# ExportMetricsServiceResponse: field 1, in which rejected_data_points is field 1 and error_message field 2.
expect "partial success" "$(od -An -tx1 "$work/body" | tr -d ' \n')" "0a0708031203$(printf old | od -An -tx1 | tr -d ' \n')"
expect "what it tells" "$(told)" "partial 200 true"
answer 0 200 slow
answer 0 200 close
answer 0 307 redirect
expect "where to" "$(header Location)" /v1/metrics
answer 0 200 wrong-type
expect "type" "$(header Content-Type)" text/html
answer 0 200 bad-body
[[ -s $work/body ]] || fail "bad-body: there is none"
answer 0 200 oversize
expect "bytes" "$(stat -c %s "$work/body")" $((5 << 20))
answer 0 200 bomb
expect "encoding" "$(header Content-Encoding)" gzip
expect "bytes that it becomes" "$(gzip -dc <"$work/body" | wc -c)" $((64 << 20))
(($(stat -c %s "$work/body") < 70000)) || fail "bomb: it is not small"
answer 18 200 cut-middle
answer 52 000 cut
expect "what it tells" "$(told)" "cut 0 false"
answer 52 000 cut-early
expect "what it tells" "$(told)" ""
answer 1 000 garbage
answer 28 000 hang --max-time 0.3
expect "what it tells" "$(told)" "hang 0 false"
answer 56 200 flood

status=0
"$SINK" nonsense 2>"$work/err" || status=$?
expect "status of nonsense" "$status" 2
expect "what is said of it" "$(cat "$work/err")" 'otlp-sink: "nonsense" is no behaviour of the sink'
