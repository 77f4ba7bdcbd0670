/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The multiplexer: many streams, each with a service's name, over one ordered, reliable stream of bytes (docs/mux.md has it byte by
 * byte). Either side opens streams; neither is told apart but by the numbers of those it opens.
 *
 *	mux        meeting ──preamble──▶ open ──BYE, a broken rule, silence──▶ ended
 *	stream     mux_open or MUX_EVENT_OPEN ──▶ … ──FIN each way, or RESET──▶ mux_close gives it back, exactly once
 *
 * Pure: bytes and a timestamp (CLOCK_MONOTONIC nanoseconds) in, events out, and bytes to send from one buffer of fixed size. All
 * memory is taken by mux_create. What is to be said besides data stands as a flag at its stream until there is room, so nothing
 * queues up whatever a peer does. A peer that breaks a rule ends the mux; who uses it drops the link.
 *
 * Flow control is a credit for each stream: a side sends no more than it was given, and gives more as its reader takes. So a stream
 * whose reader has stalled stops itself and no other, and a receiver has never more than `window` bytes of a stream to keep.
 */
#ifndef HUB_LINK_MUX_H
#define HUB_LINK_MUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUX_MAGIC         0x584d4858u /* "XHMX" in the order of the bytes */
#define MUX_VERSION       1
#define MUX_PREAMBLE      24
#define MUX_PREAMBLE_MAX  256 /* of a later version, that says more */
#define MUX_HEADER        12
#define MUX_CONTROL_MAX   192   /* payload of every frame but DATA */
#define MUX_FRAME_MIN     256   /* payload of DATA that everybody takes */
#define MUX_FRAME_MAX     65536 /* … that anybody may ask for */
#define MUX_FRONT_MIN     1024
#define MUX_FRONT_MAX     (1024 * 1024)
#define MUX_WINDOW_MIN    1024
#define MUX_WINDOW_MAX    (16 * 1024 * 1024)
#define MUX_STREAMS_MAX   256 /* that a side may open, at most */
#define MUX_SERVICE_MAX   64  /* of a service's name, the terminator included */
#define MUX_TEXT_MAX      128
#define MUX_MEET_MS       5000 /* for the peer's preamble: a peer that is half open goes */
#define MUX_PING_MS       5000 /* of silence while streams are open */
#define MUX_SILENCE_MS    15000
#define MUX_REFUSED_PER_S 1000 /* streams refused: a peer that asks oftener is in no order */
#define MUX_PINGS_PER_S   100  /* the same */

/* Why a stream was reset. On the wire. */
enum mux_reset {
	MUX_RESET_CLOSED = 1,  /* its user has no more use for it */
	MUX_RESET_SERVICE,     /* nobody serves that name here */
	MUX_RESET_DENIED,      /* not this peer */
	MUX_RESET_LIMIT,       /* too many, or too many in a second */
	MUX_RESET_UNREACHABLE, /* what it is to be connected to does not answer */
	MUX_RESET_BROKEN,      /* the connection behind it broke */
	MUX_RESET_LINK,        /* never on the wire: the link went */
};

/* Why a mux ended. Those up to MUX_END_LIMIT are on the wire, in BYE. */
enum mux_end {
	MUX_END_NONE,
	MUX_END_DONE = 1,  /* in good order */
	MUX_END_VERSION,   /* the peer speaks another version */
	MUX_END_MALFORMED, /* a frame that makes no sense */
	MUX_END_CREDIT,    /* a stream sent past its credit */
	MUX_END_FLOOD,     /* too many refused streams or empty frames in a second */
	MUX_END_TIMEOUT,   /* silence */
	MUX_END_USED_UP,   /* no number is left for another stream */
	MUX_END_LIMIT,
	MUX_END_NOT_A_MUX = 64, /* the peer speaks something else */
	MUX_END_HALF_OPEN,      /* the peer has never said anything */
};

enum mux_state {
	MUX_MEETING,
	MUX_OPEN,
	MUX_ENDED,
};

struct mux;
struct mux_stream;

struct mux_config {
	unsigned
		frame; /* payload of a DATA frame we send, at most: with round robin, how long a stream holds the others up */
	unsigned front;   /* bytes that may wait, unsent, before what is said next */
	unsigned window;  /* bytes of a stream that we keep for a reader who has stalled */
	unsigned streams; /* that the peer may open */
	bool is_line; /* a serial line: framing.h notices silence; what is lost shows by what follows, so something has to */
	unsigned probe_ms; /* on a line: after data and so much quiet, a PING follows */
};

