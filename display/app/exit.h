/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhub-display's own exit codes, beyond hub/core/exit.h's; docs/xenhub-display.1.scd names them all. */
#ifndef XENHUB_DISPLAY_EXIT_H
#define XENHUB_DISPLAY_EXIT_H

#include "hub/core/exit.h"

enum display_exit {
	EXIT_URI = 4,        /* the URI makes no sense, or nothing here can reach it */
	EXIT_FILE = 5,       /* a password, authority or configuration file cannot be read */
	EXIT_SCREEN = 6,     /* there is no display, or not the output that was asked for */
	EXIT_RENDERER = 7,   /* nothing can draw as --present asks */
	EXIT_NO_PICTURE = 8, /* --exit-after ended it before any picture came */
	EXIT_SCREENSHOT = 9, /* the screenshot could not be written */
};

#endif
