/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What local keys do here: the chords of the configuration, and their actions. The panic chord is the first
 * of them. */
#ifndef HUB_DAEMON_CHORDS_H
#define HUB_DAEMON_CHORDS_H

#include "hub/core/loop.h"
#include "hub/daemon/action.h"
#include "hub/daemon/config.h"
#include "hub/model/chord.h"
#include "hub/model/hub.h"

struct local_chord {
	enum config_action action;
	const char *argument; /* in the configuration */
	const char *name;
	struct action run;
};

struct local_chords {
	struct chords keys; /* for the source of local keys; its actions are for local_chords_act */
	struct local_chord chords[CHORDS_MAX];
	struct hub *hub;
	void (*panic)(void *data);
	void *data;
};

/* The configuration must outlive it. */
void local_chords_init(struct local_chords *chords, const struct config *config, struct loop *loop,
		       struct hub *hub, void (*panic)(void *data), void *data);
void local_chords_finish(struct local_chords *chords);

/* A chord was pressed: chord is the number that chords_filter gave. Logged. */
void local_chords_act(struct local_chords *chords, int chord);

#endif
