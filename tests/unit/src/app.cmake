foreach(unit book pins)
	unit_test(src/app/${unit}.c LINK otelbpf_app)
endforeach()
