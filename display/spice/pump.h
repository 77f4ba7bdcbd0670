/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of one SPICE channel between its server and spice-glib: a transport (unix, TCP, TLS) on one side, one end
 * of a socket pair on the other, the guard in between. The library opens no connection of its own, so all of them are
 * as this program makes them, TLS with its authorities and pins included.
 *
 * A source of GLib's default context; all functions are called on its thread, and so is the listener.
 */
#ifndef XENHUB_DISPLAY_PUMP_H
#define XENHUB_DISPLAY_PUMP_H

#include "display/net/transport.h"
#include "display/spice/guard.h"

struct pump;

struct pump_config {
	const struct uri *uri;
	unsigned attempt;      /* as transport_connect has it */
	struct dialer *dialer; /* for URI_CARRIER */
	const struct transport_trust *trust;
	enum guard_channel channel;
	size_t bytes_max; /* of its surfaces */
	/* Bytes came from the server. */
	void (*heard)(void *user, size_t bytes);
	/* It is over, for this reason, a negative errno; said once. The pump is still the caller's to destroy. */
	void (*ended)(void *user, int error, const char *reason);
	void *user;
};

/*
 * Begins to connect. *fd is the library's end, which the caller owns. On failure a negative errno, and a sentence in
 * why.
 */
int pump_create(struct pump **out, int *fd, const struct pump_config *config, char *why, size_t size);

/* NULL is fine. */
void pump_destroy(struct pump *pump);

/* Whether what the library has been given so far ends with a whole message. */
bool pump_is_between(const struct pump *pump);

#endif
