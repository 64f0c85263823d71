fuzzer(decode LINK otelbpf_decode)
fuzzer(elf_functions LINK otelbpf_decode)
