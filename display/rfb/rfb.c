/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/rfb/internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct rfb_wishes rfb_wishes_local = {
	.encodings = { RFB_COPYRECT, RFB_RAW },
	.count = 2,
	.jpeg_quality = -1,
	.compression = -1,
	.continuous = true,
};

const struct rfb_wishes rfb_wishes_slow = {
	.encodings = { RFB_COPYRECT, RFB_TIGHT, RFB_ZRLE, RFB_HEXTILE, RFB_RAW },
	.count = 5,
	.jpeg_quality = 6,
	.compression = 2,
	.continuous = true,
};

static const unsigned security_default = RFB_ALLOW_ANY & ~(unsigned)RFB_ALLOW_PLAIN;

static bool wishes_are_valid(const struct rfb_wishes *wishes)
{
	if (wishes->count > RFB_WISHES_MAX || wishes->jpeg_quality > 9 || wishes->compression > 9)
		return false;
	for (unsigned i = 0; i < wishes->count; i++)
		if ((unsigned)wishes->encodings[i] > RFB_TIGHT)
			return false;
	return true;
}

static bool config_is_valid(const struct rfb_config *config)
{
	if (!config->frame || !config->output || !config->event || config->output_size < RFB_OUTPUT_MIN)
		return false;
	if (config->text_max > RFB_BLOB_MAX || !wishes_are_valid(&config->wishes))
		return false;
	return (!config->username || strlen(config->username) <= RFB_PASSWORD_MAX) &&
	       (!config->password || strlen(config->password) <= RFB_PASSWORD_MAX);
}

static int copy_string(char **out, const char *text)
{
	if (!text)
		return 0;
	*out = strdup(text);
	return *out ? 0 : -ENOMEM;
}

int rfb_create(struct rfb **out, const struct rfb_config *config)
{
	struct rfb *rfb;

	if (!config_is_valid(config))
		return -EINVAL;
	rfb = calloc(1, sizeof(*rfb));
	if (!rfb)
		return -ENOMEM;
	rfb->config = *config;
	rfb->frame = config->frame;
	rfb->wishes = config->wishes;
	rfb->updates_on = true;
	if (!rfb->config.security)
		rfb->config.security = security_default;
	if (!rfb->config.text_max)
		rfb->config.text_max = RFB_TEXT_MAX_DEFAULT;
	if (copy_string(&rfb->username, config->username) < 0 ||
	    copy_string(&rfb->password, config->password) < 0) {
		rfb_destroy(rfb);
		return -ENOMEM;
	}
	handshake_begin(rfb);
	*out = rfb;
	return 0;
}

static void wipe_string(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void rfb_destroy(struct rfb *rfb)
{
	if (!rfb)
		return;
	jpeg_close(rfb->jpeg);
	inflater_finish(&rfb->zrle_stream);
	for (int i = 0; i < TIGHT_STREAMS; i++)
		inflater_finish(&rfb->tight_streams[i]);
	free(rfb->text.data);
	free(rfb->blob.data);
	wipe_string(rfb->password);
	wipe_string(rfb->username);
	free(rfb);
}

int rfb_fail(struct rfb *rfb, int error, const char *format, ...)
{
	char text[2 * RFB_REASON_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	clean_line(rfb->reason, sizeof(rfb->reason), text, strlen(text));
	rfb->error = error;
	rfb->phase = RFB_PHASE_FAILED;
	return error;
}

void rfb_raise(struct rfb *rfb, enum rfb_event_type type)
{
	rfb->config.event(rfb->config.user, &(struct rfb_event){ .type = type });
}

int blob_reserve(struct blob *blob, size_t size)
{
	size_t capacity = blob->capacity ? blob->capacity : 4096;
	uint8_t *data;

	if (size <= blob->capacity)
		return 0;
	while (capacity < size)
		capacity *= 2;
	data = realloc(blob->data, capacity);
	if (!data)
		return -ENOMEM;
	blob->data = data;
	blob->capacity = capacity;
	return 0;
}

ssize_t rfb_feed(struct rfb *rfb, const uint8_t *data, size_t size)
{
	ssize_t used;

	if (rfb->error)
		return rfb->error;
	used = pump_feed(&rfb->wire, rfb, data, size);
	if (used >= 0)
		return used;
	if (!rfb->reason[0])
		rfb_fail(rfb, (int)used, used == -ENOMEM ? "out of memory" : "internal error");
	rfb->error = (int)used;
	rfb->phase = RFB_PHASE_FAILED;
	return used;
}

enum rfb_phase rfb_phase(const struct rfb *rfb)
{
	return rfb->phase;
}

const char *rfb_reason(const struct rfb *rfb)
{
	return rfb->reason;
}

const char *rfb_name(const struct rfb *rfb)
{
	return rfb->name;
}

struct rfb_features rfb_features(const struct rfb *rfb)
{
	return rfb->features;
}

const char *const rfb_encoding_names[RFB_ENCODINGS + 1] = {
	[RFB_RAW] = "raw",   [RFB_COPYRECT] = "copyrect", [RFB_HEXTILE] = "hextile",
	[RFB_ZRLE] = "zrle", [RFB_TIGHT] = "tight",       [RFB_ENCODINGS] = NULL,
};

const uint64_t *rfb_rects(const struct rfb *rfb)
{
	return rfb->rects;
}

int rfb_version(const struct rfb *rfb)
{
	return rfb->minor;
}

uint64_t rfb_painted(const struct rfb *rfb)
{
	return rfb->painted;
}

unsigned rfb_screens(const struct rfb *rfb, const struct rfb_screen **screens)
{
	*screens = rfb->screens;
	return rfb->screen_count;
}

int rfb_set_wishes(struct rfb *rfb, const struct rfb_wishes *wishes)
{
	int error;

	if (!wishes_are_valid(wishes))
		return -EINVAL;
	if (rfb->phase != RFB_PHASE_RUNNING)
		return -ENOTCONN;
	error = encode_set_encodings(rfb, wishes);
	if (error)
		return error;
	rfb->wishes = *wishes;
	if (!rfb->features.continuous || !rfb->updates_on || wishes->continuous == rfb->continuous_on)
		return 0;
	/* The server confirms the end with a message, after which requests take over. */
	return encode_continuous(rfb, wishes->continuous);
}
