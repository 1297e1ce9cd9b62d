# Writes OUTPUT from the template beside it, with the commit of SOURCE_DIR. Run at every build.
# `git archive` writes the commit into the next line (.gitattributes), for sources without a checkout.
set(archived "$Format:%H$")
execute_process(
  COMMAND git -C ${SOURCE_DIR} -c safe.directory=* describe --always --dirty --abbrev=12 --exclude=*
  OUTPUT_VARIABLE AGM_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed OR NOT AGM_COMMIT)
  set(AGM_COMMIT "unknown")
  if(archived MATCHES "^[0-9a-f]+$")
    string(SUBSTRING ${archived} 0 12 AGM_COMMIT)
  endif()
endif()
configure_file(${OUTPUT}.in ${OUTPUT} USE_SOURCE_PERMISSIONS)
