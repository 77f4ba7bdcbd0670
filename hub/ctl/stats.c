/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/stats.h"

#include <inttypes.h>
#include <string.h>

#define LABEL_COLUMNS 8
#define COUNT_COLUMNS 9
#define BAR_COLUMNS   10

static const struct {
	const char *title, *key;
} hop_names[HOP_COUNT] = {
	[HOP_KERNEL_READ] = { "kernel → read", "kernel_read" },
	[HOP_READ_SENT] = { "read → sent", "read_sent" },
	[HOP_SENT_RECEIVED] = { "sent → received", "sent_received" },
};

static void add_hop(struct histogram *h, uint64_t from_ns, uint64_t to_ns)
{
	if (from_ns && to_ns >= from_ns && to_ns - from_ns <= STATS_HOP_MAX_NS)
		histogram_add(h, to_ns - from_ns);
}

void stats_frame(struct stats *stats, const struct xenhub_frame *f, bool is_recording)
{
	stats->frames++;
	stats->events += f->count;
	if (f->flags & XENHUB_SYNTHETIC)
		stats->synthetic++;
	/* Frames that were made up have waited for nobody. */
	if (f->flags)
		return;
	if (!is_recording)
		add_hop(&stats->hops[HOP_KERNEL_READ], f->time_us * 1000, f->read_ns);
	add_hop(&stats->hops[HOP_READ_SENT], f->read_ns, f->sent_ns);
	add_hop(&stats->hops[HOP_SENT_RECEIVED], f->sent_ns, f->received_ns);
}

/* Three significant digits at most: "870 ns", "12.3 µs", "1.05 ms". */
static const char *duration(char buf[16], uint64_t ns)
{
	static const char *const units[] = { "ns", "µs", "ms", "s" };
	double value = (double)ns;
	unsigned unit = 0;

	while (value >= 999.5 && unit < 3) {
		value /= 1000;
		unit++;
	}
	snprintf(buf, 16, "%.*f %s",
		 !unit || value >= 99.95 ? 0
		 : value >= 9.995        ? 1
					 : 2,
		 value, units[unit]);
	return buf;
}

/* Pads by columns: printf would count the bytes of "µ" and "→". */
static void put(FILE *f, const char *text, int columns)
{
	int n = 0;

	for (const char *p = text; *p; p++)
		n += (*p & 0xc0) != 0x80;
	if (columns > 0)
		fprintf(f, "%*s%s", columns > n ? columns - n : 0, "", text);
	else
		fprintf(f, "%s%*s", text, -columns > n ? -columns - n : 0, "");
}

static void print_percentiles(const struct stats *stats, FILE *f)
{
	static const unsigned permille[] = { 500, 990, 1000 };

	fprintf(f, "%-17s%11s%11s%11s%11s\n", "hop", "frames", "p50", "p99", "max");
	for (unsigned i = 0; i < HOP_COUNT; i++) {
		const struct histogram *h = &stats->hops[i];
		char buf[24];

		put(f, hop_names[i].title, -17);
		snprintf(buf, sizeof(buf), "%" PRIu64, h->count);
		put(f, buf, 11);
		for (unsigned k = 0; k < sizeof(permille) / sizeof(permille[0]); k++)
			put(f, h->count ? duration(buf, histogram_percentile(h, permille[k])) : "-", 11);
		fputc('\n', f);
	}
}

static uint64_t peak_octave(const struct histogram *h)
{
	uint64_t peak = 1;

	for (unsigned i = 0; i < HISTOGRAM_OCTAVES; i++)
		if (histogram_octave(h, i) > peak)
			peak = histogram_octave(h, i);
	return peak;
}

/* Count and bar. Blanks are kept back in *pending until something follows them, so that none end a line. */
static void print_bar(const struct histogram *h, unsigned octave, int *pending, FILE *f)
{
	uint64_t n = histogram_octave(h, octave);
	uint64_t peak = peak_octave(h);
	char bar[BAR_COLUMNS + 1] = "";

	if (!n) {
		*pending += COUNT_COLUMNS + 1 + BAR_COLUMNS;
		return;
	}
	memset(bar, '#', (n * BAR_COLUMNS + peak - 1) / peak);
	fprintf(f, "%*s%*" PRIu64 " %s", *pending, "", COUNT_COLUMNS, n, bar);
	*pending = BAR_COLUMNS - (int)strlen(bar);
}

