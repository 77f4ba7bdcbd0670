/* The command line of xenhub-relay. */
#ifndef HUB_RELAY_OPTIONS_H
#define HUB_RELAY_OPTIONS_H

#include <stdbool.h>

#include "hub/relay/config.h"

struct options {
	struct config config;
	bool status; /* the routes of another process are asked for */
	bool json;
	bool syslog;
};

/* -1: go on; otherwise the exit code. config is to be finished either way. */
int options_parse(struct options *options, int argc, char **argv);

#endif
