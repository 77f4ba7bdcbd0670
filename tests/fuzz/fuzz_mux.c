/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The multiplexer against a peer that says what the fuzzer says, and a user who does what it says. Each input is a script: pieces
 * of it are bytes of the peer, the rest is what the user does meanwhile. Whatever happens, no stream has more bytes unread than
 * its window, none has an event after its end, and no more waits to be sent than the buffer holds.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/clock.h"
#include "hub/link/mux.h"

#define WINDOW  2048
#define STREAMS 4
#define FRONT   1024
#define OURS    8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct user {
	struct mux_stream *stream;
	size_t unread;
	bool ended; /* the peer has said all */
};

static struct mux *mux;
static struct user users[STREAMS * 4 + OURS];
#define USERS (sizeof(users) / sizeof(users[0]))

static struct user *user_of(struct mux_stream *stream)
{
	struct user *u = mux_user(stream);

	if (!u || u->stream != stream)
		abort();
	return u;
}

static void adopt(struct mux_stream *stream)
{
	for (size_t i = 0; i < USERS; i++) {
		if (users[i].stream)
			continue;
		users[i] = (struct user){ .stream = stream };
		mux_set_user(stream, &users[i]);
		return;
	}
	mux_close(mux, stream, MUX_RESET_LIMIT, "the fuzzer has no place");
}

static void give_back(struct user *u, enum mux_reset why)
{
	struct mux_stream *stream = u->stream;

	u->stream = NULL;
	mux_close(mux, stream, why, "given back");
}

static void take_events(void)
{
	struct mux_event e;

	while (mux_next(mux, &e)) {
		struct user *u = e.kind != MUX_EVENT_OPEN && e.stream ? user_of(e.stream) : NULL;

		switch (e.kind) {
		case MUX_EVENT_OPEN:
			if (strlen(e.service) >= MUX_SERVICE_MAX)
				abort();
			adopt(e.stream);
			break;
		case MUX_EVENT_DATA:
			u->unread += e.size;
			if (!e.size || u->ended || u->unread > WINDOW)
				abort();
			break;
		case MUX_EVENT_FIN:
			if (u->ended)
				abort();
			u->ended = true;
			break;
		case MUX_EVENT_RESET:
			if (strlen(e.text) >= MUX_TEXT_MAX)
				abort();
			give_back(u, MUX_RESET_CLOSED);
			break;
		default:
			break;
		}
	}
}

static void act(uint8_t what, uint8_t n, uint64_t now_ns)
{
	struct user *u = &users[n % USERS];
	struct mux_stream *stream;
	uint8_t *where;
	size_t room;

	switch (what) {
	case 0:
		if (mux_open(mux, &stream, "fuzz") == 0)
			adopt(stream);
		break;
	case 1:
		mux_tick(mux, now_ns);
		break;
	case 2:
		if (u->stream)
			mux_accept(mux, u->stream);
		break;
	case 3:
		room = u->stream ? mux_data_begin(mux, u->stream, &where) : 0;
		if (room) {
			memset(where, n, room);
			mux_data_end(mux, u->stream, n < room ? n : room);
		}
		break;
	case 4:
		if (u->stream)
			mux_fin(mux, u->stream);
		break;
	case 5:
		if (u->stream && u->unread) {
			mux_consumed(mux, u->stream, u->unread);
			u->unread = 0;
		}
		break;
	case 6:
		if (u->stream)
			give_back(u, (enum mux_reset)(1 + n % 6));
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct mux_config config = { .frame = 300,
					   .front = FRONT,
					   .window = WINDOW,
					   .streams = STREAMS,
					   .is_line = size && data[0] & 0x80,
					   .probe_ms = 300 };
	uint64_t now_ns = NS_PER_S;

	memset(users, 0, sizeof(users));
	if (mux_create(&mux, &config) < 0)
		return 0;
	mux_begin(mux, now_ns);
	while (size >= 2) {
		uint8_t what = data[0] & 15, n = data[1];
		const uint8_t *out;
		size_t waits;

		data += 2;
		size -= 2;
		if (what < 8) {
			uint8_t *where;
			size_t room = mux_input(mux, &where), len = n < size ? n : size;

			if (len > room)
				len = room;
			memcpy(where, data, len);
			mux_fed(mux, len, now_ns);
			data += len;
			size -= len;
			take_events();
		} else if (what < 15) {
			act(what - 8, n, now_ns);
			take_events();
		} else {
			now_ns += n * 100 * NS_PER_MS;
		}
		waits = mux_output(mux, &out);
		if (waits > FRONT + 2 * MUX_HEADER + 300 + MUX_CONTROL_MAX)
			abort();
		if (n & 1)
			mux_output_sent(mux, waits);
	}
	mux_destroy(mux);
	return 0;
}
