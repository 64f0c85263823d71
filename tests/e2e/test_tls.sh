#!/usr/bin/env bash
# TLS with certificates of one's own: the receiver's is checked against the file, and it wants one from us.
. "$(dirname "$0")/lib.sh"
need_root
command -v openssl >/dev/null || skip "needs openssl"

certificate() {    # NAME [OPTION...]   Signed by the authority.
    openssl req -newkey rsa:2048 -nodes -keyout "$work/$1.key" -subj "/CN=$1" -out "$work/$1.csr" "${@:2}" 2>>"$work/openssl.log"
    openssl x509 -req -in "$work/$1.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 2 -out "$work/$1.pem" \
        -extfile <(echo "subjectAltName=IP:127.0.0.1") 2>>"$work/openssl.log"
}
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/ca.key" -out "$work/ca.pem" -days 2 -subj /CN=authority 2>>"$work/openssl.log"
certificate server
certificate client

sed "s|endpoint: 127.0.0.1:\${env:OTLP_HTTP_PORT}|&\n        tls: {cert_file: $work/server.pem, key_file: $work/server.key, client_ca_file: $work/ca.pem}|" \
    "$root/tests/e2e/collector.yaml" >"$work/collector.yaml"
start_collector "$work/collector.yaml"
export OTEL_EXPORTER_OTLP_ENDPOINT=${otlp_http/http:/https:} OTEL_METRIC_EXPORT_INTERVAL=300

# An authority that nobody gave is none, and so is a client without a certificate.
start_otelbpf softirqs
wait_for 20 grep -q "certificate" "$work/otelbpf.log" || fail "no word of the certificate: $(cat "$work/otelbpf.log")"
stop_otelbpf
: >"$work/otelbpf.log"
OTEL_EXPORTER_OTLP_CERTIFICATE=$work/ca.pem start_otelbpf softirqs
wait_for 20 grep -q "warning\|error" "$work/otelbpf.log" || fail "the receiver took a client without a certificate"
stop_otelbpf
has_points softirqs && fail "points went to a receiver that is not trusted"

: >"$work/otelbpf.log"
cat >"$work/otelbpf.yaml" <<END
file_format: "1.1"
meter_provider:
  readers:
    - periodic:
        interval: 300
        exporter:
          otlp_http:
            endpoint: ${otlp_http/http:/https:}/v1/metrics
            tls: {ca_file: $work/ca.pem, cert_file: $work/client.pem, key_file: $work/client.key}
END
start_otelbpf --config "$work/otelbpf.yaml" softirqs
wait_for 20 has_points softirqs || fail "nothing arrived: $(cat "$work/otelbpf.log")"
stop_otelbpf
grep -q "warning" "$work/otelbpf.log" && fail "$(cat "$work/otelbpf.log")"

# What cannot be read is told at the start.
sed "s|client.key|nothing.key|" "$work/otelbpf.yaml" >"$work/wrong.yaml"
"$otelbpf" --config "$work/wrong.yaml" softirqs >"$work/out" 2>&1 && fail "a key that is not there is no error"
grep -q "the client certificate's key cannot be read from $work/nothing.key: No such file" "$work/out" || fail "$(cat "$work/out")"
