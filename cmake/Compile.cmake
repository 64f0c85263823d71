# Warnings, sanitizers and hardening as one INTERFACE target, and the two ways of making something from
# C files: a library per folder, a test per source file.

add_library(otelbpf_compile INTERFACE)
target_compile_definitions(otelbpf_compile INTERFACE _GNU_SOURCE)
target_compile_options(otelbpf_compile INTERFACE
	-Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
	-Wformat=2 -Wundef -Wwrite-strings
	$<$<BOOL:${OTELBPF_WERROR}>:-Werror>
	-fstack-protector-strong -fvisibility=hidden)
target_link_options(otelbpf_compile INTERFACE -Wl,-z,relro,-z,now -Wl,--as-needed)

if(OTELBPF_SANITIZE)
	target_compile_options(otelbpf_compile INTERFACE
		-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
	target_link_options(otelbpf_compile INTERFACE -fsanitize=address,undefined)
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
	target_compile_options(otelbpf_compile INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
if(OTELBPF_FUZZ)
	target_compile_options(otelbpf_compile INTERFACE -fsanitize=fuzzer-no-link)
endif()

# folder_library(NAME SOURCE... LINK LIBRARY...): the static library otelbpf_NAME of this folder. Headers are
# included by their path from src/ ("base/buf.h"); a folder sees the headers of the libraries that it
# links and no others, so breaking a layer rule does not compile.
function(folder_library name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK;PRIVATE")
	add_library(otelbpf_${name} STATIC ${arg_UNPARSED_ARGUMENTS})
	set(view ${CMAKE_BINARY_DIR}/include/${name})
	file(MAKE_DIRECTORY ${view})
	file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${view}/${name} SYMBOLIC)
	target_include_directories(otelbpf_${name} PUBLIC ${view})
	target_link_libraries(otelbpf_${name} PUBLIC otelbpf_compile ${arg_LINK} PRIVATE ${arg_PRIVATE})
endfunction()

# unit_test(PATH SOURCE... LINK LIBRARY...): PATH is the source file that is tested, for example src/base/buf.c; its
# test is tests/unit/src/base/test_buf.c. Exit code 77 means skipped.
function(unit_test path)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK")
	cmake_path(GET path PARENT_PATH folder)
	cmake_path(GET path STEM stem)
	string(REPLACE "/" "_" target "unit_${folder}_${stem}")
	add_executable(${target}
		${PROJECT_SOURCE_DIR}/tests/unit/${folder}/test_${stem}.c ${arg_UNPARSED_ARGUMENTS})
	target_link_libraries(${target} PRIVATE ${arg_LINK} otelbpf_compile cmocka)
	target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/unit)
	target_compile_definitions(${target} PRIVATE SOURCE_DIR="${PROJECT_SOURCE_DIR}")
	add_test(NAME unit/${folder}/${stem} COMMAND ${target})
	set_tests_properties(unit/${folder}/${stem} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
endfunction()
