/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the codecs of hub/wire share: the frame of a message around a body, and text fields. Private to hub/wire. */
#ifndef HUB_WIRE_MESSAGE_H
#define HUB_WIRE_MESSAGE_H

#include "hub/wire/cursor.h"
#include "hub/wire/wire.h"

struct writer message_begin(uint8_t *buf, size_t size, unsigned type, unsigned flags);
int message_end(struct writer *w);

void write_text(struct writer *w, const char *text);
void read_text(struct reader *r, char *dst, size_t size);
/* The same for text of several lines: their ends stay. */
void read_lines(struct reader *r, char *dst, size_t size);

/* A reader over the body of msg, which must be of this type. */
struct reader body_of(const uint8_t *msg, size_t len);

/* 0 when the reader consumed the body exactly and nothing was bad; otherwise -EBADMSG, with err filled in. */
int body_end(const struct reader *r, unsigned type, struct wire_error *err);

int body_bad(unsigned type, const char *what, struct wire_error *err);

#endif
