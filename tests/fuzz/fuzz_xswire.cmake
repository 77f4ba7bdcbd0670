# SPDX-License-Identifier: GPL-2.0-or-later
find_path(XS_WIRE_INCLUDE xen/io/xs_wire.h)
if(XS_WIRE_INCLUDE)
  add_executable(fuzz_xswire ${CMAKE_CURRENT_LIST_DIR}/fuzz_xswire.c ${CMAKE_SOURCE_DIR}/hub/publish/xswire.c)
  target_link_libraries(fuzz_xswire PRIVATE xenhub_options)
  target_link_options(fuzz_xswire PRIVATE -fsanitize=fuzzer)
endif()
