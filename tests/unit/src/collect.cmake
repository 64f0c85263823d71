set(fixture ${CMAKE_CURRENT_LIST_DIR}/collect/fixture.c)
foreach(unit attributes feed feed_bucket memo plan plan_idle plan_size)
	unit_test(src/collect/${unit}.c ${fixture} LINK otelbpf_collect)
endforeach()
unit_test(src/collect/keytab.c LINK otelbpf_collect)
unit_test(src/collect/rename.c LINK otelbpf_collect)
unit_test(src/collect/exact.c LINK otelbpf_collect)
unit_test(src/collect/collect.c ${fixture} ${CMAKE_CURRENT_LIST_DIR}/read/fake_map.c
	LINK otelbpf_collect)
set(table_memory ${CMAKE_CURRENT_LIST_DIR}/collect/table_memory.c)
foreach(unit feed_keep feed_rename feed_table feed_exponential plan_boundaries)
	unit_test(src/collect/${unit}.c ${fixture} ${table_memory} LINK otelbpf_collect)
endforeach()
target_link_options(unit_src_collect_feed_table PRIVATE
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
foreach(unit reclaim retire)
	unit_test(src/collect/${unit}.c ${fixture} ${table_memory} ${CMAKE_CURRENT_LIST_DIR}/collect/retire_world.c
		LINK otelbpf_collect)
endforeach()
