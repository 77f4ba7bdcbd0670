/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recording_corpus FOLDER...    reads every recording below the folders
 * recording_corpus -c FOLDER    reads the corpus: the folder that XENHUB_CORPUS names, or else this one; exits 77 without it
 *
 * What goes in must come out. Each event is held against the file's own line, read with sscanf; then the recording is written
 * and read again, and must be the same. Prints how many it were.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hub/source/evemu_writer.h"
#include "hub/source/recording.h"

#define EXIT_SKIPPED 77
#define FOLDERS_MAX  16 /* open at once */

static unsigned failed, recordings, described_elsewhere, timed;
static size_t frames, events, trailing;

static void complain(const char *path, const char *what)
{
	printf("%s: %s\n", path, what);
	failed++;
}

static char *read_all(const char *path)
{
	struct stat st;
	FILE *f = fopen(path, "r");
	char *text = NULL;

	if (f && fstat(fileno(f), &st) == 0)
		text = calloc(1, (size_t)st.st_size + 1);
	if (text && fread(text, 1, (size_t)st.st_size, f) != (size_t)st.st_size) {
		free(text);
		text = NULL;
	}
	if (f)
		fclose(f);
	return text;
}

/* Each E: line against the event with its number, by another reader than the one under test. */
static bool lines_match(const struct recording *r, char *text)
{
	size_t n = 0, frame = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		unsigned long long sec, usec;
		unsigned type, code;
		int value;

		if (strncmp(line, "E:", 2))
			continue;
		if (sscanf(line, "E: %llu.%6llu %x %x %d", &sec, &usec, &type, &code, &value) != 5)
			return false;
		if (n == r->n_events)
			break;
		while (n >= r->frames[frame].first + r->frames[frame].count)
			frame++;
		if (r->events[n].type != type || r->events[n].code != code || r->events[n].value != value ||
		    (int64_t)r->frames[frame].time_us + r->times[n] != (int64_t)(sec * 1000000 + usec))
			return false;
		n++;
	}
	return n == r->n_events;
}

static char *write_device(const struct recording *r, unsigned device)
{
	const struct recording_device *dev = &r->devices[device];
	size_t size = EVEMU_DESCRIPTION_MAX + r->n_events * EVEMU_EVENT_MAX;
	char *text = malloc(size);
	size_t used;

	if (!text)
		return NULL;
	used = (size_t)evemu_write_description(text, size, &dev->descriptor, dev->leds, dev->sws);
	for (size_t i = 0; i < r->n_frames; i++) {
		struct frame frame;

		recording_get_frame(r, i, &frame);
		if (r->frames[i].device == device)
			used += (size_t)evemu_write_frame(text + used, size - used, &frame);
	}
	return text;
}

static bool same_frames(const struct recording *a, unsigned device, const struct recording *b)
{
	size_t next = 0;

	for (size_t i = 0; i < a->n_frames; i++) {
		struct frame f, g;

		if (a->frames[i].device != device)
			continue;
		if (next == b->n_frames)
			return false;
		recording_get_frame(a, i, &f);
		recording_get_frame(b, next++, &g);
		if (f.time_us != g.time_us || f.count != g.count || !f.times != !g.times ||
		    memcmp(f.events, g.events, f.count * sizeof(*f.events)) ||
		    (f.times && memcmp(f.times, g.times, f.count * sizeof(*f.times))))
			return false;
	}
	return next == b->n_frames && !b->trailing;
}

static void round_trip(const char *path, const struct recording *r, unsigned device)
{
	const struct recording_device *a = &r->devices[device], *b;
	char *text = write_device(r, device);
	char err[RECORDING_ERROR_MAX];
	struct recording again;

	if (!text || recording_parse(&again, "written", text, strlen(text), err) < 0) {
		complain(path, text ? err : "not enough memory");
		free(text);
		return;
	}
	b = &again.devices[0];
	if (!descriptor_equal(&a->descriptor, &b->descriptor) || memcmp(a->leds, b->leds, sizeof(a->leds)) ||
	    memcmp(a->sws, b->sws, sizeof(a->sws)))
		complain(path, "its description changed when it was written and read again");
	if (!same_frames(r, device, &again))
		complain(path, "its frames changed when they were written and read again");
	recording_finish(&again);
	free(text);
}

static int visit(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	const char *name = path + ftw->base;
	char err[RECORDING_ERROR_MAX];
	struct recording r;
	char *text;

	if (kind != FTW_F || !strncmp(name, "LICENSE", 7) || strstr(name, ".py"))
		return 0;
	recordings++;
	text = read_all(path);
	if (!text || recording_load(&r, path, err) < 0) {
		complain(path, text ? err : "cannot be read");
		free(text);
		return 0;
	}
	described_elsewhere += !strstr(text, "N: ") && !strstr(text, "name: ");
	if (r.n_devices == 1 && !strstr(text, "devices:") && !lines_match(&r, text))
		complain(path, "its events are not those of its E: lines");
	for (unsigned i = 0; i < r.n_devices; i++)
		round_trip(path, &r, i);
	for (size_t i = 0; i < r.n_frames; i++)
		timed += r.frames[i].timed;
	frames += r.n_frames;
	events += r.n_events;
	trailing += r.trailing;
	recording_finish(&r);
	free(text);
	return 0;
}

int main(int argc, char **argv)
{
	const char *named = getenv("XENHUB_CORPUS");
	struct stat st;

	if (argc == 3 && !strcmp(argv[1], "-c")) {
		argv++;
		argc--;
		if (named)
			argv[1] = (char *)named;
		if (stat(argv[1], &st) < 0) {
			printf("no corpus at %s: set XENHUB_CORPUS to a folder of recordings\n", argv[1]);
			return EXIT_SKIPPED;
		}
	}
	for (int i = 1; i < argc; i++)
		if (nftw(argv[i], visit, FOLDERS_MAX, FTW_PHYS) < 0)
			complain(argv[i], "cannot be read");
	printf("%u recordings (%u described by a neighbour or by their events), %zu frames (%u with a time "
	       "for each "
	       "event), %zu events, %zu behind the last SYN_REPORT; %u failures\n",
	       recordings, described_elsewhere, frames, timed, events, trailing, failed);
	return failed || !recordings ? EXIT_FAILURE : EXIT_SUCCESS;
}
