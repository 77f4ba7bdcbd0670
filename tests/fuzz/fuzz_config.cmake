# The fuzz build leaves libraries out, but this one reads the file: the target is there where inih is.
find_library(INIH_LIBRARY inih)
find_path(INIH_INCLUDE ini.h)
if(INIH_LIBRARY AND INIH_INCLUDE AND TARGET xenhub_link AND TARGET xenhub_sensors_pure)
  add_executable(fuzz_config ${CMAKE_CURRENT_LIST_DIR}/fuzz_config.c ${CMAKE_SOURCE_DIR}/hub/daemon/config.c)
  target_include_directories(fuzz_config PRIVATE ${INIH_INCLUDE})
  target_link_libraries(fuzz_config PRIVATE xenhub_link xenhub_sensors_pure xenhub_core ${INIH_LIBRARY} xenhub_options)
  target_link_options(fuzz_config PRIVATE -fsanitize=fuzzer)
endif()
