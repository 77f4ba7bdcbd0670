/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/osd/stats.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void add(char *text, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + used, STATS_TEXT_MAX - used, format, args);
	va_end(args);
}

static double mean_ms(uint64_t sum_ns, uint64_t count)
{
	return count ? (double)sum_ns / (double)count / 1e6 : 0;
}

/* "raw 120.0/s, copyrect 30.0/s", of what came at all; what is asked for by choice in front. */
static void add_encodings(char *text, const struct stats_mark *mark, const struct remote_status *status,
			  double seconds)
{
	const char *between = "\n";

	if (status->encoding[0]) {
		add(text, "\nasking for %s", status->encoding);
		between = "; ";
	}
	for (unsigned i = 0; status->kinds && i < REMOTE_KINDS_MAX && status->kinds[i]; i++) {
		/* They begin anew with each connection. */
		uint64_t before = mark->parts[i] <= status->parts[i] ? mark->parts[i] : 0;
		uint64_t count = status->parts[i] - before;

		if (count == 0)
			continue;
		add(text, "%s%s %.1f/s", between, status->kinds[i], (double)count / seconds);
		between = ", ";
	}
}

void stats_text(char text[STATS_TEXT_MAX], struct stats_mark *mark, const struct stats_timing *timing,
		const struct remote_status *status, const struct stats_about *about, uint64_t now_ns)
{
	double seconds = now_ns > mark->at_ns ? (double)(now_ns - mark->at_ns) / 1e9 : 1e-9;

	*text = '\0';
	/* Another connection's counters begin anew. */
	if (status->updates < mark->updates || status->bytes < mark->bytes || status->inputs < mark->inputs)
		*mark = (struct stats_mark){ .at_ns = mark->at_ns };
	add(text, "%.1f frames/s, %.1f updates/s, %.2f MB/s", (double)timing->presents / seconds,
	    (double)(status->updates - mark->updates) / seconds,
	    (double)(status->bytes - mark->bytes) / 1e6 / seconds);
	add_encodings(text, mark, status, seconds);
	add(text, "\ninput to link %.2f ms; receive and decode %.2f, wait %.2f, paint %.2f, show %.2f ms",
	    mean_ms(status->input_ns - mark->input_ns, status->inputs - mark->inputs),
	    mean_ms(timing->update_ns, timing->updates), mean_ms(timing->wait_ns, timing->updates),
	    mean_ms(timing->paint_ns, timing->presents), mean_ms(timing->show_ns, timing->presents));
	add(text, "\n%dx%d by %s, turned %d, kernel %s", about->width, about->height, about->renderer,
	    about->degrees, about->kernel);
	add(text, "\ninput merged %" PRIu64 ", dropped %" PRIu64 "; connections %u", status->events_merged,
	    status->events_dropped, status->connects);
	*mark = (struct stats_mark){ .at_ns = now_ns,
				     .updates = status->updates,
				     .bytes = status->bytes,
				     .inputs = status->inputs,
				     .input_ns = status->input_ns };
	memcpy(mark->parts, status->parts, sizeof(mark->parts));
}
