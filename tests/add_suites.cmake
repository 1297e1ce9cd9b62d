# Adds a test for each suite of a GoogleTest program. ctest includes this file with NAME, the program's
# name, and PROGRAM, its path.
execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE listed
  COMMAND_ERROR_IS_FATAL ANY TIMEOUT 60)
string(REGEX MATCHALL "\n[^ \n]+[.](  #[^\n]*)?\n" suites "${listed}")
if(NOT suites)
  message(FATAL_ERROR "${PROGRAM} lists no tests")
endif()
foreach(suite IN LISTS suites)
  string(REGEX REPLACE "^\n([^ ]+[.]).*" "\\1" suite "${suite}")
  add_test("${NAME}.${suite}*" "${PROGRAM}" "--gtest_filter=${suite}*" "--gtest_brief=1")
  set_tests_properties("${NAME}.${suite}*" PROPERTIES TIMEOUT 120)
endforeach()
