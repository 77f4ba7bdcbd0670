# SPDX-License-Identifier: GPL-2.0-or-later
# Attributes, matrices, buffer formats and quirks under libFuzzer: fuzz_sysfs -max_len=512 NEW corpus/sysfs
if(XENHUB_FUZZ AND TARGET xenhub_sensors_pure)
  add_executable(fuzz_sysfs ${CMAKE_CURRENT_LIST_DIR}/fuzz_sysfs.c)
  target_link_libraries(fuzz_sysfs PRIVATE xenhub_sensors_pure xenhub_options)
  target_link_options(fuzz_sysfs PRIVATE -fsanitize=fuzzer)
endif()
