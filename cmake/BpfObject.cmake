# bpf_object(OUTPUT SOURCE): compile a BPF program, with dependencies on every header that it includes.
find_program(OTELBPF_BPF_CLANG NAMES clang REQUIRED)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
	set(bpf_target_arch x86)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
	set(bpf_target_arch arm64)
else()
	message(FATAL_ERROR "BPF programs are written for x86-64 and arm64, not ${CMAKE_SYSTEM_PROCESSOR}")
endif()

# <asm/types.h> lies in the multiarch folder on Debian, which clang does not search for the BPF target.
set(bpf_include_flags -I${PROJECT_SOURCE_DIR}/bpf)
if(CMAKE_SYSROOT)
	list(APPEND bpf_include_flags --sysroot=${CMAKE_SYSROOT})
endif()
if(CMAKE_LIBRARY_ARCHITECTURE)
	list(APPEND bpf_include_flags
		-idirafter ${CMAKE_SYSROOT}/usr/include/${CMAKE_LIBRARY_ARCHITECTURE})
endif()

function(bpf_object output source)
	cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
	add_custom_command(OUTPUT ${output}
		COMMAND ${OTELBPF_BPF_CLANG} -g -O2 -target bpf -mcpu=v2 -D__TARGET_ARCH_${bpf_target_arch}
			-Wall -Wextra -Werror ${bpf_include_flags} ${ARGN}
			-MD -MF ${output}.d -c ${source} -o ${output}
		DEPENDS ${source}
		DEPFILE ${output}.d
		COMMENT "BPF object ${output}"
		VERBATIM)
endfunction()
