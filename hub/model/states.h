/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state plane: a flat tree of paths, each with a value, a unit and the time it last changed. The same nodes go to the
 * control socket, to consumers as STATE and to XenStore. Pure.
 *
 * Every change of a value gives its node the next serial and moves it to the end of one list, so that a reader who
 * remembers a serial finds all that changed since by walking back from the end. Removed nodes stay as absent ones.
 */
#ifndef HUB_MODEL_STATES_H
#define HUB_MODEL_STATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/wire/wire.h"

#define STATES_MAX 8192 /* nodes, absent ones included; more are refused */

struct states;

struct state_node {
	const char *path;
	const char *unit;
	const char *text; /* for WIRE_STATE_TEXT */
	int64_t integer;
	uint8_t type; /* enum wire_state_type */
	bool stale;
	uint64_t time_ns;
	uint64_t serial;
};

int states_create(struct states **out);
void states_destroy(struct states *states);

/*
 * Set a node; unit must be static text ("" for none). A value equal to the present one changes nothing. Text longer than
 * the wire's is cut. 0, -ENOMEM, or -ENOSPC beyond STATES_MAX. path_format as for printf.
 */
int states_set_integer(struct states *states, uint64_t now_ns, int64_t value, const char *unit,
		       const char *path_format, ...) __attribute__((format(printf, 5, 6)));
int states_set_text(struct states *states, uint64_t now_ns, const char *text, const char *path_format, ...)
	__attribute__((format(printf, 4, 5)));
void states_set_stale(struct states *states, uint64_t now_ns, const char *path, bool stale);

/* Makes the node at path, and all below it, absent. */
void states_remove(struct states *states, uint64_t now_ns, const char *path_format, ...)
	__attribute__((format(printf, 3, 4)));

/* The serial of the newest change; 0 at first. */
uint64_t states_serial(const struct states *states);

/* The nodes that changed after `serial`, oldest first: the first with node NULL, then each next; NULL at the end. */
const struct state_node *states_next(const struct states *states, uint64_t serial,
				     const struct state_node *node);

/* The node at path, or NULL; absent ones count as NULL. */
const struct state_node *states_find(const struct states *states, const char *path);

/* Whether path is `prefix` or lies below it; an empty prefix holds all. */
bool state_path_below(const char *path, const char *prefix);

void state_to_wire(const struct state_node *node, struct wire_state *m);

#endif
