foreach(unit book find output pins)
	unit_test(src/app/${unit}.c LINK otelbpf_app)
endforeach()
