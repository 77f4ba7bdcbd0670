/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/spice/pump.h"

#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PICTURE_BYTES (256u << 10) /* what is read at once of a display channel */
#define OTHER_BYTES   (32u << 10)
#define ROUNDS        4 /* reads in one turn of the loop: other channels wait meanwhile */

/* Bytes that wait to be taken. */
struct backlog {
	const uint8_t *data;
	size_t size;
};

struct pump {
	GSource source; /* has to be first */
	struct pump_config config;
	struct transport transport;
	struct guard guard;
	int local; /* our end of the pair */
	gpointer remote_tag, local_tag;
	bool handshaking, over;
	struct backlog down, up; /* to the library, to the server */
	uint8_t *input;
	size_t input_size;
	uint8_t output[OTHER_BYTES], sent[OTHER_BYTES + GUARD_LINK_MAX];
};

static int end(struct pump *pump, int error, const char *reason)
{
	if (pump->over)
		return error;
	pump->over = true;
	pump->config.ended(pump->config.user, error, reason);
	return error;
}

static int end_by_transport(struct pump *pump, int error)
{
	return end(pump, error, pump->transport.reason[0] ? pump->transport.reason : strerror(-error));
}

/* To the library, as far as it takes it. */
static int write_down(struct pump *pump)
{
	while (pump->down.size > 0) {
		ssize_t n = send(pump->local, pump->down.data, pump->down.size, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return end(pump, -ECONNABORTED, "the connection was closed here");
		pump->down.data += n;
		pump->down.size -= (size_t)n;
	}
	return 0;
}

static int write_up(struct pump *pump)
{
	while (pump->up.size > 0) {
		ssize_t n = transport_write(&pump->transport, pump->up.data, pump->up.size);

		if (n == -EAGAIN)
			return 0;
		if (n < 0)
			return end_by_transport(pump, (int)n);
		pump->up.data += n;
		pump->up.size -= (size_t)n;
	}
	return 0;
}

/* Whether there may be more. */
static bool read_down(struct pump *pump)
{
	ssize_t n = transport_read(&pump->transport, pump->input, pump->input_size);
	int rc;

	if (n == -EAGAIN)
		return false;
	if (n <= 0) {
		end_by_transport(pump, n == 0 ? -ECONNRESET : (int)n);
		return false;
	}
	pump->config.heard(pump->config.user, (size_t)n);
	rc = guard_receive(&pump->guard, pump->input, (size_t)n);
	if (rc < 0) {
		end(pump, rc, pump->guard.reason);
		return false;
	}
	pump->down = (struct backlog){ pump->input, (size_t)n };
	return write_down(pump) == 0 && pump->down.size == 0;
}

static bool read_up(struct pump *pump)
{
	ssize_t n = recv(pump->local, pump->output, sizeof(pump->output), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		end(pump, -ECONNABORTED, "the connection was closed here");
		return false;
	}
	pump->up.data = pump->sent;
	pump->up.size = guard_send(&pump->guard, pump->output, (size_t)n, pump->sent);
	return write_up(pump) == 0 && pump->up.size == 0;
}

static void step_handshake(struct pump *pump)
{
	int rc = transport_handshake(&pump->transport);

	if (rc == 0)
		pump->handshaking = false;
	else if (rc != -EAGAIN)
		end_by_transport(pump, rc);
}

static void move_bytes(struct pump *pump)
{
	bool more = write_down(pump) == 0 && pump->down.size == 0;

	for (int i = 0; more && i < ROUNDS && !pump->over; i++)
		more = read_down(pump);
	if (more && transport_has_buffered(&pump->transport))
		g_source_set_ready_time(&pump->source, 0);
	more = !pump->over && write_up(pump) == 0 && pump->up.size == 0;
	while (more && !pump->over)
		more = read_up(pump);
}

/* GIOCondition's numbers are poll's. */
static void wait_for_more(struct pump *pump)
{
	unsigned remote = 0, local = 0;

	if (!pump->over) {
		if (pump->down.size == 0 || pump->handshaking)
			remote |= (unsigned)transport_events(&pump->transport, pump->up.size > 0);
		else if (pump->up.size > 0)
			remote |= G_IO_OUT;
		if (!pump->handshaking && pump->up.size == 0)
			local |= G_IO_IN;
		if (pump->down.size > 0)
			local |= G_IO_OUT;
	}
	g_source_modify_unix_fd(&pump->source, pump->remote_tag, remote);
	g_source_modify_unix_fd(&pump->source, pump->local_tag, local);
}

static gboolean pump_dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
	struct pump *pump = (struct pump *)source;

	if (pump->over) {
		/* Whoever listens has been told; until he destroys it a hang-up must not keep the loop busy. */
		g_source_set_ready_time(source, -1);
		g_source_remove_unix_fd(source, pump->remote_tag);
		g_source_remove_unix_fd(source, pump->local_tag);
		return G_SOURCE_REMOVE;
	}
	g_source_set_ready_time(source, -1);
	transport_polled(&pump->transport, (short)g_source_query_unix_fd(source, pump->remote_tag));
	if (pump->handshaking)
		step_handshake(pump);
	if (!pump->handshaking && !pump->over)
		move_bytes(pump);
	wait_for_more(pump);
	return G_SOURCE_CONTINUE;
}

