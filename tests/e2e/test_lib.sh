#!/usr/bin/env bash
# The helpers of lib.sh against the real Collector, with requests made by hand.
. "$(dirname "$0")/lib.sh"

post() { curl -fsS -o /dev/null -H 'Content-Type: application/json' --data-binary @- "$otlp_http/v1/metrics"; }
expect() { [[ $1 == "$2" ]] || fail "expected $2, found $1"; }

start_collector
! has_points softirqs || fail "points before anything was sent"

post <<'END'
{"resourceMetrics": [{
  "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "otelbpf"}}]},
  "scopeMetrics": [{"scope": {"name": "softirqs", "version": "1"}, "metrics": [
    {"name": "softirqs", "unit": "{softirq}", "sum": {"isMonotonic": true, "aggregationTemporality": 2, "dataPoints": [
      {"attributes": [{"key": "kind", "value": {"stringValue": "net_rx"}}, {"key": "cpu", "value": {"intValue": "3"}},
                      {"key": "list", "value": {"arrayValue": {"values": [{"boolValue": false}, {"doubleValue": 2.5}]}}}],
       "startTimeUnixNano": "1700000000000000001", "timeUnixNano": "1700000010000000002", "asInt": "42"},
      {"startTimeUnixNano": "1700000000000000001", "timeUnixNano": "1700000010000000002", "asInt": "0"}]}},
    {"name": "temperature", "gauge": {"dataPoints": [{"timeUnixNano": "2", "asDouble": 1.5}]}},
    {"name": "bounds", "histogram": {"aggregationTemporality": 1, "dataPoints": [
      {"startTimeUnixNano": "1", "timeUnixNano": "2", "count": "3", "sum": 4.5, "bucketCounts": ["1", "2"], "explicitBounds": [1.5]}]}},
    {"name": "scales", "exponentialHistogram": {"aggregationTemporality": 2, "dataPoints": [
      {"startTimeUnixNano": "1", "timeUnixNano": "2", "count": "6", "sum": 4.5, "min": 0, "max": 2, "scale": 3, "zeroCount": "1",
       "positive": {"offset": -4, "bucketCounts": ["2", "0", "3"]}}]}}]}]}]}
END
expect "$(points softirqs | jq -c 'select(.value == 42) | .attributes')" '{"kind":"net_rx","cpu":3,"list":[false,2.5]}'
expect "$(points softirqs | jq -c '[.value, .attributes == {}, .scope, .unit, .type, .temporality, .monotonic]' | tail -n 1)" \
    '[0,true,"softirqs","{softirq}","sum","cumulative",true]'
expect "$(points softirqs | jq -r '.start + " " + .time + " " + .resource["service.name"]' | uniq)" \
    "1700000000000000001 1700000010000000002 otelbpf"
expect "$(points temperature | jq -c '[.type, .value, .temporality]')" '["gauge",1.5,null]'
expect "$(points bounds | jq -c '[.type, .temporality, .count, .sum, .min, .bounds, .buckets]')" \
    '["histogram","delta",3,4.5,null,[1.5],[1,2]]'
expect "$(points scales | jq -c '[.type, .count, .min, .max, .scale, .zero_count, .positive, .negative]')" \
    '["exponential_histogram",6,0,2,3,1,{"offset":-4,"buckets":[2,0,3]},{"offset":0,"buckets":[]}]'

stop_collector
start_collector
post <<'END'
{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "softirqs", "sum": {"isMonotonic": true,
  "aggregationTemporality": 2, "dataPoints": [{"startTimeUnixNano": "1", "timeUnixNano": "3", "asInt": "43"}]}}]}]}]}
END
expect "$(points softirqs | jq -c '[.export, .value]')" '[1,43]'
expect "$(all_points softirqs | jq -s 'map(.value) | add')" 85
expect "$(curl -fsS "http://127.0.0.1:$PROMETHEUS_PORT/metrics" | sed -n 's/^softirqs_total{.*} //p')" 43
