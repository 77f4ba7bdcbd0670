/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the project's own programs may ask of libxenhub beyond its public header. */
#ifndef HUB_CLIENT_INTERNAL_H
#define HUB_CLIENT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "hub/client/xenhub.h"
#include "hub/device/descriptor.h"

struct link;

/* Sends one encoded message (hub/wire/wire.h) as it is. -ENOTCONN, or -ENOBUFS when the hub takes nothing at present. */
int xenhub_send_message(struct xenhub *hub, const uint8_t *message, size_t len);

/*
 * As xenhub_open, but links are given to it, one at a time, by who knows how to get them; name stands in messages. Between links it
 * waits.
 */
int xenhub_open_given(struct xenhub **out, const char *name, const struct xenhub_options *options,
		      const struct xenhub_listener *listener, void *data);

/* Takes the link, connected, in place of the one before. Call xenhub_dispatch then: the link may have told of its bytes already. */
void xenhub_give(struct xenhub *hub, struct link *link);

/* Ends the link, if there is one: for this reason. in_order: it is not the peer's fault. */
void xenhub_drop(struct xenhub *hub, const char *text, bool in_order);

/* The whole descriptor, absinfo values as at hand-over. */
const struct descriptor *xenhub_device_descriptor(const struct xenhub_device *device);

#endif
