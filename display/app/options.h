/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhub-display's command line, laid over its configuration. */
#ifndef XENHUB_DISPLAY_OPTIONS_H
#define XENHUB_DISPLAY_OPTIONS_H

#include "display/config/config.h"

#define CONFIG_DEFAULT "/etc/xenhub/display.conf"

struct options {
	struct config config;
	const char *screenshot; /* NULL: none */
	double exit_after;      /* seconds; 0: never */
};

/* -1: run; otherwise the exit code, everything said. */
int options_parse(struct options *options, int argc, char **argv);

/* A connection as remote_create wants it: URI parsed, password read. 0, or an exit code with a line on stderr. */
int options_connection(const struct config_connection *from, struct remote_config *to);

#endif