static void pump_finalize(GSource *source)
{
	struct pump *pump = (struct pump *)source;

	transport_close(&pump->transport);
	if (pump->local >= 0)
		close(pump->local);
	guard_finish(&pump->guard);
	g_free(pump->input);
}

static GSourceFuncs pump_functions = { .dispatch = pump_dispatch, .finalize = pump_finalize };

/* A peer that vanished without a word (its machine was cut off) is noticed by the kernel, too. */
static void keep_alive(int fd)
{
	int on = 1, idle = 5, interval = 2, count = 3;

	if (setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle)) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval)) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count)) < 0)
		return; /* not a socket of TCP */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static int open_both(struct pump *pump, int *fd)
{
	int pair[2], rc, size = 1 << 20;

	rc = transport_connect(&pump->transport, pump->config.uri, pump->config.attempt, pump->config.dialer);
	if (rc < 0)
		return rc;
	keep_alive(transport_fd(&pump->transport));
	if (pump->config.uri->tls) {
		rc = transport_start_tls(&pump->transport, true, pump->config.trust, NULL, 0);
		if (rc < 0)
			return rc == -EINVAL ? -EACCES : rc;
		pump->handshaking = true;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		return -errno;
	pump->local = pair[0];
	*fd = pair[1];
	/* As much as the system lets us: a turn of the loop then moves more of a picture. */
	setsockopt(pump->local, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return 0;
}

int pump_create(struct pump **out, int *fd, const struct pump_config *config, char *why, size_t size)
{
	struct pump *pump = (struct pump *)g_source_new(&pump_functions, sizeof(*pump));
	int rc;

	pump->config = *config;
	pump->local = -1;
	guard_init(&pump->guard, config->channel, config->bytes_max);
	pump->input_size = config->channel == GUARD_DISPLAY ? PICTURE_BYTES : OTHER_BYTES;
	pump->input = g_malloc(pump->input_size);
	rc = open_both(pump, fd);
	if (rc < 0) {
		snprintf(why, size, "%s", pump->transport.reason[0] ? pump->transport.reason : strerror(-rc));
		g_source_unref(&pump->source);
		return rc;
	}
	pump->remote_tag = g_source_add_unix_fd(&pump->source, transport_fd(&pump->transport), 0);
	pump->local_tag = g_source_add_unix_fd(&pump->source, pump->local, 0);
	wait_for_more(pump);
	g_source_attach(&pump->source, NULL);
	*out = pump;
	return 0;
}

void pump_destroy(struct pump *pump)
{
	if (!pump)
		return;
	pump->over = true;
	g_source_destroy(&pump->source);
	g_source_unref(&pump->source);
}

bool pump_is_between(const struct pump *pump)
{
	return guard_is_between(&pump->guard) && pump->down.size == 0;
}
