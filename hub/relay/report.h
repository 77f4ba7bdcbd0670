/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `xenhub-relay status` prints: the routes and links of a relay, for people or as JSON. */
#ifndef HUB_RELAY_REPORT_H
#define HUB_RELAY_REPORT_H

#include <stdbool.h>

struct relay;

/* To be freed; NULL without memory. */
char *report(const struct relay *relay, bool json);

#endif
