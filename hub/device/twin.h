/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mark that xenhub-twin leaves on what it makes. A hub that took a twin as a source would feed itself. */
#ifndef HUB_DEVICE_TWIN_H
#define HUB_DEVICE_TWIN_H

#include <stdbool.h>
#include <string.h>

#include "hub/device/descriptor.h"

/* A twin's phys is this and the original's id. */
#define TWIN_PHYS_PREFIX "xenhub-twin/"

static inline bool descriptor_is_twin(const struct descriptor *d)
{
	return !strncmp(d->phys, TWIN_PHYS_PREFIX, sizeof(TWIN_PHYS_PREFIX) - 1);
}

#endif
