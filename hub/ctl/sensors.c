/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhub sensors: how each sensor is read, what it says, and what is made of it. */
#include "hub/ctl/sensors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/clock.h"
#include "hub/core/text.h"
#include "hub/ctl/table.h"

#define ROOT     "sensor/"
#define TICK_MS  100
#define FIRST_MS 500 /* that claims take effect */
#define WATCH_MS 500
#define ROW_MAX  64

const struct state_entry *sensors_field(const struct sensors_run *run, const char *row, const char *name)
{
	char path[ROW_MAX + 64];

	snprintf(path, sizeof(path), ROOT "%s/%s", row, name);
	return statemap_find(&run->map, path);
}

static const char *text_of(const struct sensors_run *run, const char *row, const char *name)
{
	const struct state_entry *node = sensors_field(run, row, name);

	return node ? node->text : "";
}

void sensors_rows(struct sensors_run *run, void (*fn)(void *data, struct sensors_run *run, const char *row),
		  void *data)
{
	const struct state_entry *node;

	statemap_sort(&run->map);
	for (node = run->map.nodes; node; node = node->hh.next) {
		const char *end = strrchr(node->path, '/');
		char row[ROW_MAX];

		/* Each row has a mode, and one of it. */
		if (strncmp(node->path, ROOT, strlen(ROOT)) || strcmp(end, "/mode"))
			continue;
		snprintf(row, sizeof(row), "%.*s", (int)(end - node->path - (long)strlen(ROOT)),
			 node->path + strlen(ROOT));
		fn(data, run, row);
	}
}

/* ---- the table ---- */

static const char *unit_of(const char *row)
{
	return !strncmp(row, "light/", 6)          ? " lx"
	       : !strncmp(row, "orientation/", 12) ? " m/s²"
	       : !strncmp(row, "lid/", 4)          ? " rad"
						   : "";
}

static void format_rate(const struct sensors_run *run, const char *row, char *text, size_t size)
{
	const struct state_entry *node = sensors_field(run, row, "measured-ms");
	const char *about = "";

	if (!node || !node->integer) {
		node = sensors_field(run, row, "interval-ms");
		/* The kernel tells of each change of power; the rest is a look now and then. */
		about = strncmp(row, "power/", 6) ? "asked: " : "events, ";
	}
	if (!node || !node->integer)
		snprintf(text, size, "-");
	else if (node->integer < 1000)
		snprintf(text, size, "%s%.1f Hz", about, 1000.0 / (double)node->integer);
	else
		snprintf(text, size, "%severy %.1f s", about, (double)node->integer / 1000);
}

struct filling {
	struct table *table;
	int rc;
};

static void add_row(void *data, struct sensors_run *run, const char *row)
{
	struct filling *filling = data;
	const char *reason = text_of(run, row, "reason");
	const char *matrix = text_of(run, row, "matrix");
	const char *raw_text = text_of(run, row, "raw");
	const char *published = text_of(run, row, "published");
	char rate[48], raw[160], note[320];
	const char *cells[] = { row, text_of(run, row, "driver"), text_of(run, row, "mode"), rate,
				raw, *published ? published : "-" };

	if (filling->rc < 0)
		return;
	format_rate(run, row, rate, sizeof(rate));
	snprintf(raw, sizeof(raw), "%s%s", *raw_text ? raw_text : "-", *raw_text ? unit_of(row) : "");
	filling->rc = table_add(filling->table, cells);
	if (!filling->rc && *reason)
		filling->rc = table_add_note(filling->table, reason);
	if (!filling->rc && *matrix && strcmp(matrix, "none")) {
		snprintf(note, sizeof(note), "mount matrix: %s", matrix);
		filling->rc = table_add_note(filling->table, note);
	}
}

