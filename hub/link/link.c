/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/link/link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hub/link/socket.h"
#include "hub/link/tty.h"
#include "hub/link/xen.h"

#define EXPECTED_CONNECT                                                                                     \
	"expected auto, unix:PATH, tcp:ADDRESS:PORT, vchan:@ROUTE, vchan:DOMID:PATH, channel:NAME, "         \
	"channel:DOMAIN/NAME or tty:PATH"
#define EXPECTED_LISTEN                                                                                      \
	"expected unix:PATH, tcp:ADDRESS:PORT, vchan:NAME, vchan:DOMAIN/ROUTE, vchan:@ROUTE, "               \
	"channel:DOMAIN/NAME, channel:NAME or tty:PATH"

static const char *rest_of(const char *endpoint, const char *kind)
{
	size_t n = strlen(kind);

	return strncmp(endpoint, kind, n) ? NULL : endpoint + n;
}

static bool is_socket(const char *endpoint)
{
	return rest_of(endpoint, "unix:") || rest_of(endpoint, "tcp:");
}

bool link_is_station(const char *endpoint)
{
	return rest_of(endpoint, "vchan:") || rest_of(endpoint, "channel:") || rest_of(endpoint, "tty:");
}

static int refuse(char *why, size_t size, const char *text)
{
	snprintf(why, size, "%s", text);
	return -EINVAL;
}

static int check_tty(const char *path, char *why, size_t size)
{
	if (*path != '/' || strlen(path) >= TTY_PATH_MAX)
		return refuse(why, size,
			      "expected tty:PATH with the whole path of a terminal, such as tty:/dev/ttyS1");
	return 0;
}

int link_check_endpoint(const char *endpoint, char *why, size_t size)
{
	const char *rest;

	if (is_socket(endpoint))
		return socket_check_endpoint(endpoint, why, size);
	if ((rest = rest_of(endpoint, "tty:")))
		return check_tty(rest, why, size);
	if (!strcmp(endpoint, "auto"))
		return xen_check_built(why, size);
	if ((rest = rest_of(endpoint, "channel:")))
		return xen_check_channel(rest, why, size);
	if ((rest = rest_of(endpoint, "vchan:")))
		return xen_check_vchan_client(rest, why, size);
	return refuse(why, size, EXPECTED_CONNECT);
}

int link_check_listen(const char *endpoint, char *why, size_t size)
{
	const char *rest;

	if (is_socket(endpoint))
		return socket_check_endpoint(endpoint, why, size);
	if ((rest = rest_of(endpoint, "tty:")))
		return check_tty(rest, why, size);
	if ((rest = rest_of(endpoint, "channel:")))
		return xen_check_channel(rest, why, size);
	if ((rest = rest_of(endpoint, "vchan:")))
		return xen_check_vchan_server(rest, why, size);
	return refuse(why, size, EXPECTED_LISTEN);
}

int link_connect(struct link **out, const char *endpoint)
{
	char why[LINK_WHY_MAX];
	int rc = link_check_endpoint(endpoint, why, sizeof(why));

	if (rc < 0)
		return rc;
	if (is_socket(endpoint))
		return socket_connect(out, endpoint);
	if (rest_of(endpoint, "tty:"))
		return tty_connect(out, rest_of(endpoint, "tty:"));
	return link_connect_slowly(out, endpoint, xen_connect);
}
