/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The routes of a relay, from a file of [relay] and [route NAME] or from a command line. Each option is declared once. */
#ifndef HUB_RELAY_CONFIG_H
#define HUB_RELAY_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "hub/link/mux.h"
#include "hub/relay/endpoint.h"

#define CONFIG_DEFAULT    "/etc/xenhub/relay.conf"
#define CONFIG_CONTROL    "/run/xenhub/relay.sock"
#define CONFIG_ROUTES_MAX 64
#define CONFIG_NAME_MAX   42 /* inih cuts a section's line at 49 */
#define CONFIG_UIDS_MAX   16
#define CONFIG_TEXT_MAX   192

/* X(member, key, kind, default, minimum, maximum, help) */
#define CONFIG_RELAY_OPTIONS(X)                                                                              \
	X(control, "control", TEXT, CONFIG_CONTROL, 0, 0,                                                    \
	  "path of the socket that `xenhub-relay status` asks")                                              \
	X(group, "group", TEXT, "", 0, 0, "group of the sockets (mode 0660); empty: the relay's user only")  \
	X(sandbox, "sandbox", BOOL, "yes", 0, 0, "refuse system calls that the relay does not need")         \
	X(log_level, "log-level", TEXT, "info", 0, 0, "error, warning, info or debug")
#define CONFIG_ROUTE_OPTIONS(X)                                                                              \
	X(listen, "listen", TEXT, "", 0, 0, "where connections come from: an endpoint")                      \
	X(connect, "connect", TEXT, "", 0, 0, "where each is connected to: an endpoint")                     \
	X(service, "service", TEXT, "", 0, 0,                                                                \
	  "name of the streams on a link, by which the other end tells them apart")                          \
	X(uid, "uid", TEXT, "", 0, 0,                                                                        \
	  "users who may connect to a unix socket, separated by blanks; empty: whoever may open it")         \
	X(expose, "expose", BOOL, "no", 0, 0, "listen on TCP addresses other than loopback, too")            \
	X(streams, "streams", INT, "64", 1, MUX_STREAMS_MAX, "connections at a time")                        \
	X(rate, "rate", INT, "100", 1, 10000, "new connections in a second")                                 \
	X(window, "window", INT, "0", 0, MUX_WINDOW_MAX,                                                     \
	  "bytes of one stream kept for a reader that has stalled; 0: what suits the link")                  \
	X(listen_link, "listen-link", END, "auto", 0, 0,                                                     \
	  "which end of the link in `listen` is taken: serve, join, or auto")                                \
	X(connect_link, "connect-link", END, "auto", 0, 0, "the same of the link in `connect`")

struct config_route {
	char name[CONFIG_NAME_MAX + 1];
	unsigned line; /* of its section; 0: from the command line */
	char listen[CONFIG_TEXT_MAX], connect[CONFIG_TEXT_MAX];
	char service[CONFIG_TEXT_MAX];
	char uid[CONFIG_TEXT_MAX];
	uid_t uids[CONFIG_UIDS_MAX]; /* what `uid` means */
	unsigned n_uids;
	bool expose;
	long streams, rate, window;
	enum endpoint_end listen_link, connect_link;
};

struct config {
	char control[CONFIG_TEXT_MAX];
	char group[CONFIG_TEXT_MAX];
	char log_level[CONFIG_TEXT_MAX];
	bool sandbox;
	unsigned n_routes;
	struct config_route *routes; /* CONFIG_ROUTES_MAX of them, owned */
};

/* Defaults. 0 or -ENOMEM. */
int config_init(struct config *config);
void config_finish(struct config *config);

/* A route with defaults, or NULL when there are too many. */
struct config_route *config_add_route(struct config *config, const char *name, unsigned line);

/* route is NULL for what stands in [relay]. 0, or -EINVAL and the sentence. */
int config_set(struct config *config, struct config_route *route, const char *key, const char *value,
	       char *why, size_t size);

/* What can be seen once all is there; complain is called for each error. False: there was one. */
typedef void (*config_complain_fn)(void *data, const struct config_route *route, const char *key,
				   const char *why);
bool config_check(struct config *config, config_complain_fn complain, void *data);

/* Reads a file and checks it: 0, -EINVAL with lines `file:line: [section] key: why` in errors, or -errno. */
int config_load(struct config *config, const char *path, FILE *errors);

/* Every option with its default and what it does, as a file that could be read. */
void config_print_help(FILE *out);

#endif
