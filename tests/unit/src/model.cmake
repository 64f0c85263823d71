foreach(unit attr delta exponential instrument marks model series)
	unit_test(src/model/${unit}.c LINK otelbpf_model)
endforeach()
