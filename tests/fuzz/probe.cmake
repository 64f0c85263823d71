# The seeds are the objects of the unit tests.
set(object_seeds ${CMAKE_CURRENT_BINARY_DIR}/seeds/object)
file(MAKE_DIRECTORY ${object_seeds})
fuzzer(object LINK otelbpf_probe SEEDS ${object_seeds})
foreach(name itself layouts programs required)
	bpf_object(${object_seeds}/${name}.bpf.o
		${PROJECT_SOURCE_DIR}/tests/unit/src/probe/${name}.bpf.c)
	list(APPEND object_seed_files ${object_seeds}/${name}.bpf.o)
endforeach()
add_custom_target(fuzz_object_seeds DEPENDS ${object_seed_files})
add_dependencies(fuzz_object fuzz_object_seeds)
