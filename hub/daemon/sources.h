/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where devices come from, as the configuration says: this machine, recordings, hubs in other domains. */
#ifndef HUB_DAEMON_SOURCES_H
#define HUB_DAEMON_SOURCES_H

#include <stdbool.h>

#include "hub/daemon/config.h"
#include "hub/daemon/slow_side.h"
#include "hub/model/hub.h"
#include "hub/source/evdev.h"
#include "hub/source/peer.h"

#define RECORDINGS_MAX CONFIG_LIST_MAX
#define PEERS_MAX      4

struct recording_source;

/* Zero-initialise but for the loop and the hub. */
struct sources {
	struct loop *loop;
	struct hub *hub;
	struct evdev_source *evdev; /* NULL without that source */
	struct recording_source *recordings[RECORDINGS_MAX];
	unsigned n_recordings, n_ended;
	bool started; /* the recordings play */
	struct peer_source *peers[PEERS_MAX];
	unsigned n_peers;
	struct consents consents;
};

/* What of evdev is not the configuration's is in `evdev`: chords and callbacks. 0, or -errno after a log line. */
int sources_open(struct sources *sources, const struct config *config, const struct evdev_options *evdev,
		 struct slow_side *side);

/* The recordings begin to play; once. */
void sources_start(struct sources *sources);

/* What is due of the recordings. Once a turn of the loop. */
void sources_pump(struct sources *sources);

/* Every recording has been played to its end. */
bool sources_ended(const struct sources *sources);

/* For hub_callbacks.led. */
void sources_led(struct sources *sources, uint32_t handle, unsigned code, bool on);

/* Before the slow thread ends, and after. */
void sources_end(struct sources *sources);
void sources_finish(struct sources *sources);

#endif
