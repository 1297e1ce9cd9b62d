# agm_page_source(TARGET FOLDER): adds a source that holds the files of FOLDER, compressed. Run as a script,
# it writes that source. Modules and links in the page name each other plainly ("./dom.js"); here
# the names get the digest of all files ("./dom.0a1b2c3d.js"), so that browsers may keep a file for ever.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  find_program(AGM_GZIP gzip REQUIRED)
  function(agm_page_source target folder)
    file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*)
    set(source ${PROJECT_BINARY_DIR}/generated/page_assets.cc)
    add_custom_command(OUTPUT ${source}
      COMMAND ${CMAKE_COMMAND} -DFOLDER=${PROJECT_SOURCE_DIR}/${folder} -DOUTPUT=${source} -DGZIP=${AGM_GZIP}
        -P ${PROJECT_SOURCE_DIR}/cmake/embed_page.cmake
      DEPENDS ${files} ${PROJECT_SOURCE_DIR}/cmake/embed_page.cmake
      COMMENT "Embedding the page" VERBATIM)
    target_sources(${target} PRIVATE ${source})
  endfunction()
  return()
endif()

file(GLOB files RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT files)
set(digests "")
foreach(file IN LISTS files)
  file(SHA256 ${FOLDER}/${file} digest)
  string(APPEND digests "${file} ${digest} ")
endforeach()
string(SHA256 tag "${digests}")
string(SUBSTRING ${tag} 0 10 tag)

set(types_.html "text/html; charset=utf-8")
set(types_.js "text/javascript; charset=utf-8")
set(types_.css "text/css; charset=utf-8")
set(types_.svg "image/svg+xml")
set(work ${OUTPUT}.work)
set(arrays "")
set(rows "")
set(count 0)
foreach(file IN LISTS files)
  get_filename_component(stem ${file} NAME_WE)
  get_filename_component(extension ${file} LAST_EXT)
  set(name ${file})
  if(NOT file STREQUAL "index.html")
    set(name ${stem}.${tag}${extension})
  endif()
  file(READ ${FOLDER}/${file} text)
  if(NOT extension STREQUAL ".svg")
    string(REGEX REPLACE "(\"\\./|\"/agm/assets/)([a-z_]+)\\.(js|css|svg)\"" "\\1\\2.${tag}.\\3\"" text "${text}")
  endif()
  file(WRITE ${work} "${text}")
  execute_process(COMMAND ${GZIP} -9nc ${work} OUTPUT_FILE ${work}.gz COMMAND_ERROR_IS_FATAL ANY)
  file(READ ${work}.gz hex HEX)
  # Numbers instead of a string literal, whose length a compiler may limit.
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes ${hex})
  string(REGEX REPLACE "(................................................................................)" "\\1\n    " bytes "${bytes}")
  string(APPEND arrays "constexpr unsigned char kBytes${count}[] = {\n    ${bytes}};\n")
  string(APPEND rows "    Asset{\"${name}\", \"${types_${extension}}\", View(kBytes${count})},\n")
  math(EXPR count "${count} + 1")
endforeach()
file(REMOVE ${work} ${work}.gz)
file(WRITE ${OUTPUT} "// Written by cmake/embed_page.cmake.
#include \"core/page/assets.h\"

#include <array>
#include <cstddef>

namespace agm::page {
namespace {

${arrays}
template <std::size_t N>
std::string_view View(const unsigned char (&bytes)[N]) {
  return {reinterpret_cast<const char*>(bytes), N};
}

const std::array kAssets = {
${rows}};

}  // namespace

std::span<const Asset> Assets() { return kAssets; }

}  // namespace agm::page
")
