/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the server at the other end still lives. Pure: times are CLOCK_MONOTONIC nanoseconds.
 *
 *      connecting or greeting  HEALTH_GREETING_MS from the start, then dead, however many bytes trickle
 *      silent                  HEALTH_IDLE_MS, or HEALTH_INPUT_MS after a person did something: ping
 *      ping unanswered         HEALTH_STALL_MS: stalled (say so, keep the link); HEALTH_DEAD_MS: dead
 *      it does not read        HEALTH_DEAD_MS: dead
 *      pixels are due          HEALTH_PIXELS_MS: ask for all of them; HEALTH_STARVED_MS after that, if it answered with
 *                              anything else: starved
 *
 * Pixels are due after a new size, and after a request for an area whether it changed or not. QEMU (7.2, and later) forgets
 * a viewer whose request came while an update was made that a new video mode put an end to: it goes on answering, without
 * a pixel, until the viewer connects anew.
 *
 * Any byte from the server answers a ping. While nothing is due there is no wake-up before health_deadline.
 */
#ifndef XENHUB_DISPLAY_HEALTH_H
#define XENHUB_DISPLAY_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#define HEALTH_GREETING_MS 15000
#define HEALTH_IDLE_MS     5000
#define HEALTH_INPUT_MS    1000
#define HEALTH_STALL_MS    2000
#define HEALTH_DEAD_MS     10000
#define HEALTH_PIXELS_MS   1000
#define HEALTH_STARVED_MS  1500

enum health_verdict {
	HEALTH_WELL,
	HEALTH_PING,    /* send one now, and tell health_pinged */
	HEALTH_ASK,     /* ask for the whole picture now, and tell health_asked */
	HEALTH_STARVED, /* close: it answers, but sends no picture */
	HEALTH_STALLED, /* show that it does not answer */
	HEALTH_DEAD,    /* close */
};

struct health {
	bool running;        /* past the greeting */
	uint64_t started_ns; /* when the connection was begun */
	uint64_t heard_ns;   /* the last byte from the server */
	uint64_t input_ns;   /* the last input sent since then; 0: none */
	uint64_t pinged_ns;  /* a ping that waits for an answer; 0: none */
	uint64_t blocked_ns; /* since when bytes wait to be taken; 0: none wait */
	uint64_t due_ns;     /* since when pixels are due; 0: none are */
	uint64_t asked_ns;   /* when the whole picture was asked for since then; 0: it was not */
	bool answered;       /* something came since then */
};

void health_init(struct health *health, uint64_t now_ns);
void health_running(struct health *health, uint64_t now_ns);
void health_heard(struct health *health, uint64_t now_ns);
void health_sent_input(struct health *health, uint64_t now_ns);
void health_pinged(struct health *health, uint64_t now_ns);

/* Pixels are due from now on; some have come. */
void health_pixels_due(struct health *health, uint64_t now_ns);
void health_pixels_came(struct health *health);
void health_asked(struct health *health, uint64_t now_ns);

/* Whether bytes wait that the server did not take; `progress` when it took some just now. */
void health_output(struct health *health, uint64_t now_ns, bool waiting, bool progress);

enum health_verdict health_check(const struct health *health, uint64_t now_ns);

/* When health_check may have something new to say. */
uint64_t health_deadline(const struct health *health, uint64_t now_ns);

#endif
