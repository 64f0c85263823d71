foreach(unit arena buf err hash log loop nearest str)
	unit_test(src/base/${unit}.c LINK otelbpf_base)
endforeach()
