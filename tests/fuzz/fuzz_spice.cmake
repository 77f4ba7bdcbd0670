# SPDX-License-Identifier: GPL-2.0-or-later
# What a SPICE server sends, past the guard: fuzz_spice -max_len=4096 NEW corpus/spice
if(XENHUB_FUZZ AND TARGET xenhub_spice_pure)
  add_executable(fuzz_spice ${CMAKE_CURRENT_LIST_DIR}/fuzz_spice.c)
  target_link_libraries(fuzz_spice PRIVATE xenhub_spice_pure xenhub_options)
  target_link_options(fuzz_spice PRIVATE -fsanitize=fuzzer)
endif()
