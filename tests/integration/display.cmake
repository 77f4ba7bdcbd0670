# SPDX-License-Identifier: GPL-2.0-or-later
# The viewer on a virtual screen. Skipped where there is no Xvfb or no xdotool.
if(Python3_FOUND AND TARGET xenhub-display AND TARGET xenhubd)
  integration_test(display)
  set_tests_properties(integration/display PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)
  if(XENHUB_SANITIZE)
    set_property(TEST integration/display APPEND PROPERTY
      ENVIRONMENT "LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_LIST_DIR}/display.lsan:print_suppressions=0;DISPLAY_KILLS=8")
  endif()
endif()
if(XENHUB_SANITIZE AND TEST integration/display)
  # libdbus and Mesa's drivers, which SDL loads, keep some memory to the end: that is told as leaks of modules already unloaded.
  # Leaks of our own are looked for in the unit tests; every other error counts here, too.
  set_property(TEST integration/display APPEND PROPERTY ENVIRONMENT "ASAN_OPTIONS=detect_leaks=0")
endif()
