/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of xenhub-relay. */
#ifndef HUB_RELAY_OPTIONS_H
#define HUB_RELAY_OPTIONS_H

#include <stdbool.h>

#include "hub/relay/config.h"

enum options_command {
	OPTIONS_RUN,
	/* another process is asked: */
	OPTIONS_STATUS,
	OPTIONS_QUIESCE,
	OPTIONS_RESUME,
};

struct options {
	struct config config;
	enum options_command command;
	const char *domain; /* to quiesce or resume */
	bool if_served;
	bool json;
	bool syslog;
};

/* -1: go on; otherwise the exit code. config is to be finished either way. */
int options_parse(struct options *options, int argc, char **argv);

#endif
