# cmake -DPROGRAM=test_conservation -P same_again.cmake   A seed gives the same run, message for message.
foreach(run first second)
	execute_process(COMMAND ${PROGRAM} -v -s 2 -n 300 OUTPUT_VARIABLE ${run} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
string(LENGTH "${first}" length)
if(length LESS 10000 OR NOT first STREQUAL second)
	message(FATAL_ERROR "two runs of one seed differ, or say nothing (${length} bytes)")
endif()