static int print_table(struct session *s)
{
	static const struct table_column columns[] = {
		{ "SENSOR", false, false }, { "DRIVER", false, true }, { "MODE", false, false },
		{ "RATE", false, false },   { "RAW", false, true },    { "PUBLISHED", false, true },
	};
	struct sensors_run *run = s->data;
	struct filling filling = { 0 };
	bool terminal = terminal_columns(s->out.fd);
	char *text = NULL;

	filling.rc = table_create(&filling.table, columns, 6);
	if (filling.rc < 0)
		return filling.rc;
	sensors_rows(run, add_row, &filling);
	if (!filling.rc)
		text = table_format(filling.table, terminal_columns(s->out.fd));
	if (text) {
		/* A live table stays where it is on a terminal and is a new one elsewhere. */
		if (run->watch && terminal)
			output_print(&s->out, "\033[H\033[J");
		else if (run->watch && run->shown)
			output_print(&s->out, "\n");
		output_write(&s->out, text, strlen(text));
	} else {
		filling.rc = -ENOMEM;
	}
	free(text);
	table_destroy(filling.table);
	return filling.rc;
}

/* ---- JSON ---- */

static void add_json(void *data, struct sensors_run *run, const char *row)
{
	struct json *j = data;
	char prefix[ROW_MAX + sizeof(ROOT) + 1];
	const struct state_entry *node;
	size_t n = (size_t)snprintf(prefix, sizeof(prefix), ROOT "%s/", row);

	json_object(j, NULL);
	json_string(j, "id", row);
	for (node = run->map.nodes; node; node = node->hh.next) {
		if (strncmp(node->path, prefix, n))
			continue;
		if (node->type == XENHUB_STATE_INTEGER)
			json_integer(j, node->path + n, node->integer);
		else
			json_string(j, node->path + n, node->text);
	}
	json_end(j);
}

static int print_json(struct session *s)
{
	struct sensors_run *run = s->data;
	const struct state_entry *backend = statemap_find(&run->map, ROOT "backend");
	struct json j = { 0 };
	int rc;

	json_object(&j, NULL);
	json_string(&j, "backend", backend ? backend->text : "");
	json_array(&j, "sensors");
	sensors_rows(run, add_json, &j);
	json_end(&j);
	json_end(&j);
	json_newline(&j);
	rc = json_error(&j);
	if (!rc)
		output_write(&s->out, j.text, j.len);
	json_finish(&j);
	return rc;
}

/* ---- the session ---- */

struct waiting {
	unsigned rows;
	unsigned silent;
};

static void look(void *data, struct sensors_run *run, const char *row)
{
	struct waiting *waiting = data;
	const char *mode = text_of(run, row, "mode");

	waiting->rows++;
	waiting->silent +=
		strncmp(row, "power/", 6) && strcmp(mode, "failed") && !sensors_field(run, row, "raw");
}

static void show(struct session *s, const struct waiting *waiting)
{
	struct sensors_run *run = s->data;
	int rc = 0;

	if (run->json)
		rc = print_json(s);
	else if (waiting->rows)
		rc = print_table(s);
	else
		output_print(&s->out,
			     "No sensors: the kernel shows neither an IIO device nor a power supply.\n");
	run->shown = true;
	run->changed = false;
	if (rc < 0)
		ctl_say("sensors: %s", strerror(-rc));
	if (rc < 0 || !run->watch)
		session_stop(s, rc < 0 ? EXIT_FAILED : EXIT_OK);
}

static void on_timer(struct session *s)
{
	struct sensors_run *run = s->data;
	uint64_t now_ns = clock_now_ns();
	struct waiting waiting = { 0 };
	bool late = now_ns >= run->up_ns + SENSORS_PATIENCE_MS * NS_PER_MS;
	bool known = statemap_find(&run->map, ROOT "backend");

	if (run->calibrate && run->shown) {
		calibration_timer(s);
		return;
	}
	sensors_rows(run, look, &waiting);
	if (late && !known) {
		ctl_say("this xenhubd reads no sensors; see [sensors] enable in its configuration");
		session_stop(s, EXIT_FAILED);
	} else if (!late && !run->shown &&
		   (!known || waiting.silent || now_ns < run->up_ns + FIRST_MS * NS_PER_MS)) {
		session_timer_at(s, now_ns + TICK_MS * NS_PER_MS);
	} else if (run->calibrate) {
		run->shown = true;
		calibration_begin(s);
	} else {
		if (run->changed || !run->shown)
			show(s, &waiting);
		session_timer_at(s, now_ns + WATCH_MS * NS_PER_MS);
	}
}

