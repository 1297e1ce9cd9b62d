# agm_httplib: cpp-httplib, headers only, 0.41 or later. Taken from, in this order,
#
#   1. AGM_HTTPLIB_DIR, when it is given
#   2. the system's header, when it is new enough (Debian 12 and 13 ship older ones)
#   3. .deps/httplib, where `./dev` puts the header of a newer Debian source package
#   4. the project's own release, fetched and checked against the hash below
#
# Earlier releases are refused: they take unbounded chunked bodies and headers, and their listen
# backlog of 5 is compiled in.
set(AGM_HTTPLIB_MINIMUM 0.41.0)
set(AGM_HTTPLIB_RELEASE 0.41.0)
set(AGM_HTTPLIB_URL https://github.com/yhirose/cpp-httplib/archive/refs/tags/v${AGM_HTTPLIB_RELEASE}.tar.gz)
set(AGM_HTTPLIB_SHA256 6d38a6b74ea33ac3133b8352f2b55b557c1d42f36e1ed0c01f852e3218329d39)

# Sets OUT to the version of the httplib.h in FOLDER, or to nothing.
function(agm_httplib_version folder out)
  set(${out} "" PARENT_SCOPE)
  if(EXISTS ${folder}/httplib.h)
    file(STRINGS ${folder}/httplib.h line REGEX "define CPPHTTPLIB_VERSION \"[0-9.]+\"" LIMIT_COUNT 1)
    string(REGEX MATCH "[0-9]+\\.[0-9]+(\\.[0-9]+)?" version "${line}")
    set(${out} "${version}" PARENT_SCOPE)
  endif()
endfunction()

find_path(AGM_HTTPLIB_SYSTEM_DIR httplib.h)
mark_as_advanced(AGM_HTTPLIB_SYSTEM_DIR)
if(AGM_HTTPLIB_DIR)
  set(places ${AGM_HTTPLIB_DIR})
else()
  set(places ${AGM_HTTPLIB_SYSTEM_DIR} ${PROJECT_SOURCE_DIR}/.deps/httplib)
endif()

set(refused "")
set(folder "")
foreach(place IN LISTS places)
  agm_httplib_version(${place} version)
  if(version AND version VERSION_GREATER_EQUAL AGM_HTTPLIB_MINIMUM)
    set(folder ${place})
    set(AGM_HTTPLIB_VERSION ${version})
    break()
  elseif(version)
    string(APPEND refused "  Refused: ${place}/httplib.h is ${version}, older than ${AGM_HTTPLIB_MINIMUM}.\n")
  endif()
endforeach()

set(trouble "cpp-httplib ${AGM_HTTPLIB_MINIMUM} or later is not on this machine.\n${refused}")
set(remedy
  "  On Debian, `cmake/fetch_httplib.sh .deps/httplib` (or `./dev build`) brings it. Elsewhere,\n"
  "  put the httplib.h of a release into a folder and pass -DAGM_HTTPLIB_DIR=FOLDER.\n")
if(NOT folder AND (AGM_HTTPLIB_DIR OR FETCHCONTENT_FULLY_DISCONNECTED))
  message(FATAL_ERROR ${trouble} ${remedy})
elseif(NOT folder)
  # Not FetchContent: when it fails, its own noise hides what the reader could do about it.
  set(folder ${PROJECT_BINARY_DIR}/_deps/cpp-httplib-${AGM_HTTPLIB_RELEASE})
  set(AGM_HTTPLIB_VERSION ${AGM_HTTPLIB_RELEASE})
  if(NOT EXISTS ${folder}/httplib.h)
    message(NOTICE ${trouble} "  Fetching release ${AGM_HTTPLIB_RELEASE} from ${AGM_HTTPLIB_URL}")
    set(archive ${folder}.tar.gz)
    file(DOWNLOAD ${AGM_HTTPLIB_URL} ${archive} STATUS status TIMEOUT 120)
    list(GET status 0 code)
    list(GET status 1 reason)
    if(NOT code EQUAL 0)
      message(FATAL_ERROR ${trouble} "  Fetching it failed: ${reason}.\n" ${remedy})
    endif()
    file(SHA256 ${archive} hash)
    if(NOT hash STREQUAL AGM_HTTPLIB_SHA256)
      message(FATAL_ERROR ${trouble} "  ${AGM_HTTPLIB_URL} has the hash ${hash}, not the expected "
        "${AGM_HTTPLIB_SHA256}.\n" ${remedy})
    endif()
    file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${PROJECT_BINARY_DIR}/_deps PATTERNS */httplib.h)
  endif()
endif()
message(STATUS "cpp-httplib ${AGM_HTTPLIB_VERSION}: ${folder}/httplib.h")

add_library(agm_httplib INTERFACE)
target_include_directories(agm_httplib SYSTEM INTERFACE ${folder})
# Every file that includes the header must see the same switches.
target_compile_definitions(agm_httplib INTERFACE CPPHTTPLIB_OPENSSL_SUPPORT)
target_link_libraries(agm_httplib INTERFACE OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
