fuzzer(response LINK otelbpf_otlp)
