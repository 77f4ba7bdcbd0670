/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exit codes that every program of the project shares; the man pages name them. */
#ifndef HUB_CORE_EXIT_H
#define HUB_CORE_EXIT_H

enum exit_code {
	EXIT_OK = 0,        /* done, or ended in good order */
	EXIT_FAILED = 1,    /* tried and failed; a line on stderr says what, why and what to do */
	EXIT_USAGE = 2,     /* the command line makes no sense; nothing was tried */
	EXIT_NO_DAEMON = 3, /* no xenhubd answers where one was expected */
};

#endif