enum mux_event_kind {
	MUX_EVENT_MET,    /* the peer's preamble has come: streams may be opened */
	MUX_EVENT_OPEN,   /* the peer opens a stream: `service` */
	MUX_EVENT_ACCEPT, /* the peer has taken a stream we opened */
	MUX_EVENT_DATA, /* `bytes`, valid until the next call; mux_consumed when they need no keeping any more */
	MUX_EVENT_CREDIT, /* a stream that had none may send again */
	MUX_EVENT_FIN,    /* the peer says nothing more on it */
	MUX_EVENT_RESET,  /* `reset`, `text`; no further event of this stream */
	MUX_EVENT_END,    /* the last one; mux_ended says why. Streams are still to be closed. */
};

struct mux_event {
	enum mux_event_kind kind;
	struct mux_stream *stream;
	const char *service; /* cleaned */
	const uint8_t *bytes;
	size_t size;
	enum mux_reset reset;
	const char *text; /* cleaned */
};

/* Out-of-range values of the configuration are brought into range. 0 or -ENOMEM. */
int mux_create(struct mux **out, const struct mux_config *config);
void mux_destroy(struct mux *mux);

/* The link is there: the peer's preamble is due within MUX_MEET_MS from now on. */
void mux_begin(struct mux *mux, uint64_t now_ns);

enum mux_state mux_state(const struct mux *mux);

/* Why, and a sentence; MUX_END_NONE and "" before. by_peer: it was the peer who said so. */
enum mux_end mux_ended(const struct mux *mux, const char **text, bool *by_peer);

/* ---- bytes of the link ---- */

/* Where the link's bytes go and how many fit (0: mux_next first), then how many there were. */
size_t mux_input(struct mux *mux, uint8_t **where);
void mux_fed(struct mux *mux, size_t n, uint64_t now_ns);

/* False: no further event until there are more bytes. */
bool mux_next(struct mux *mux, struct mux_event *event);

/* What the link is to be given, and how much of it went. After the end: the BYE. */
size_t mux_output(struct mux *mux, const uint8_t **bytes);
void mux_output_sent(struct mux *mux, size_t n);

/* What time it is, before streams are opened or something is said otherwise than upon an event; earlier than before: no matter. */
void mux_time(struct mux *mux, uint64_t now_ns);

/* Pings and silence. Feed what the link holds first. CLOCK_NEVER unless something is awaited. */
void mux_tick(struct mux *mux, uint64_t now_ns);
uint64_t mux_deadline(const struct mux *mux);

/* Ends it in good order, or for another reason. */
void mux_end(struct mux *mux, enum mux_end why, const char *text);

/* ---- streams ---- */

/*
 * Data may follow at once. -EAGAIN: the peer has not been met; -EMFILE: it allows no more; -EPIPE: the mux has ended; -EINVAL: a
 * name that is too long, or has control characters.
 */
int mux_open(struct mux *mux, struct mux_stream **out, const char *service);
void mux_accept(struct mux *mux, struct mux_stream *stream);

/* The user's own, for finding his way back from an event. */
void mux_set_user(struct mux_stream *stream, void *user);
void *mux_user(const struct mux_stream *stream);

/* Whether data would be taken once there is room: credit is left, and FIN has not been said. */
bool mux_may_send(const struct mux_stream *stream);

/*
 * A frame of this stream: where its bytes go and how many fit (0: no room in front, or no credit), then how many there were (0:
 * none after all). Nothing else may be called in between.
 */
size_t mux_data_begin(struct mux *mux, struct mux_stream *stream, uint8_t **where);
void mux_data_end(struct mux *mux, struct mux_stream *stream, size_t n);

/*
 * Instead of mux_data_end, for who moves payloads without seeing them (splice): the frame has n bytes, 0 < n, and its payload follows on
 * the link what mux_output gives from now on. Until mux_aside_sent has told that it has gone, nothing else is said.
 */
void mux_data_aside(struct mux *mux, struct mux_stream *stream, size_t n);
void mux_aside_sent(struct mux *mux);

/*
 * The same for what comes: how many bytes of a stream's frame are next on the link; 0: mux_input has to see what is. And that n of them
 * were taken from the link, as if MUX_EVENT_DATA had been: mux_consumed is still to follow.
 */
size_t mux_expects(const struct mux *mux, struct mux_stream **stream);
void mux_taken_aside(struct mux *mux, size_t n, uint64_t now_ns);

/* No more data from this side. */
void mux_fin(struct mux *mux, struct mux_stream *stream);

/* So many bytes of MUX_EVENT_DATA have been taken by their reader: the peer may send as many more. */
void mux_consumed(struct mux *mux, struct mux_stream *stream, size_t n);

/* Gives the stream back. Unless FIN was said and heard it is reset, with the reason; text may be NULL. */
void mux_close(struct mux *mux, struct mux_stream *stream, enum mux_reset why, const char *text);

/* Words for people: "refused: nobody serves that name there". */
const char *mux_reset_text(enum mux_reset reset);

#endif
