/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/uri/uri.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "hub/core/text.h"

#define FORMS                                                                                                \
	"expected vnc://HOST[:PORT], vnc+unix:PATH, vnc+vchan:@ROUTE, vnc+channel:NAME, "                    \
	"spice://HOST:PORT, spice+tls://HOST:PORT or spice+unix:PATH"

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
	/* ...+unix:///PATH has an empty host between the second and the third slash. */
	if (text_begins(path, "//")) {
		if (path[2] != '/')
			return refuse(-EINVAL, why, size,
				      "a unix socket has no host: write +unix:PATH or +unix:///PATH");
		path += 2;
	}
	if (!*path)
		return refuse(-EINVAL, why, size, "the path of the socket is missing after +unix:");
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

/* virt-viewer's way to say TLS: ?tls-port=N. */
static int parse_query(struct uri *uri, char *query, char *why, size_t size)
{
	long number;

	if (uri->protocol != URI_SPICE || !text_begins(query, "tls-port=") ||
	    text_to_long(query + strlen("tls-port="), 10, 1, 65535, &number) < 0)
		return refuse(-EINVAL, why, size,
			      "after the port only ?tls-port=N of SPICE is known, with N from 1 to 65535");
	uri->tls = true;
	uri->port = (unsigned)number;
	return 0;
}

static int parse_tcp(struct uri *uri, const char *rest, char *why, size_t size)
{
	char host_and_port[URI_TEXT_MAX], *query;
	const char *port;
	size_t length;
	long number;

	snprintf(host_and_port, sizeof(host_and_port), "%s", rest);
	query = strchr(host_and_port, '?');
	if (query)
		*query++ = '\0';
	length = strlen(host_and_port);
	if (length > 0 && host_and_port[length - 1] == '/')
		host_and_port[length - 1] = '\0';
	if (strpbrk(host_and_port, "/#@"))
		return refuse(-EINVAL, why, size,
			      "only a host and a port may follow ://; name and password belong into the "
			      "configuration");
	port = parse_host(uri, host_and_port);
	if (!port || (*port && *port != ':'))
		return refuse(-EINVAL, why, size,
			      "the host is missing or malformed: write HOST[:PORT] after ://");
	uri->kind = URI_TCP;
	uri->port = URI_PORT_DEFAULT;
	if (*port) {
		if (text_to_long(port + 1, 10, 1, 65535, &number) < 0)
			return refuse(-EINVAL, why, size, "the port has to be a number from 1 to 65535");
		uri->port = (unsigned)number;
	}
	return query ? parse_query(uri, query, why, size) : 0;
}

static int parse_carrier(struct uri *uri, const char *endpoint, char *why, size_t size)
{
	static const char key[] = "?service=";
	const char *query = strchr(endpoint, '?');
	size_t length = query ? (size_t)(query - endpoint) : strlen(endpoint);
	const char *service = uri->protocol == URI_VNC ? "vnc" : "spice";

	if (query) {
		if (!text_begins(query, key))
			return refuse(-EINVAL, why, size, "only ?service=NAME may follow a carrier");
		service = query + strlen(key);
	}
	if (!*service || strlen(service) >= sizeof(uri->service)) {
		snprintf(why, size, "a service's name has 1 to %zu bytes", sizeof(uri->service) - 1);
		return -EINVAL;
	}
	if (length >= sizeof(uri->endpoint))
		return refuse(-EINVAL, why, size, "the carrier's name is too long");
	uri->kind = URI_CARRIER;
	memcpy(uri->endpoint, endpoint, length);
	uri->endpoint[length] = '\0';
	memcpy(uri->service, service, strlen(service) + 1);
	return 0;
}

static int parse_transport(struct uri *uri, const char *rest, char *why, size_t size)
{
	static const char *const carriers[] = { "+vchan:", "+channel:", "+tty:", "+mux+" };

	if (text_begins(rest, "+unix:"))
		return parse_unix(uri, rest + strlen("+unix:"), why, size);
	if (text_begins(rest, "://"))
		return parse_tcp(uri, rest + strlen("://"), why, size);
	if (text_begins(rest, "+tls://") && uri->protocol == URI_SPICE) {
		uri->tls = true;
		return parse_tcp(uri, rest + strlen("+tls://"), why, size);
	}
	for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++)
		if (text_begins(rest, carriers[i]))
			return parse_carrier(uri, rest + 1, why, size);
	return refuse(-EINVAL, why, size, FORMS);
}

int uri_parse(struct uri *uri, const char *text, char *why, size_t size)
{
	struct uri next = { 0 };
	int rc;

	if (strlen(text) >= sizeof(next.text))
		return refuse(-EINVAL, why, size, "too long; " FORMS);
	if (text_begins(text, "vnc"))
		next.protocol = URI_VNC;
	else if (text_begins(text, "spice"))
		next.protocol = URI_SPICE;
	else
		return refuse(-EINVAL, why, size, FORMS);
	rc = parse_transport(&next, text + (next.protocol == URI_VNC ? 3 : 5), why, size);
	if (rc < 0)
		return rc;
	memcpy(next.text, text, strlen(text) + 1);
	*uri = next;
	return 0;
}

bool uri_is_local(const struct uri *uri)
{
	/* Serial lines, PV channels among them, are slow, however near. */
	if (uri->kind == URI_CARRIER)
		return text_begins(uri->endpoint, "vchan:") || text_begins(uri->endpoint, "mux+unix:");
	return uri->kind == URI_UNIX || !strcmp(uri->host, "localhost") || !strcmp(uri->host, "::1") ||
	       text_begins(uri->host, "127.");
}
