/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A carrier that serves a socket, and a peer of the test's own on it. */
#include "hub/link/carrier.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/link/carrier_private.h"
#include "hub/link/mux_private.h"
#include "tests/unit/testing.h"

#define FRAMES 8000

struct world {
	struct loop *loop;
	struct carrier *carrier;
	int peer;   /* the other end of the link */
	int reader; /* of the stream */
	struct carrier_stream *stream;
	uint64_t heard;
	unsigned read;
	uint64_t most; /* bytes heard in one turn of the loop */
};

static void on_opened(void *data, struct carrier_stream *stream, const char *service)
{
	struct world *w = data;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	w->reader = pair[0];
	w->stream = stream;
	assert_int_equal(carrier_attach(stream, pair[1]), 0);
}

static void on_closed(void *data, struct carrier_stream *stream, enum mux_reset why, const char *text)
{
	struct world *w = data;

	if (w->read < FRAMES)
		fail_msg("the stream was closed: %s", text);
}

/* Once a turn. */
static void on_turn(void *data)
{
	struct world *w = data;
	char bytes[FRAMES];
	uint64_t in, out, stalls;
	ssize_t n;

	if (!w->stream)
		return;
	carrier_stream_count(w->stream, &in, &out, &stalls);
	if (in - w->heard > w->most)
		w->most = in - w->heard;
	w->heard = in;
	n = read(w->reader, bytes, sizeof(bytes));
	w->read += n > 0 ? (unsigned)n : 0;
	if (w->read == FRAMES)
		loop_quit(w->loop, 0);
}

static void on_late(void *data)
{
	loop_quit(data, 1);
}

static int dial(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), size = 1 << 20;

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	return fd;
}

static uint8_t *put_frame(uint8_t *p, unsigned type, const char *bytes, uint32_t n)
{
	put_u32(p, n);
	put_u16(p + 4, (uint16_t)type);
	put_u16(p + 6, 0);
	put_u32(p + 8, 0);
	memcpy(p + MUX_HEADER, bytes, n);
	return p + MUX_HEADER + n;
}

/* Everything at once: a stream, and as many frames as there are bytes in it. */
static void say_crumbs(int fd)
{
	uint8_t *all = calloc(FRAMES + 2, MUX_HEADER + MUX_PREAMBLE), *p = all;

	assert_non_null(all);
	put_u32(p, MUX_MAGIC);
	put_u16(p + 4, MUX_VERSION);
	put_u16(p + 6, MUX_PREAMBLE);
	put_u32(p + 8, MUX_FRAME_MAX);
	put_u32(p + 12, MUX_WINDOW_MIN);
	put_u32(p + 16, 1);
	p = put_frame(p + MUX_PREAMBLE, FRAME_OPEN, "x", 1);
	for (unsigned i = 0; i < FRAMES; i++)
		p = put_frame(p, FRAME_DATA, "y", 1);
	assert_int_equal(send(fd, all, (size_t)(p - all), MSG_DONTWAIT), p - all);
	free(all);
}

/* A peer whose frames have a byte each gets no more than its share of a turn, and loses none of them. */
static void crumbs_do_not_keep_the_loop(void **state)
{
	struct world w = { .reader = -1 };
	char endpoint[64];
	struct carrier_config config = {
		.serve = true,
		.gid = (gid_t)-1,
		.endpoint = endpoint,
		.callbacks = { .opened = on_opened, .closed = on_closed, .data = &w },
	};
	struct loop_timer *late;
	pid_t pid;

	snprintf(endpoint, sizeof(endpoint), "mux+unix:/tmp/xenhub-carrier-%d", (int)getpid());
	assert_int_equal(loop_create(&w.loop), 0);
	config.loop = w.loop;
	assert_int_equal(carrier_create(&w.carrier, &config, &pid), 0);
	assert_non_null(loop_add_hook(w.loop, on_turn, &w));
	late = loop_add_timer(w.loop, on_late, w.loop);
	loop_timer_at(late, clock_now_ns() + 60 * NS_PER_S);
	w.peer = dial(endpoint + strlen("mux+unix:"));
	say_crumbs(w.peer);
	assert_int_equal(loop_run(w.loop), 0);
	assert_int_equal(w.read, FRAMES);
	assert_true(w.most <= 2 * CARRIER_EVENTS_MAX);
	carrier_destroy(w.carrier);
	loop_destroy(w.loop);
	close(w.reader);
	close(w.peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(crumbs_do_not_keep_the_loop) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
