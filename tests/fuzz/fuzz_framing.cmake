# SPDX-License-Identifier: GPL-2.0-or-later
if(TARGET xenhub_framing)
  add_executable(fuzz_framing ${CMAKE_CURRENT_LIST_DIR}/fuzz_framing.c)
  target_link_libraries(fuzz_framing PRIVATE xenhub_framing xenhub_options)
  target_link_options(fuzz_framing PRIVATE -fsanitize=fuzzer)
endif()
