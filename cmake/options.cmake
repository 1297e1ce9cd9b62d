# agm_options: the warnings and instrumentation that every file of ours is compiled with.
add_library(agm_options INTERFACE)
target_compile_options(agm_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wformat=2 -Wimplicit-fallthrough
  -Wextra-semi -Wundef
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op>
  $<$<BOOL:${AGM_WERROR}>:-Werror>)

# Optimising, g++ 12 takes much that std::variant, std::optional and std::regex hold for uninitialised.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND (AGM_SANITIZE OR NOT CMAKE_BUILD_TYPE STREQUAL "Debug"))
  target_compile_options(agm_options INTERFACE -Wno-maybe-uninitialized)
  # Once headers are precompiled, it warns of code in the system's headers too.
  if(AGM_PRECOMPILE)
    target_compile_options(agm_options INTERFACE
      -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
endif()
# With precompiled headers g++ holds much from its start, so that it would collect garbage (15 % of its
# time) after each few functions. The number is in kilobytes.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND AGM_PRECOMPILE)
  add_compile_options(--param=ggc-min-heapsize=1000000)
endif()
if(AGM_SANITIZE)
  add_compile_options(-fsanitize=${AGM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${AGM_SANITIZE})
endif()
if(AGM_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(AGM_LTO)
  include(CheckIPOSupported)
  check_ipo_supported(RESULT AGM_LTO_WORKS OUTPUT reason LANGUAGES CXX)
  if(AGM_LTO_WORKS)
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  else()
    message(STATUS "No link-time optimisation: ${reason}")
  endif()
endif()

if(AGM_TIDY)
  find_program(AGM_CLANG_TIDY clang-tidy REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${AGM_CLANG_TIDY})
endif()

find_program(AGM_CCACHE ccache)
mark_as_advanced(AGM_CCACHE)
if(AGM_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  # ccache caches what uses a precompiled header only if it may trust its defines and times.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${AGM_CCACHE})
endif()

# Hardening of what is shipped: checked copies, stack protector, control-flow protection, read-only
# relocations bound at the start. Paths of the source folder stay out of the program.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT AGM_SANITIZE)
  include(CheckCXXCompilerFlag)
  check_cxx_compiler_flag(-fcf-protection AGM_HAS_CET)
  add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}=. -U_FORTIFY_SOURCE
    -D_FORTIFY_SOURCE=2 -fstack-protector-strong $<$<BOOL:${AGM_HAS_CET}>:-fcf-protection>)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    add_link_options(-pie -Wl,-z,relro,-z,now)
    # All code may run with a shadow stack. The linker does not say so by itself, because Debian's start
    # files do not; for the same reason nothing is said about indirect branches.
    if(AGM_HAS_CET AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
      add_link_options(-Wl,-z,shstk)
    endif()
  endif()
endif()
