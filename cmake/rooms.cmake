# agm_library(NAME FOLDER [SEES target...] [OWN target...] [EXCEPT file...])
#
# A static library of every .cc below FOLDER, without the files that another system needs
# (_linux.cc, _portable.cc). SEES are what its headers may include, so they pass on
# to whoever links it; OWN are for its sources alone. A folder without sources becomes an interface.
function(agm_library name folder)
  cmake_parse_arguments(ARG "" "" "SEES;OWN;EXCEPT" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
    ${PROJECT_SOURCE_DIR}/${folder}/*.cc)
  list(REMOVE_ITEM sources ${ARG_EXCEPT})
  if(AGM_PORTABLE)
    list(FILTER sources EXCLUDE REGEX "_linux[.]cc$")
  else()
    list(FILTER sources EXCLUDE REGEX "_portable[.]cc$")
  endif()
  list(TRANSFORM sources PREPEND ${PROJECT_SOURCE_DIR}/)
  if(sources)
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${ARG_SEES} PRIVATE ${ARG_OWN} agm_options)
    agm_reuse_headers(${name} agm_headers)
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${ARG_SEES})
  endif()
endfunction()

# agm_room(NAME ...): the library agm_NAME of core/NAME.
macro(agm_room name)
  agm_library(agm_${name} core/${name} ${ARGN})
endmacro()
