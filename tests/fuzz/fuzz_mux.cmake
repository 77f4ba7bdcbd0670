# SPDX-License-Identifier: GPL-2.0-or-later
add_executable(fuzz_mux ${source})
target_link_libraries(fuzz_mux PRIVATE xenhub_mux xenhub_options)
target_link_options(fuzz_mux PRIVATE -fsanitize=fuzzer)
