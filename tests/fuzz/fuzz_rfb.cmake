# SPDX-License-Identifier: GPL-2.0-or-later
# The RFB parser under libFuzzer: fuzz_rfb -dict=fuzz_rfb.dict -max_len=8192 NEW corpus/rfb
if(XENHUB_FUZZ AND TARGET xenhub_rfb)
  add_executable(fuzz_rfb ${CMAKE_CURRENT_LIST_DIR}/fuzz_rfb.c)
  target_link_libraries(fuzz_rfb PRIVATE xenhub_rfb xenhub_options)
  target_link_options(fuzz_rfb PRIVATE -fsanitize=fuzzer)
endif()
