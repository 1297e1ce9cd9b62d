# agm_httplib: cpp-httplib, headers only, 0.41 or later. Taken from, in this order,
#
#   1. AGM_HTTPLIB_DIR, when it is given
#   2. the system's header, when it is new enough (Debian 12 and 13 ship older ones)
#   3. .deps/httplib, where `./dev` puts the header of a newer Debian source package
#
# Earlier releases are refused: they take unbounded chunked bodies and headers, and their listen
# backlog of 5 is compiled in.
set(AGM_HTTPLIB_MINIMUM 0.41.0)

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
    string(APPEND refused "  ${place}/httplib.h is ${version}, which is too old.\n")
  endif()
endforeach()

if(NOT folder)
  message(FATAL_ERROR
    "cpp-httplib ${AGM_HTTPLIB_MINIMUM} or later is needed and was not found.\n${refused}"
    "  On Debian, scripts/fetch_httplib.sh .deps/httplib (or ./dev build) fetches it.\n"
    "  Elsewhere, put the httplib.h of a release into a folder and pass "
    "-DAGM_HTTPLIB_DIR=FOLDER.\n")
endif()
message(STATUS "cpp-httplib ${AGM_HTTPLIB_VERSION}: ${folder}/httplib.h")

add_library(agm_httplib INTERFACE)
target_include_directories(agm_httplib SYSTEM INTERFACE ${folder})
# Every file that includes the header must see the same switches.
target_compile_definitions(agm_httplib INTERFACE CPPHTTPLIB_OPENSSL_SUPPORT)
target_link_libraries(agm_httplib INTERFACE OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
