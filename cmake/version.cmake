# agm_version_source(TARGET): adds a source that defines what core/base/version.h declares. The commit is
# looked up at every build; the source is rewritten, and that one file compiled, only if it changed.
function(agm_version_source target)
  set(source ${PROJECT_BINARY_DIR}/generated/version.cc)
  list(TRANSFORM AGM_LIBRARIES REPLACE "^([^ ]+) (.*)$" "    {\"\\1\", \"\\2\"}," OUTPUT_VARIABLE lines)
  list(JOIN lines "\n" AGM_LIBRARY_LINES)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/version.cc.in ${PROJECT_BINARY_DIR}/generated/version.cc.in @ONLY)
  set(write ${CMAKE_COMMAND} -DSOURCE_DIR=${PROJECT_SOURCE_DIR} -DOUTPUT=${source}
    -P ${PROJECT_SOURCE_DIR}/cmake/write_version.cmake)
  add_custom_target(agm_commit COMMAND ${write} BYPRODUCTS ${source} COMMENT "Looking up the commit" VERBATIM)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    set(scope INTERFACE)
  else()
    set(scope PRIVATE)
  endif()
  target_sources(${target} ${scope} ${source})
  add_dependencies(${target} agm_commit)
endfunction()
