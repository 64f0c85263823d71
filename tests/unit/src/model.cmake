foreach(unit attr block delta exponential instrument marks model octaves series values)
	unit_test(src/model/${unit}.c LINK otelbpf_model)
endforeach()
