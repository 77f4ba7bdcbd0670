/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/uri/uri.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "hub/core/text.h"

#define FORMS "expected vnc://HOST[:PORT] or vnc+unix:PATH"

static bool text_begins(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

static int refuse(int error, char *why, size_t size, const char *text)
{
	snprintf(why, size, "%s", text);
	return error;
}

static int parse_unix(struct uri *uri, const char *path, char *why, size_t size)
{
	/* vnc+unix:///PATH has an empty host between the second and the third slash. */
	if (text_begins(path, "//")) {
		if (path[2] != '/')
			return refuse(-EINVAL, why, size,
				      "a unix socket has no host: write vnc+unix:PATH or vnc+unix:///PATH");
		path += 2;
	}
	if (!*path)
		return refuse(-EINVAL, why, size, "the path of the socket is missing: write vnc+unix:PATH");
	if (strlen(path) >= sizeof(uri->path)) {
		snprintf(why, size, "the path of a socket has at most %zu bytes", sizeof(uri->path) - 1);
		return -EINVAL;
	}
	uri->kind = URI_UNIX;
	memcpy(uri->path, path, strlen(path) + 1);
	return 0;
}

/* Sets host, and returns what follows it, or NULL. */
static const char *parse_host(struct uri *uri, const char *rest)
{
	const char *end;
	size_t length;

	if (*rest == '[') {
		end = strchr(++rest, ']');
		if (!end)
			return NULL;
		length = (size_t)(end - rest);
		end++;
	} else {
		length = strcspn(rest, ":");
		end = rest + length;
	}
	if (length == 0 || length >= sizeof(uri->host))
		return NULL;
	memcpy(uri->host, rest, length);
	uri->host[length] = '\0';
	return end;
}

static int parse_tcp(struct uri *uri, const char *rest, char *why, size_t size)
{
	char host_and_port[URI_TEXT_MAX];
	size_t length = strlen(rest);
	const char *port;
	long number;

	if (length > 0 && rest[length - 1] == '/')
		length--;
	memcpy(host_and_port, rest, length);
	host_and_port[length] = '\0';
	if (strpbrk(host_and_port, "/?#@"))
		return refuse(-EINVAL, why, size,
			      "only a host and a port may follow vnc://; name and password belong into the "
			      "configuration");
	port = parse_host(uri, host_and_port);
	if (!port || (*port && *port != ':'))
		return refuse(-EINVAL, why, size,
			      "the host is missing or malformed: write vnc://HOST[:PORT]");
	uri->kind = URI_TCP;
	uri->port = URI_PORT_DEFAULT;
	if (!*port)
		return 0;
	if (text_to_long(port + 1, 10, 1, 65535, &number) < 0)
		return refuse(-EINVAL, why, size, "the port has to be a number from 1 to 65535");
	uri->port = (unsigned)number;
	return 0;
}

int uri_parse(struct uri *uri, const char *text, char *why, size_t size)
{
	struct uri next = { 0 };
	int rc;

	if (strlen(text) >= sizeof(next.text))
		return refuse(-EINVAL, why, size, "too long; " FORMS);
	if (text_begins(text, "vnc+unix:"))
		rc = parse_unix(&next, text + strlen("vnc+unix:"), why, size);
	else if (text_begins(text, "vnc://"))
		rc = parse_tcp(&next, text + strlen("vnc://"), why, size);
	else if (text_begins(text, "vnc+vchan:") || text_begins(text, "vnc+channel:"))
		rc = refuse(
			-EPROTONOSUPPORT, why, size,
			"this build carries no vchan and no channel: let vchan-socket-proxy or socat make "
			"it a unix socket, and name that with vnc+unix:PATH");
	else if (text_begins(text, "spice"))
		rc = refuse(-EPROTONOSUPPORT, why, size,
			    "this build speaks no SPICE: give the guest a VNC display; " FORMS);
	else
		rc = refuse(-EINVAL, why, size, FORMS);
	if (rc < 0)
		return rc;
	memcpy(next.text, text, strlen(text) + 1);
	*uri = next;
	return 0;
}

bool uri_is_local(const struct uri *uri)
{
	return uri->kind == URI_UNIX || !strcmp(uri->host, "localhost") || !strcmp(uri->host, "::1") ||
	       text_begins(uri->host, "127.");
}
