# Every definition of the golden tests is a seed, the wrong ones too.
fuzzer(definition LINK otelbpf_config SEEDS ${PROJECT_SOURCE_DIR}/tests/golden/definition)
fuzzer(ebpf_exporter LINK otelbpf_config m SEEDS ${PROJECT_SOURCE_DIR}/tests/golden/ebpf_exporter)
fuzzer(settings LINK otelbpf_config)
fuzzer(settings_file LINK otelbpf_config SEEDS ${PROJECT_SOURCE_DIR}/tests/golden/settings)
