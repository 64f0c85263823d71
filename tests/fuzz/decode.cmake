fuzzer(decode LINK otelbpf_decode)
