# SPDX-License-Identifier: GPL-2.0-or-later
# Rotation kernels against memcpy.
add_executable(bench_rotate ${CMAKE_CURRENT_LIST_DIR}/rotate.c)
target_link_libraries(bench_rotate PRIVATE xenhub_rotate xenhub_frame xenhub_options)
