# SPDX-License-Identifier: GPL-2.0-or-later
# The viewer on a virtual screen. Skipped where there is no Xvfb or no xdotool.
if(NOT Python3_FOUND OR NOT TARGET xenhub-display OR NOT TARGET xenhubd)
  return()
endif()
foreach(name display display_alive display_input display_load display_servers display_sharing display_spice display_spice_hands
    display_spice_hostile display_spice_servers display_tls)
  integration_test(${name})
  set_tests_properties(integration/${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)
  if(XENHUB_SANITIZE)
    # libdbus and Mesa's drivers, which SDL loads, keep some memory to the end: that is told as leaks of modules already
    # unloaded. Leaks of our own are looked for in the unit tests; every other error counts here, too.
    set_property(TEST integration/${name} APPEND PROPERTY ENVIRONMENT "ASAN_OPTIONS=detect_leaks=0"
      "LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_LIST_DIR}/display.lsan:print_suppressions=0;DISPLAY_KILLS=8;DISPLAY_MODES=20;DISPLAY_ROTATIONS=0 270")
  endif()
endforeach()
