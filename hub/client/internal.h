/* What the project's own programs may ask of libxenhub beyond its public header. */
#ifndef HUB_CLIENT_INTERNAL_H
#define HUB_CLIENT_INTERNAL_H

#include <stddef.h>

#include "hub/client/xenhub.h"
#include "hub/device/descriptor.h"

/* Sends one encoded message (hub/wire/wire.h) as it is. -ENOTCONN, or -ENOBUFS when the hub takes nothing at present. */
int xenhub_send_message(struct xenhub *hub, const uint8_t *message, size_t len);

/* The whole descriptor, absinfo values as at hand-over. */
const struct descriptor *xenhub_device_descriptor(const struct xenhub_device *device);

#endif