/* A row an octave, from the first that holds anything to the last. */
static void print_histograms(const struct stats *stats, FILE *f)
{
	unsigned first = HISTOGRAM_OCTAVES, last = 0;

	for (unsigned octave = 0; octave < HISTOGRAM_OCTAVES; octave++) {
		for (unsigned i = 0; i < HOP_COUNT; i++) {
			if (!histogram_octave(&stats->hops[i], octave))
				continue;
			first = first < octave ? first : octave;
			last = octave;
		}
	}
	if (first == HISTOGRAM_OCTAVES)
		return;
	fputc('\n', f);
	put(f, "below", LABEL_COLUMNS);
	for (unsigned i = 0; i < HOP_COUNT; i++) {
		fputs("    ", f);
		put(f, hop_names[i].title, i + 1 < HOP_COUNT ? -(COUNT_COLUMNS + BAR_COLUMNS - 1) : 0);
	}
	fputc('\n', f);
	for (unsigned octave = first; octave <= last; octave++) {
		char buf[16];
		int pending = 0;

		put(f, duration(buf, 2ull << octave), LABEL_COLUMNS);
		for (unsigned i = 0; i < HOP_COUNT; i++) {
			pending += 2;
			print_bar(&stats->hops[i], octave, &pending, f);
		}
		fputc('\n', f);
	}
}

void stats_print(const struct stats *stats, const struct stats_end *end, FILE *f)
{
	const struct xenhub_counters *c = &end->counters;

	fprintf(f, "%u device%s, %" PRIu64 " frames, %" PRIu64 " events in %.1f s", stats->devices,
		stats->devices == 1 ? "" : "s", stats->frames, stats->events, end->seconds);
	if (stats->synthetic)
		fprintf(f, "; %" PRIu64 " synthetic", stats->synthetic);
	if (stats->blurred)
		fprintf(f, "; %" PRIu64 " blurred", stats->blurred);
	fprintf(f,
		"\nlost: %" PRIu64 " in kernel, %" PRIu64 " in queue, %" PRIu64 " in output; leases: %" PRIu64
		" ended, %" PRIu64 " amiss\n",
		c->lost_kernel, c->lost_queue, end->dropped, c->leases_lost, c->mismatches);
	if (!stats->frames)
		return;
	fputc('\n', f);
	print_percentiles(stats, f);
	print_histograms(stats, f);
}

static void json_hop(const struct histogram *h, const char *key, struct json *j)
{
	json_object(j, key);
	json_unsigned(j, "count", h->count);
	json_unsigned(j, "p50_ns", histogram_percentile(h, 500));
	json_unsigned(j, "p99_ns", histogram_percentile(h, 990));
	json_unsigned(j, "max_ns", h->max);
	json_array(j, "octaves");
	for (unsigned i = 0; i < HISTOGRAM_OCTAVES; i++) {
		if (!histogram_octave(h, i))
			continue;
		json_object(j, NULL);
		json_unsigned(j, "below_ns", i < 63 ? 2ull << i : UINT64_MAX);
		json_unsigned(j, "count", histogram_octave(h, i));
		json_end(j);
	}
	json_end(j);
	json_end(j);
}

void stats_json(const struct stats *stats, const struct stats_end *end, struct json *j)
{
	const struct xenhub_counters *c = &end->counters;

	json_object(j, NULL);
	json_string(j, "kind", "summary");
	json_unsigned(j, "duration_ms", (uint64_t)(end->seconds * 1000));
	json_unsigned(j, "devices", stats->devices);
	json_unsigned(j, "frames", stats->frames);
	json_unsigned(j, "events", stats->events);
	json_unsigned(j, "synthetic_frames", stats->synthetic);
	json_unsigned(j, "blurred_frames", stats->blurred);
	json_unsigned(j, "lost_kernel", c->lost_kernel);
	json_unsigned(j, "lost_queue", c->lost_queue);
	json_unsigned(j, "leases_lost", c->leases_lost);
	json_unsigned(j, "mismatches", c->mismatches);
	json_unsigned(j, "links", c->links);
	json_unsigned(j, "output_dropped", end->dropped);
	json_object(j, "hops");
	for (unsigned i = 0; i < HOP_COUNT; i++)
		json_hop(&stats->hops[i], hop_names[i].key, j);
	json_end(j);
	json_end(j);
	json_newline(j);
}
