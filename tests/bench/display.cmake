# SPDX-License-Identifier: GPL-2.0-or-later
# Ways to present against memcpy.
if(TARGET xenhub_present)
  add_executable(bench_present ${CMAKE_CURRENT_LIST_DIR}/present.c)
  target_link_libraries(bench_present PRIVATE xenhub_present xenhub_frame xenhub_options)
endif()

# What display.py shows to the viewers it compares.
xenhub_find(X11 "bench of xenhub-display" x11 xext)
if(X11_FOUND AND TARGET xenhub-display)
  add_executable(display_source ${CMAKE_CURRENT_LIST_DIR}/display_source.c)
  target_link_libraries(display_source PRIVATE xenhub_options PkgConfig::X11)
endif()
