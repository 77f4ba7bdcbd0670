/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/relay/endpoint.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/text.h"
#include "hub/link/carrier.h"

#define EXPECTED                                                                                             \
	"expected unix:PATH, tcp:ADDRESS:PORT, fd:N, vchan:DOMAIN/ROUTE, vchan:@ROUTE, channel:NAME, "       \
	"channel:DOMAIN/NAME, tty:PATH or mux+unix:PATH"

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

enum endpoint_kind endpoint_kind(const char *endpoint)
{
	if (begins(endpoint, "fd:"))
		return ENDPOINT_FD;
	return carrier_is_for(endpoint) ? ENDPOINT_LINK : ENDPOINT_SOCKET;
}

bool endpoint_serves(const char *endpoint, enum endpoint_end end, bool listen)
{
	char why[LINK_WHY_MAX];

	if (end != ENDPOINT_AUTO)
		return end == ENDPOINT_SERVE;
	if (!listen && begins(endpoint, "vchan:") && link_check_endpoint(endpoint, why, sizeof(why)) < 0)
		return link_check_listen(endpoint, why, sizeof(why)) == 0;
	return listen;
}

int endpoint_fd(const char *endpoint)
{
	long fd;

	return text_to_long(endpoint + 3, 10, 0, INT_MAX, &fd) < 0 ? -EINVAL : (int)fd;
}

int endpoint_check(const char *endpoint, enum endpoint_end end, bool listen, char *why, size_t size)
{
	if (!strchr(endpoint, ':') || !strcmp(endpoint, "auto")) {
		snprintf(why, size, "%s", EXPECTED);
		return -EINVAL;
	}
	switch (endpoint_kind(endpoint)) {
	case ENDPOINT_FD:
		if (endpoint_fd(endpoint) >= 0)
			return 0;
		snprintf(why, size, "expected fd:N with the number of a socket that is inherited");
		return -EINVAL;
	case ENDPOINT_LINK:
		return carrier_check(endpoint, endpoint_serves(endpoint, end, listen), why, size);
	case ENDPOINT_SOCKET:
		if (begins(endpoint, "unix:") || begins(endpoint, "tcp:"))
			return link_check_endpoint(endpoint, why, size);
		break;
	}
	snprintf(why, size, "%s", EXPECTED);
	return -EINVAL;
}
