# SPDX-License-Identifier: GPL-2.0-or-later
# The driver of the RFB parser that test_rfb.py runs against real servers. TLS is tested where GnuTLS is found.
if(TARGET xenhub_rfb)
  xenhub_find(GNUTLS "VNC over TLS" gnutls)
  add_executable(rfb_dump ${CMAKE_CURRENT_LIST_DIR}/rfb_dump.c)
  target_link_libraries(rfb_dump PRIVATE xenhub_rfb xenhub_options)
  if(GNUTLS_FOUND)
    target_compile_definitions(rfb_dump PRIVATE XENHUB_HAVE_GNUTLS)
    target_link_libraries(rfb_dump PRIVATE PkgConfig::GNUTLS)
  endif()
endif()
if(TARGET rfb_dump AND Python3_FOUND)
  integration_test(rfb)
endif()
