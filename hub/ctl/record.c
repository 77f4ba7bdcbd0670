/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhub record: one device's description and frames into an evemu file. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/client/internal.h"
#include "hub/ctl/printer.h"
#include "hub/ctl/select.h"
#include "hub/ctl/session.h"
#include "hub/device/descriptor.h"
#include "hub/source/evemu_writer.h"

struct record_run {
	const char *wanted;
	const char *path;
	bool force;
	char own_path[IDENTITY_MAX + 8];
	struct xenhub_device *device;
	unsigned matching;
	int fd; /* -1: not begun */
	struct output file;
	uint64_t frames, events;
	struct curtain curtain;
};

static void on_added(void *data, struct xenhub_device *device)
{
	struct record_run *run = session_of(data)->data;

	if (run->fd >= 0 || !select_matches(device, run->wanted))
		return;
	run->device = device;
	run->matching++;
}

static void on_removed(void *data, struct xenhub_device *device, unsigned reason)
{
	struct session *s = session_of(data);
	struct record_run *run = s->data;

	if (s->closing || device != run->device || run->fd < 0)
		return;
	ctl_say("%s is gone (%s): the recording ends", xenhub_device_name(device),
		xenhub_reason_name(reason));
	run->device = NULL;
	session_stop(s, EXIT_OK);
}

static void on_frame(void *data, struct xenhub_device *device, const struct xenhub_frame *frame)
{
	struct session *s = session_of(data);
	struct record_run *run = s->data;
	const struct xenhub_frame *shown;
	struct xenhub_frame copy;

	/* What the hub makes up at a recording's end is no part of it. */
	if (s->closing || run->fd < 0 || device != run->device ||
	    (frame->flags & XENHUB_SYNTHETIC && frame->reason == XENHUB_REASON_END))
		return;
	shown = curtain_frame(&run->curtain, device, frame, &copy);
	if (!shown)
		return;
	printer_evemu_frame(&run->file, "", shown);
	output_flush(&run->file);
	run->frames++;
	run->events += shown->count;
	if (run->file.error)
		session_stop(s, EXIT_FAILED);
}

static int open_file(struct record_run *run)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (run->force ? O_TRUNC : O_EXCL);

	if (!run->path) {
		snprintf(run->own_path, sizeof(run->own_path), "%s.evemu", xenhub_device_id(run->device));
		run->path = run->own_path;
	}
	run->fd = open(run->path, flags, 0600);
	if (run->fd < 0 && errno == EEXIST) {
		ctl_say("%s exists; --force overwrites it, --output names another", run->path);
		return -1;
	}
	/* An old file's mode is not asked: what is typed is nobody else's to read. */
	if (run->fd < 0 || fchmod(run->fd, 0600) < 0) {
		ctl_say("%s: %s", run->path, strerror(errno));
		return -1;
	}
	return 0;
}

static void write_description(struct record_run *run)
{
	char text[EVEMU_DESCRIPTION_MAX];
	uint8_t leds[BITS_BYTES(LED_CNT)] = { 0 }, sws[BITS_BYTES(SW_CNT)] = { 0 };
	int n;

	for (unsigned code = 0; code < LED_CNT; code++)
		bit_put(leds, code, xenhub_device_led(run->device, code));
	for (unsigned code = 0; code < SW_CNT; code++)
		bit_put(sws, code, xenhub_device_switch(run->device, code));
	n = evemu_write_description(text, sizeof(text), xenhub_device_descriptor(run->device), leds, sws);
	if (n > 0)
		output_write(&run->file, text, (size_t)n);
}

static void on_up(struct session *s)
{
	struct record_run *run = s->data;

	if (run->matching != 1) {
		if (run->wanted && run->matching)
			ctl_say("%s: %u devices have that name; `xenhub devices` shows their ids",
				run->wanted, run->matching);
		else if (run->wanted)
			ctl_say("%s: no such device; `xenhub devices` lists what is there", run->wanted);
		else
			ctl_say("%u devices are there and a file holds one: choose it with --device ID (see "
				"`xenhub devices`)",
				run->matching);
		session_stop(s, EXIT_FAILED);
		return;
	}
	if (open_file(run) < 0) {
		session_stop(s, EXIT_FAILED);
		return;
	}
	output_init(&run->file, run->fd);
	write_description(run);
	ctl_say("recording %s into %s; Ctrl-C ends", xenhub_device_name(run->device), run->path);
}

static int finish_file(struct record_run *run, int status)
{
	int rc;

	if (run->fd < 0)
		return status;
	rc = output_finish(&run->file);
	if (close(run->fd) < 0 && !rc)
		rc = -errno;
	if (rc < 0) {
		ctl_say("%s: %s: the recording is not whole", run->path, strerror(-rc));
		return EXIT_FAILED;
	}
	ctl_say("%s: %" PRIu64 " frames, %" PRIu64 " events", run->path, run->frames, run->events);
	return status;
}

static int record_main(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },  { "output", required_argument, NULL, 'o' },
		{ "force", no_argument, NULL, 'F' },         { "keys", no_argument, NULL, 'k' },
		{ "seconds", required_argument, NULL, 's' }, CTL_OPTIONS,
	};
	/* A frame's worth of events is too much for the stack, and there is one recording a process. */
	static struct record_run run = { .fd = -1, .curtain = { .open_for_recordings = true } };
	struct session s = {
		.ctl = ctl,
		.options = { .name = "xenhub-record", .classes = XENHUB_ALL_CLASSES },
		.listener = { .device_added = on_added, .device_removed = on_removed, .frame = on_frame },
		.data = &run,
		.live = true,
		.up = on_up,
	};
	int c;

	while ((c = ctl_getopt(ctl, argc, argv, options)) != -1) {
		switch (c) {
		case 'd':
			run.wanted = optarg;
			break;
		case 'o':
			run.path = optarg;
			break;
		case 'F':
			run.force = true;
			break;
		case 'k':
			run.curtain.keys = true;
			break;
		case 's':
			if (ctl_seconds(ctl, optarg, &s.seconds))
				return EXIT_USAGE;
			break;
		default:
			return ctl->status;
		}
	}
	if (optind < argc)
		return ctl_usage(ctl, "%s: takes no argument; --output names the file", argv[optind]);
	return finish_file(&run, session_run(&s));
}

const struct subcommand record_command = {
	.name = "record",
	.summary = "write one device's description and events into an evemu file",
	.help = "Usage: xenhub record [OPTION...]\n"
		"Records a device in evemu's format until Ctrl-C, for `xenhub replay`, evemu-play\n"
		"and `xenhubd --source evemu:FILE`. Nobody else can read the file (mode 0600).\n"
		"\n"
		"  --device ID    its id, name, or node (event3); not needed for a single one\n"
		"  --output FILE  default: ID.evemu in this directory\n"
		"  --force        overwrite FILE\n"
		"  --keys         record which keys were typed: otherwise those that write text\n"
		"                 become KEY_UNKNOWN\n"
		"  --seconds N    end after N seconds\n",
	.run = record_main,
};
