/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of xenhubd, laid over the configuration. */
#ifndef HUB_DAEMON_OPTIONS_H
#define HUB_DAEMON_OPTIONS_H

#include "hub/daemon/config.h"

struct options {
	struct config config;
	bool once;          /* end when every recording has ended and every consumer has got all of it */
	bool control_given; /* by an option or a file: its failure is fatal */
	bool syslog;
};

/*
 * Returns -1 to go on, or the exit code: --help, --version and --check-config are done then, and so are errors, with a line on
 * stderr.
 */
int options_parse(struct options *options, int argc, char **argv);

#endif
