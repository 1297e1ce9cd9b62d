# Writes OUTPUT from the template beside it, with the commit of SOURCE_DIR. Run at every build.
execute_process(
  COMMAND git -C ${SOURCE_DIR} -c safe.directory=* describe --always --dirty --abbrev=12 --exclude=*
  OUTPUT_VARIABLE AGM_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed OR NOT AGM_COMMIT)
  set(AGM_COMMIT "unknown")
endif()
configure_file(${OUTPUT}.in ${OUTPUT} USE_SOURCE_PERMISSIONS)
