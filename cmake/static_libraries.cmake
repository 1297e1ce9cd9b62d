# What AGM_STATIC changes: every library but the C library becomes part of the program. fmt and spdlog
# come as headers, because Debian has no archives of them.
set(OPENSSL_USE_STATIC_LIBS ON)
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)

# Sets OUT to the number that HEADER defines as NAME.
function(agm_number_of header name out)
  file(STRINGS ${header} line REGEX "define ${name}[ \t]+[0-9]+")
  string(REGEX MATCH "[0-9]+" number "${line}")
  set(${out} "${number}" PARENT_SCOPE)
endfunction()

find_path(AGM_FMT_DIR fmt/core.h REQUIRED)
agm_number_of(${AGM_FMT_DIR}/fmt/core.h FMT_VERSION number)
math(EXPR major "${number} / 10000")
math(EXPR minor "${number} / 100 % 100")
math(EXPR patch "${number} % 100")
set(fmt_VERSION ${major}.${minor}.${patch})
add_library(fmt::fmt INTERFACE IMPORTED)
target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY=1)

find_path(AGM_SPDLOG_DIR spdlog/version.h REQUIRED)
foreach(part MAJOR MINOR PATCH)
  agm_number_of(${AGM_SPDLOG_DIR}/spdlog/version.h SPDLOG_VER_${part} ${part})
endforeach()
set(spdlog_VERSION ${MAJOR}.${MINOR}.${PATCH})
add_library(spdlog::spdlog INTERFACE IMPORTED)
target_compile_definitions(spdlog::spdlog INTERFACE SPDLOG_FMT_EXTERNAL)
target_link_libraries(spdlog::spdlog INTERFACE fmt::fmt Threads::Threads)

# The sysroot's own C library and start files come before those beside the compiler.
if(CMAKE_SYSROOT)
  set(libraries ${CMAKE_SYSROOT}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE})
  add_link_options(-B${libraries} -L${libraries} -L${CMAKE_SYSROOT}/lib/${CMAKE_LIBRARY_ARCHITECTURE})
endif()
# -pthread: before glibc 2.34 the threads are a library of their own, which CMake does not look for.
add_link_options(-static-libstdc++ -pthread)
add_library(agm_later_glibc OBJECT cmake/tarball/later_glibc.cc)
link_libraries(${CMAKE_DL_LIBS})
