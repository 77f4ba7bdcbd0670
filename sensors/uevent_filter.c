/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/uevent_filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/*
 * The kernel says "ACTION@PATH\0ACTION=ACTION\0DEVPATH=PATH\0SUBSYSTEM=NAME\0…", always in that order. So the first NUL, at n, tells
 * where the subsystem is: at 2 n + 17. Socket filters have no loops; words are looked through one after another.
 */
#define SUBSYSTEM_AT 17
#define WORDS        48 /* of ACTION@PATH. A longer program is refused by kernels whose optmem_max is 20 kB. */
#define WORD_STEPS   5
#define BYTE_STEPS   4
#define KEY          "SUBSYSTEM="
#define UDEVD_MAGIC  0x6c696275u /* "libu" */
#define ONES         0x01010101u
#define HIGH_BITS    0x80808080u
#define ACCEPT       UINT32_MAX
#define MAX_STEPS                                                                                            \
	(3 + WORDS * WORD_STEPS + 1 + 4 * BYTE_STEPS + 1 + 4 + 2 * (10 + UEVENT_FILTER_NAME_MAX + 1) + 2)

struct program {
	struct sock_filter steps[MAX_STEPS];
	unsigned count;
};

static void jump(struct program *p, unsigned code, uint32_t value, unsigned if_true, unsigned if_false)
{
	p->steps[p->count++] =
		(struct sock_filter){ (uint16_t)code, (uint8_t)if_true, (uint8_t)if_false, value };
}

static void step(struct program *p, unsigned code, uint32_t value)
{
	jump(p, code, value, 0, 0);
}

/* X becomes the place of the first word with a NUL in it. A byte beyond ASCII stops here as well. */
static void find_word(struct program *p)
{
	for (unsigned word = 0; word < WORDS; word++) {
		step(p, BPF_LD | BPF_W | BPF_ABS, word * 4);
		step(p, BPF_ALU | BPF_SUB | BPF_K, ONES);
		jump(p, BPF_JMP | BPF_JSET | BPF_K, HIGH_BITS, 0, 2);
		step(p, BPF_LDX | BPF_W | BPF_IMM, word * 4);
		step(p, BPF_JMP | BPF_JA, (WORDS - 1 - word) * WORD_STEPS + 1);
	}
	step(p, BPF_RET | BPF_K, ACCEPT);
}

/* A becomes the place of that NUL in its word. */
static void find_byte(struct program *p)
{
	for (unsigned byte = 0; byte < 4; byte++) {
		step(p, BPF_LD | BPF_B | BPF_IND, byte);
		jump(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2);
		step(p, BPF_LD | BPF_W | BPF_IMM, byte);
		step(p, BPF_JMP | BPF_JA, (3 - byte) * BYTE_STEPS + 1);
	}
	step(p, BPF_RET | BPF_K, ACCEPT);
}

/* Compares what is at X, up to and with the NUL. */
static void match(struct program *p, const char *text)
{
	unsigned size = (unsigned)strlen(text) + 1;

	for (unsigned i = 0; i < size; i++) {
		step(p, BPF_LD | BPF_B | BPF_IND, i);
		jump(p, BPF_JMP | BPF_JEQ | BPF_K, (unsigned char)text[i], 0, 2 * (size - i) - 1);
	}
	step(p, BPF_RET | BPF_K, ACCEPT);
	step(p, BPF_RET | BPF_K, 0);
}

int uevent_filter_attach(int fd, const char *subsystem)
{
	char text[sizeof(KEY) + UEVENT_FILTER_NAME_MAX];
	struct program program = { .count = 0 };
	struct sock_fprog filter;

	if (strlen(subsystem) > UEVENT_FILTER_NAME_MAX)
		return -EINVAL;
	snprintf(text, sizeof(text), "%s%s", KEY, subsystem);
	step(&program, BPF_LD | BPF_W | BPF_ABS, 0);
	jump(&program, BPF_JMP | BPF_JEQ | BPF_K, UDEVD_MAGIC, 0, 1);
	step(&program, BPF_RET | BPF_K, ACCEPT);
	find_word(&program);
	find_byte(&program);
	step(&program, BPF_ALU | BPF_ADD | BPF_X, 0);
	step(&program, BPF_ALU | BPF_LSH | BPF_K, 1);
	step(&program, BPF_ALU | BPF_ADD | BPF_K, SUBSYSTEM_AT);
	step(&program, BPF_MISC | BPF_TAX, 0);
	match(&program, text);
	filter = (struct sock_fprog){ (unsigned short)program.count, program.steps };
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) < 0 ? -errno : 0;
}
