# SPDX-License-Identifier: GPL-2.0-or-later
# The fuzz build leaves libraries out, but this one reads the file: the target is there where inih is.
find_library(INIH_LIBRARY inih)
find_path(INIH_INCLUDE ini.h)
if(INIH_LIBRARY AND INIH_INCLUDE AND TARGET xenhub_carrier)
  add_executable(fuzz_relay_config ${CMAKE_CURRENT_LIST_DIR}/fuzz_relay_config.c ${CMAKE_SOURCE_DIR}/hub/core/inifile.c
    ${CMAKE_SOURCE_DIR}/hub/relay/config.c
    ${CMAKE_SOURCE_DIR}/hub/relay/config_load.c ${CMAKE_SOURCE_DIR}/hub/relay/endpoint.c)
  target_include_directories(fuzz_relay_config PRIVATE ${INIH_INCLUDE})
  target_link_libraries(fuzz_relay_config PRIVATE xenhub_carrier ${INIH_LIBRARY} xenhub_options)
  target_link_options(fuzz_relay_config PRIVATE -fsanitize=fuzzer)
endif()
