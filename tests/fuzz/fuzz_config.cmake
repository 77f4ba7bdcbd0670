# SPDX-License-Identifier: GPL-2.0-or-later
# The fuzz build leaves libraries out, but this one reads the file: the target is there where inih is.
find_library(INIH_LIBRARY inih)
find_path(INIH_INCLUDE ini.h)
find_library(EVDEV_LIBRARY evdev)
find_path(EVDEV_INCLUDE libevdev/libevdev.h PATH_SUFFIXES libevdev-1.0)
if(INIH_LIBRARY AND INIH_INCLUDE AND EVDEV_LIBRARY AND EVDEV_INCLUDE AND TARGET xenhub_link AND TARGET xenhub_sensors_pure)
  add_executable(fuzz_config ${CMAKE_CURRENT_LIST_DIR}/fuzz_config.c ${CMAKE_SOURCE_DIR}/hub/core/inifile.c
    ${CMAKE_SOURCE_DIR}/hub/daemon/config.c
    ${CMAKE_SOURCE_DIR}/hub/daemon/config_check.c ${CMAKE_SOURCE_DIR}/hub/daemon/config_option.c
    ${CMAKE_SOURCE_DIR}/hub/daemon/config_policy.c)
  target_include_directories(fuzz_config PRIVATE ${INIH_INCLUDE} ${EVDEV_INCLUDE})
  target_link_libraries(fuzz_config PRIVATE xenhub_link xenhub_model xenhub_sensors_pure xenhub_core ${INIH_LIBRARY}
    ${EVDEV_LIBRARY} xenhub_options)
  target_link_options(fuzz_config PRIVATE -fsanitize=fuzzer)
endif()
