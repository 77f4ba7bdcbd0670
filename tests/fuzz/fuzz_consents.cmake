# SPDX-License-Identifier: GPL-2.0-or-later
add_executable(fuzz_consents ${CMAKE_CURRENT_LIST_DIR}/fuzz_consents.c ${CMAKE_SOURCE_DIR}/hub/source/consents.c)
target_link_libraries(fuzz_consents PRIVATE xenhub_core xenhub_options)
target_link_options(fuzz_consents PRIVATE -fsanitize=fuzzer)
