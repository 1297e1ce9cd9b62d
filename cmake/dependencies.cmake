# Everything that we link but did not write. Headers come in as system headers, so that only our own
# code is held to our warnings. AGM_LIBRARIES collects "name version" for `agm --version`.
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
if(AGM_STATIC)
  include(static_libraries)
else()
  find_package(fmt REQUIRED)
  find_package(spdlog REQUIRED)
endif()
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(CURL 7.85 REQUIRED)
find_package(SQLite3 3.38 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(ZLIB REQUIRED)

set(AGM_SPDLOG spdlog::spdlog)

add_library(agm_json INTERFACE)
target_link_libraries(agm_json INTERFACE nlohmann_json::nlohmann_json)

# toml++ names its CMake package and its header folder differently from release to release; it is
# headers only, so we look for the header.
find_path(AGM_TOML_DIR toml++/toml.h REQUIRED)
add_library(agm_toml INTERFACE)
target_include_directories(agm_toml SYSTEM INTERFACE ${AGM_TOML_DIR})
file(GLOB toml_version_header ${AGM_TOML_DIR}/toml++/impl/version.h ${AGM_TOML_DIR}/toml++/impl/version.hpp
  ${AGM_TOML_DIR}/toml++/impl/toml_version.h)
set(toml_version "")
foreach(part MAJOR MINOR PATCH)
  if(toml_version_header)
    file(STRINGS ${toml_version_header} line REGEX "define TOML_LIB_${part}[ \t]+[0-9]+")
    string(REGEX MATCH "[0-9]+" number "${line}")
    list(APPEND toml_version "${number}")
  endif()
endforeach()
list(JOIN toml_version "." toml_version)

include(httplib)

# jemalloc comes without a CMake package. A sanitizer brings its own allocator.
add_library(agm_memory INTERFACE)
if(AGM_JEMALLOC AND NOT AGM_SANITIZE)
  find_library(AGM_JEMALLOC_LIBRARY jemalloc REQUIRED)
  find_path(AGM_JEMALLOC_DIR jemalloc/jemalloc.h REQUIRED)
  target_link_libraries(agm_memory INTERFACE ${AGM_JEMALLOC_LIBRARY})
  target_include_directories(agm_memory SYSTEM INTERFACE ${AGM_JEMALLOC_DIR})
  target_sources(agm_memory INTERFACE ${PROJECT_SOURCE_DIR}/cli/memory.cc)
  file(STRINGS ${AGM_JEMALLOC_DIR}/jemalloc/jemalloc.h line REGEX "define JEMALLOC_VERSION ")
  string(REGEX MATCH "[0-9]+[.][0-9]+[.][0-9]+" jemalloc_version "${line}")
  set(jemalloc "jemalloc ${jemalloc_version}")
endif()

# libsndfile 1.1 and later write mp3, opus and flac. It is optional: without it speech comes as wav or
# pcm. Debian ships no CMake package of it.
add_library(agm_sound INTERFACE)
if(AGM_SNDFILE)
  find_library(AGM_SNDFILE_LIBRARY sndfile)
  find_path(AGM_SNDFILE_DIR sndfile.h)
  if(AGM_SNDFILE_LIBRARY AND AGM_SNDFILE_DIR)
    target_link_libraries(agm_sound INTERFACE ${AGM_SNDFILE_LIBRARY})
    target_include_directories(agm_sound SYSTEM INTERFACE ${AGM_SNDFILE_DIR})
    target_compile_definitions(agm_sound INTERFACE AGM_SNDFILE)
  endif()
endif()

# hiredis speaks with the server of a cluster. It is optional: without it [cluster] is refused. Debian 12
# ships no CMake package of it.
add_library(agm_hiredis INTERFACE)
if(AGM_HIREDIS)
  find_library(AGM_HIREDIS_LIBRARY hiredis)
  find_path(AGM_HIREDIS_DIR hiredis/hiredis.h)
  if(AGM_HIREDIS_LIBRARY AND AGM_HIREDIS_DIR)
    target_link_libraries(agm_hiredis INTERFACE ${AGM_HIREDIS_LIBRARY})
    target_include_directories(agm_hiredis SYSTEM INTERFACE ${AGM_HIREDIS_DIR})
    target_compile_definitions(agm_hiredis INTERFACE AGM_HIREDIS)
    foreach(part MAJOR MINOR PATCH)
      file(STRINGS ${AGM_HIREDIS_DIR}/hiredis/hiredis.h line REGEX "define HIREDIS_${part} ")
      string(REGEX MATCH "[0-9]+" HIREDIS_${part} "${line}")
    endforeach()
    set(hiredis "hiredis ${HIREDIS_MAJOR}.${HIREDIS_MINOR}.${HIREDIS_PATCH}")
  endif()
endif()

set(AGM_LIBRARIES
  "CLI11 ${CLI11_VERSION}" "cpp-httplib ${AGM_HTTPLIB_VERSION}" "fmt ${fmt_VERSION}"
  ${hiredis} ${jemalloc} "libcurl ${CURL_VERSION_STRING}" "nlohmann/json ${nlohmann_json_VERSION}"
  "OpenSSL ${OPENSSL_VERSION}" "spdlog ${spdlog_VERSION}" "SQLite ${SQLite3_VERSION}"
  "toml++ ${toml_version}" "zlib ${ZLIB_VERSION_STRING}")