static void on_state(void *data, const struct xenhub_state *state)
{
	struct session *s = session_of(data);
	struct sensors_run *run = s->data;

	if (strncmp(state->path, ROOT, strlen(ROOT)))
		return;
	run->changed = true;
	if (statemap_put(&run->map, state) < 0) {
		ctl_say("not enough memory for the sensors' states");
		session_stop(s, EXIT_FAILED);
	} else if (run->calibrate) {
		calibration_state(s, state);
	}
}

static void on_up(struct session *s)
{
	struct sensors_run *run = s->data;

	run->up_ns = clock_now_ns();
	session_timer_at(s, run->up_ns + TICK_MS * NS_PER_MS);
}

static int sensors_main(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },         { "watch", no_argument, NULL, 'w' },
		{ "calibrate", no_argument, NULL, 'k' },    { "config", required_argument, NULL, 'c' },
		{ "sensor", required_argument, NULL, 's' }, CTL_OPTIONS,
	};
	struct sensors_run run = { .calibration.sensor = -1 };
	struct session s = {
		.ctl = ctl,
		/* An interval is what makes the sensors run for a control link. */
		.options = { .states = true, .state_interval_ms = SENSORS_WISH_MS },
		.listener = { .state = on_state },
		.data = &run,
		.up = on_up,
		.timer = on_timer,
	};
	int c, status;

	while ((c = ctl_getopt(ctl, argc, argv, options)) != -1) {
		switch (c) {
		case 'j':
			run.json = true;
			break;
		case 'w':
			run.watch = true;
			break;
		case 'k':
			run.calibrate = true;
			break;
		case 'c':
			run.calibration.conf = optarg;
			break;
		case 's':
			if (text_to_long(optarg, 10, 0, 99, &run.calibration.sensor) < 0)
				return ctl_usage(ctl,
						 "--sensor: expected an accelerometer's number, not '%s'",
						 optarg);
			break;
		default:
			return ctl->status;
		}
	}
	if (optind < argc)
		return ctl_usage(ctl, "%s: takes no argument", argv[optind]);
	if (run.calibrate && (run.json || run.watch))
		return ctl_usage(ctl, "--calibrate goes with neither --json nor --watch");
	if (!run.calibrate && (run.calibration.conf || run.calibration.sensor >= 0))
		return ctl_usage(ctl, "--config and --sensor belong to --calibrate");
	s.live = run.watch || run.calibrate;
	status = session_run(&s);
	statemap_finish(&run.map);
	return status;
}

const struct subcommand sensors_command = {
	.name = "sensors",
	.summary = "show how each sensor is read and what it says; calibrate",
	.help = "Usage: xenhub sensors [--watch] [--json]\n"
		"       xenhub sensors --calibrate [--sensor N] [--config FILE]\n"
		"Reads all sensors and shows each one's driver, how it is read (buffer, poll,\n"
		"silent: its buffer gave nothing and it is polled; failed, with the reason), how\n"
		"often, its last sample, and what is published of it.\n"
		"\n"
		"  --watch        go on, until Ctrl-C\n"
		"  --json         {\"backend\":…,\"sensors\":[…]}; with --watch one object a line\n"
		"  --calibrate    find out in four poses how the accelerometer is mounted\n"
		"  --sensor N     which accelerometer, orientation/N; default: the first\n"
		"  --config FILE  write the mount matrix into this file; default: print it\n",
	.run = sensors_main,
};
