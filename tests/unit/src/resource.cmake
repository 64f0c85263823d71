unit_test(src/resource/resource.c LINK otelbpf_resource)
unit_test(src/resource/sha1.c LINK otelbpf_resource)
unit_test(src/resource/uuid.c LINK otelbpf_resource)
