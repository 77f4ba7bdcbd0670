/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the server at the other end still lives. Pure: times are CLOCK_MONOTONIC nanoseconds.
 *
 *      connecting or greeting  HEALTH_GREETING_MS from the start, then dead, however many bytes trickle
 *      silent                  HEALTH_IDLE_MS, or HEALTH_INPUT_MS after a person did something: ping
 *      ping unanswered         HEALTH_STALL_MS: stalled (say so, keep the link); HEALTH_DEAD_MS: dead
 *      it does not read        HEALTH_DEAD_MS: dead
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

enum health_verdict {
	HEALTH_WELL,
	HEALTH_PING,    /* send one now, and tell health_pinged */
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
};

void health_init(struct health *health, uint64_t now_ns);
void health_running(struct health *health, uint64_t now_ns);
void health_heard(struct health *health, uint64_t now_ns);
void health_sent_input(struct health *health, uint64_t now_ns);
void health_pinged(struct health *health, uint64_t now_ns);

/* Whether bytes wait that the server did not take; `progress` when it took some just now. */
void health_output(struct health *health, uint64_t now_ns, bool waiting, bool progress);

enum health_verdict health_check(const struct health *health, uint64_t now_ns);

/* When health_check may have something new to say. */
uint64_t health_deadline(const struct health *health, uint64_t now_ns);

#endif
