/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhub watch: frames as they come, and at the end how long they took. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/ctl/printer.h"
#include "hub/ctl/select.h"
#include "hub/ctl/session.h"
#include "hub/ctl/stats.h"

struct watch_run {
	const char *device; /* NULL: all */
	bool quiet;
	unsigned matching; /* devices that are there and wanted */
	uint64_t began_ns;
	struct printer printer;
	struct curtain curtain;
	struct stats stats;
};

static void on_added(void *data, struct xenhub_device *device)
{
	struct watch_run *run = session_of(data)->data;

	if (!select_matches(device, run->device))
		return;
	run->matching++;
	run->stats.devices++;
	if (!run->quiet)
		printer_added(&run->printer, device);
}

static void on_removed(void *data, struct xenhub_device *device, unsigned reason)
{
	struct session *s = session_of(data);
	struct watch_run *run = s->data;

	if (s->closing || !select_matches(device, run->device))
		return;
	run->matching--;
	if (!run->quiet)
		printer_removed(&run->printer, device, reason);
}

static void on_frame(void *data, struct xenhub_device *device, const struct xenhub_frame *frame)
{
	struct session *s = session_of(data);
	struct watch_run *run = s->data;
	const struct xenhub_frame *shown;
	struct xenhub_frame copy;

	if (s->closing || !select_matches(device, run->device))
		return;
	stats_frame(&run->stats, frame, device_is_recording(device));
	if (run->quiet)
		return;
	shown = curtain_frame(&run->curtain, device, frame, &copy);
	run->stats.blurred += shown != frame;
	if (shown)
		printer_frame(&run->printer, device, shown);
}

static void on_up(struct session *s)
{
	struct watch_run *run = s->data;

	if (run->device && !run->matching)
		ctl_say("%s: no such device yet, waiting for it; `xenhub devices` lists what is there",
			run->device);
}

static void on_ending(struct session *s)
{
	struct watch_run *run = s->data;
	struct stats_end end = {
		.seconds = (double)(clock_now_ns() - run->began_ns) / (double)NS_PER_S,
		.dropped = s->out.dropped,
	};

	if (!s->was_up)
		return;
	xenhub_get_counters(s->hub, &end.counters);
	if (run->printer.format == PRINTER_JSON) {
		stats_json(&run->stats, &end, &run->printer.json);
		output_write(&s->out, run->printer.json.text, run->printer.json.len);
	} else {
		stats_print(&run->stats, &end, stderr);
	}
}

static int parse_options(struct ctl *ctl, int argc, char **argv, struct session *s, struct watch_run *run)
{
	static const struct option options[] = {
		{ "link", required_argument, NULL, 'l' },
		{ "device", required_argument, NULL, 'd' },
		{ "format", required_argument, NULL, 'f' },
		{ "keys", no_argument, NULL, 'k' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "seconds", required_argument, NULL, 's' },
		CTL_OPTIONS,
	};
	int c;

	while ((c = ctl_getopt(ctl, argc, argv, options)) != -1) {
		switch (c) {
		case 'l':
			s->link = optarg;
			break;
		case 'd':
			run->device = optarg;
			break;
		case 'f':
			if (printer_format_parse(optarg, &run->printer.format) < 0)
				return ctl_usage(ctl, "--format %s: expected text, evemu or json", optarg);
			break;
		case 'k':
			run->curtain.keys = true;
			break;
		case 'q':
			run->quiet = true;
			break;
		case 's':
			if (ctl_seconds(ctl, optarg, &s->seconds))
				return EXIT_USAGE;
			break;
		default:
			return ctl->status;
		}
	}
	if (optind < argc)
		return ctl_usage(ctl, "%s: takes no argument; --device chooses one", argv[optind]);
	return -1;
}

static int watch_main(struct ctl *ctl, int argc, char **argv)
{
	/* Histograms and a frame's worth of events: too much for the stack, and there is one watch a process. */
	static struct watch_run run;
	struct session s = {
		.ctl = ctl,
		.options = { .name = "xenhub-watch", .classes = XENHUB_ALL_CLASSES },
		.listener = { .device_added = on_added, .device_removed = on_removed, .frame = on_frame },
		.data = &run,
		.live = true,
		.up = on_up,
		.ending = on_ending,
	};
	int status = parse_options(ctl, argc, argv, &s, &run);

	if (status >= 0)
		return status;
	run.curtain.open_for_recordings = run.printer.format == PRINTER_EVEMU;
	run.printer.out = &s.out;
	run.began_ns = clock_now_ns();
	if (run.printer.format == PRINTER_TEXT)
		run.printer.columns = terminal_columns(STDOUT_FILENO);
	status = session_run(&s);
	printer_finish(&run.printer);
	return status;
}

const struct subcommand watch_command = {
	.name = "watch",
	.summary = "print events as they come, and how long each hop took",
	.help = "Usage: xenhub watch [OPTION...]\n"
		"Prints the frames of all devices until Ctrl-C or the hub's end; then, on stderr,\n"
		"counters and for each hop from the kernel to here how long it took.\n"
		"\n"
		"  --device ID      only this one: its id, name, or node (event3)\n"
		"  --format FORMAT  text; evemu: \"E: SEC.USEC TYPE CODE VALUE\"; json: an object a\n"
		"                   line, the counters last\n"
		"  --keys           show which keys were typed: otherwise they are blurred\n"
		"                   (--format evemu shows those of recordings all the same)\n"
		"  --link ENDPOINT  be an ordinary consumer on unix:PATH, or in a guest on auto,\n"
		"                   and print what such a one gets; waits for the hub\n"
		"  --quiet          print only the counters at the end\n"
		"  --seconds N      end after N seconds\n",
	.run = watch_main,
};
