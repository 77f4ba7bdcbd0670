/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `xenhub` asks for on the control socket: a line of text in, a number (0 or an errno) and text out.
 *
 *	version			the daemon's version
 *	focus			who has it, and who could, one a line
 *	focus set NAME|next|all|none
 *	consumers		who is connected, with counters
 *	consent [ID]		the devices that wait for a yes, one a line; or says yes to one
 *	grab on|off		takes the devices for the hub alone, or lets go of them
 *	suspend, resume		before and after a sleep of the machine, for hooks
 *	quiesce NAME		ends the links of a domain that is to be saved: 0 once it has let go, EAGAIN before: ask again
 *	resume NAME		makes them again
 */
#ifndef HUB_DAEMON_REQUESTS_H
#define HUB_DAEMON_REQUESTS_H

#include "hub/daemon/sense.h"
#include "hub/daemon/server.h"
#include "hub/model/hub.h"
#include "hub/source/evdev.h"
#include "hub/source/peer.h"

struct endpoints;
struct sources;

struct requests {
	struct hub *hub;
	struct server *server;
	struct evdev_source *evdev; /* NULL without that source */
	struct consents *consents;
	struct sense *sense; /* NULL without sensors */
	struct endpoints *endpoints;
	struct sources *sources;
};

/* Answers one request, on the spot. */
void requests_handle(struct requests *q, struct server_peer *peer, const char *text);

#endif
