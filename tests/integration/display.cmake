# SPDX-License-Identifier: GPL-2.0-or-later
# The viewer on a virtual screen. Skipped where there is no Xvfb or no xdotool.
if(Python3_FOUND AND TARGET xenhub-display AND TARGET xenhubd)
  integration_test(display)
  set_tests_properties(integration/display PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)
endif()
