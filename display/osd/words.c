/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/osd/words.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "hub/core/clock.h"

static void add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct words *words, const char *format, ...)
{
	va_list args;

	if (words->count == WORDS_LINES_MAX)
		return;
	va_start(args, format);
	vsnprintf(words->lines[words->count++], WORDS_LINE_MAX, format, args);
	va_end(args);
}

void words_duration(char *text, size_t size, uint64_t ns)
{
	unsigned seconds = (unsigned)(ns / NS_PER_S), minutes = seconds / 60;

	if (minutes == 0)
		snprintf(text, size, "%u s", seconds);
	else if (minutes < 60)
		snprintf(text, size, "%u min", minutes);
	else
		snprintf(text, size, "%u h %u min", minutes / 60, minutes % 60);
}

/* A sentence begins with a capital; the name of a host or a file, which a colon follows, stays as it is. */
static void add_reason(struct words *words, const char *reason)
{
	size_t word = strspn(reason, "abcdefghijklmnopqrstuvwxyz");
	int first = (unsigned char)reason[0];

	add(words, "%c%s", reason[word] == ' ' ? toupper(first) : first, reason + 1);
}

static const char *heading(const struct remote_status *status)
{
	switch (status->state) {
	case REMOTE_STALLED:
		return "does not answer";
	case REMOTE_WAITING:
	case REMOTE_CONNECTING:
		return status->ever ? "connection lost" : "not connected";
	case REMOTE_RUNNING:
		break;
	}
	return "connected";
}

void words_status(struct words *words, const struct remote_config *config, const struct remote_status *status,
		  const char *since_text, uint64_t now_ns)
{
	char duration[32];

	words->count = 0;
	add(words, "%s: %s", config->name, heading(status));
	if (status->reason[0])
		add_reason(words, status->reason);
	else if (status->state == REMOTE_CONNECTING)
		add(words, "It has not answered yet");
	words_duration(duration, sizeof(duration), now_ns - status->since_ns);
	add(words, "Since %s (%s)", since_text, duration);
	if (status->state == REMOTE_WAITING && status->next_try_ns > now_ns + NS_PER_S) {
		words_duration(duration, sizeof(duration), status->next_try_ns - now_ns + NS_PER_S / 2);
		add(words, "Next try in %s; a tap or Ctrl+Alt+Shift+T tries now", duration);
	} else if (status->state == REMOTE_STALLED) {
		add(words, "It is given 10 s, then connected to anew");
	} else {
		add(words, "Trying again all the time");
	}
}
