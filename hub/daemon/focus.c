/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "focus"
#include "hub/daemon/focus.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"

const char *focus_text(const struct hub *hub)
{
	const char *focus = hub_focus(hub);

	return !focus ? "all" : *focus ? focus : "none";
}

int focus_move(struct hub *hub, const char *to, const char *who, char *why, size_t size)
{
	uint64_t now_ns = clock_now_ns();
	bool next = !strcmp(to, "next");
	int rc = next                  ? hub_focus_next(hub, now_ns)
		 : !strcmp(to, "all")  ? hub_focus_set(hub, NULL, now_ns)
		 : !strcmp(to, "none") ? hub_focus_set(hub, "", now_ns)
				       : hub_focus_set(hub, to, now_ns);

	if (!rc)
		log_info("%s: focus is with %s now", who, focus_text(hub));
	else
		snprintf(why, size, "%s",
			 rc == -EINVAL           ? "the policy gives focus to one guest at a time"
			 : rc == -ENOENT && next ? "nobody else is connected"
			 : rc == -ENOENT         ? "no [guest NAME] of the configuration is called that"
						 : "the name is too long");
	return rc;
}
