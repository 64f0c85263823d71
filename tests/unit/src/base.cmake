foreach(unit arena bits buf err hash huge log loop nearest str)
	unit_test(src/base/${unit}.c LINK otelbpf_base)
endforeach()
