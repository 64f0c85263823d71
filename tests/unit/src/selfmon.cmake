unit_test(src/selfmon/selfmon.c LINK otelbpf_selfmon)
