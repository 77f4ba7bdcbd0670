# SPDX-License-Identifier: GPL-2.0-or-later
# Compiler options common to every target, and the helpers the folders use to say what they build and what is missing.

add_library(xenhub_options INTERFACE)
target_include_directories(xenhub_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(xenhub_options INTERFACE _GNU_SOURCE XENHUB_VERSION="${PROJECT_VERSION}")
target_compile_options(xenhub_options INTERFACE
  -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla -Wformat=2
  -Wno-unused-parameter -fno-common -fstack-protector-strong)
if(XENHUB_WERROR)
  target_compile_options(xenhub_options INTERFACE -Werror)
endif()
if(XENHUB_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
endif()
if(XENHUB_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
endif()
if(XENHUB_PURE_ONLY)
  # musl-gcc hides the system's headers; the kernel's (linux/input.h) are the same for every C library.
  add_compile_options("SHELL:-idirafter /usr/include" "SHELL:-idirafter $ENV{PKG_CONFIG_SYSROOT_DIR}/usr/include/${CMAKE_SYSTEM_PROCESSOR}-linux-gnu")
  add_link_options(-static)
else()
  add_compile_definitions($<$<CONFIG:RelWithDebInfo>:_FORTIFY_SOURCE=2>)
endif()

find_package(PkgConfig)

# xenhub_find(PREFIX WHAT modules...): an imported target PkgConfig::PREFIX, or a line in the summary.
function(xenhub_find prefix what)
  if(XENHUB_PURE_ONLY OR XENHUB_FUZZ)
    return()
  endif()
  pkg_check_modules(${prefix} QUIET IMPORTED_TARGET ${ARGN})
  set(${prefix}_FOUND ${${prefix}_FOUND} PARENT_SCOPE)
  if(NOT ${prefix}_FOUND)
    string(REPLACE ";" ", " names "${ARGN}")
    set_property(GLOBAL APPEND PROPERTY XENHUB_MISSING "${what}: left out, pkg-config does not find ${names}")
  endif()
endfunction()

function(xenhub_print_summary)
  get_property(missing GLOBAL PROPERTY XENHUB_MISSING)
  foreach(line IN LISTS missing)
    message(STATUS "${line}")
  endforeach()
endfunction()

# xenhub_library(NAME SOURCES... LIBS...): a static part of the house.
function(xenhub_library name)
  cmake_parse_arguments(A "" "" "SOURCES;LIBS" ${ARGN})
  add_library(${name} STATIC ${A_SOURCES})
  target_link_libraries(${name} PUBLIC xenhub_options ${A_LIBS})
endfunction()

function(xenhub_program name)
  cmake_parse_arguments(A "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE xenhub_options ${A_LIBS})
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
