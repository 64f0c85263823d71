# Third-party libraries. Each is linked by the one folder, and included by the one file, that needs it.
find_package(PkgConfig REQUIRED)

pkg_check_modules(libbpf REQUIRED IMPORTED_TARGET libbpf>=1.1)
pkg_check_modules(libelf REQUIRED IMPORTED_TARGET libelf)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(libcurl REQUIRED IMPORTED_TARGET libcurl>=7.85)
pkg_check_modules(libyaml REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(libprotobuf-c REQUIRED IMPORTED_TARGET libprotobuf-c)
if(OTELBPF_TESTS)
	pkg_check_modules(cmocka REQUIRED cmocka)
endif()
