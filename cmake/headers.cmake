# agm_headers: what nearly every file of ours includes, compiled once. Only builds with tests use it, so
# that a release build shows when a file does not include what it uses.
option(AGM_PRECOMPILE "Compile the headers of the standard library and of fmt once for all files" OFF)
set(AGM_COMMON_HEADERS
  <algorithm> <array> <atomic> <charconv> <chrono> <condition_variable> <cstdint> <deque> <filesystem>
  <functional> <map> <memory> <mutex> <optional> <set> <span> <string> <string_view> <thread>
  <unordered_map> <utility> <variant> <vector> <fmt/format.h>)

# agm_precompile(NAME LIBRARY... HEADERS header...): the object library NAME, whose precompiled header
# other targets reuse. They must be compiled with the same definitions, so LIBRARY are those that set some.
function(agm_precompile name)
  cmake_parse_arguments(ARG "" "" "HEADERS" ${ARGN})
  if(NOT AGM_PRECOMPILE)
    return()
  endif()
  file(WRITE ${PROJECT_BINARY_DIR}/${name}.cc "")
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/${name}.cc)
  target_link_libraries(${name} PRIVATE ${ARG_UNPARSED_ARGUMENTS} agm_options)
  target_precompile_headers(${name} PRIVATE ${AGM_COMMON_HEADERS} ${ARG_HEADERS})
endfunction()

# agm_reuse_headers(TARGET NAME): lets TARGET use the precompiled header of NAME, where there is one.
function(agm_reuse_headers target name)
  if(TARGET ${name})
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()
