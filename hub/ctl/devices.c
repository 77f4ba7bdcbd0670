/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhub devices: what the hub has, and why it takes each for what it does. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/client/mirror.h"
#include "hub/ctl/session.h"
#include "hub/ctl/statemap.h"
#include "hub/ctl/table.h"
#include "hub/device/classify.h"

struct devices_run {
	bool json;
	struct statemap map; /* below device/: counters, grabs and the like, for --json */
	const struct xenhub_device *devices[MIRROR_DEVICES_MAX];
	unsigned n;
};

static void on_added(void *data, struct xenhub_device *device)
{
	struct devices_run *run = session_of(data)->data;

	if (run->n < MIRROR_DEVICES_MAX)
		run->devices[run->n++] = device;
}

static void on_removed(void *data, struct xenhub_device *device, unsigned reason)
{
	struct devices_run *run = session_of(data)->data;

	for (unsigned i = 0; i < run->n; i++) {
		if (run->devices[i] == device) {
			memmove(&run->devices[i], &run->devices[i + 1],
				(--run->n - i) * sizeof(run->devices[0]));
			return;
		}
	}
}

static void on_state(void *data, const struct xenhub_state *state)
{
	struct session *s = session_of(data);
	struct devices_run *run = s->data;

	if (!strncmp(state->path, "device/", 7) && statemap_put(&run->map, state) < 0) {
		ctl_say("not enough memory for the devices' states");
		session_stop(s, EXIT_FAILED);
	}
}

/* Origin and reason below a device's row: on one line where it is long enough. */
static int add_notes(struct table *table, const struct xenhub_device *d, unsigned width)
{
	const char *origin = xenhub_device_origin(d);
	const char *reason = xenhub_device_class_reason(d);
	char line[2 * WIRE_TEXT_MAX];
	int rc;

	snprintf(line, sizeof(line), "%s%s%s", origin, *origin ? "  " : "", reason);
	if (text_columns(line, sizeof(line)) + TABLE_NOTE_INDENT <= width)
		return table_add_note(table, line);
	rc = table_add_note(table, origin);
	return rc < 0 ? rc : table_add_note(table, reason);
}

/* width: 0 for all columns side by side, otherwise that of a terminal too narrow for them. */
static int fill_table(const struct devices_run *run, struct table *table, unsigned width)
{
	for (unsigned i = 0; i < run->n; i++) {
		const struct xenhub_device *d = run->devices[i];
		char classes[128];
		const char *cells[] = { xenhub_device_id(d), classes, xenhub_device_name(d),
					xenhub_device_origin(d), xenhub_device_class_reason(d) };
		int rc;

		class_names(xenhub_device_classes(d), classes, sizeof(classes));
		rc = table_add(table, cells);
		if (!rc && width)
			rc = add_notes(table, d, width);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int print_table(struct session *s)
{
	static const struct table_column columns[] = {
		{ "ID", false, false },     { "CLASSES", false, true }, { "NAME", false, true },
		{ "ORIGIN", false, false }, { "REASON", false, false },
	};
	const struct devices_run *run = s->data;
	unsigned width = terminal_columns(s->out.fd);
	struct table *table;
	char *text = NULL;
	int rc;

	if (!run->n) {
		output_print(&s->out, "No devices. `xenhub doctor` says what may be missing.\n");
		return 0;
	}
	rc = table_create(&table, columns, 5);
	if (rc < 0)
		return rc;
	rc = fill_table(run, table, 0);
	if (!rc && width && table_columns(table) > width) {
		table_destroy(table);
		rc = table_create(&table, columns, 3);
		if (rc < 0)
			return rc;
		rc = fill_table(run, table, width);
	}
	if (!rc)
		text = table_format(table, width);
	if (text)
		output_write(&s->out, text, strlen(text));
	else
		rc = -ENOMEM;
	free(text);
	table_destroy(table);
	return rc;
}

static void json_classes(struct json *j, uint32_t mask)
{
	json_array(j, "classes");
	for (unsigned i = 0; i < CLASS_COUNT; i++)
		if (mask & 1u << i)
			json_string(j, NULL, class_name(1u << i));
	json_end(j);
}

/* What the tree has of the device beyond what was written already: resyncs, grabbed, frames … under their own names. */
static void json_states(struct json *j, const struct devices_run *run, const char *id)
{
	static const char *const known[] = { "id",   "name",    "classes", "reason", "origin",  "phys",
					     "uniq", "claimed", "bus",     "vendor", "product", "version" };
	char prefix[IDENTITY_MAX + 16];
	const struct state_entry *node;
	int n = snprintf(prefix, sizeof(prefix), "device/%s/", id);

	for (node = run->map.nodes; node; node = node->hh.next) {
		const char *name = node->path + n;
		bool is_known = false;

		if (strncmp(node->path, prefix, (size_t)n))
			continue;
		for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			is_known = is_known || !strcmp(name, known[i]);
		if (is_known)
			continue;
		if (node->type == XENHUB_STATE_INTEGER)
			json_integer(j, name, node->integer);
		else
			json_string(j, name, node->text);
	}
}

/* As lsusb and the state tree have it: "046d". */
static void json_hex(struct json *j, const char *key, uint16_t value)
{
	char text[8];

	snprintf(text, sizeof(text), "%04x", value);
	json_string(j, key, text);
}

static void json_device(struct json *j, const struct devices_run *run, const struct xenhub_device *d)
{
	uint16_t bus, vendor, product, version;
	char number[16];

	xenhub_device_ids(d, &bus, &vendor, &product, &version);
	json_object(j, NULL);
	json_string(j, "id", xenhub_device_id(d));
	json_string(j, "name", xenhub_device_name(d));
	json_classes(j, xenhub_device_classes(d));
	json_string(j, "reason", xenhub_device_class_reason(d));
	json_string(j, "origin", xenhub_device_origin(d));
	json_string(j, "phys", xenhub_device_phys(d));
	json_string(j, "uniq", xenhub_device_uniq(d));
	json_string(j, "bus", bus_name(bus, number));
	json_hex(j, "vendor", vendor);
	json_hex(j, "product", product);
	json_hex(j, "version", version);
	json_bool(j, "claimed", xenhub_device_claimed(d));
	json_states(j, run, xenhub_device_id(d));
	json_end(j);
}

static int print_json(struct session *s)
{
	struct devices_run *run = s->data;
	struct json j = { 0 };
	int rc;

	statemap_sort(&run->map);
	json_object(&j, NULL);
	json_array(&j, "devices");
	for (unsigned i = 0; i < run->n; i++)
		json_device(&j, run, run->devices[i]);
	json_end(&j);
	json_end(&j);
	json_newline(&j);
	rc = json_error(&j);
	if (!rc)
		output_write(&s->out, j.text, j.len);
	json_finish(&j);
	return rc;
}

static void finish(struct session *s, int rc)
{
	if (rc < 0)
		ctl_say("devices: %s", strerror(-rc));
	session_stop(s, rc < 0 ? EXIT_FAILED : EXIT_OK);
}

static void on_up(struct session *s)
{
	struct devices_run *run = s->data;

	if (run->json)
		statemap_ask(&run->map, s->hub);
	else
		finish(s, print_table(s));
}

static void on_reply(void *data, unsigned code, const char *text)
{
	struct session *s = session_of(data);
	struct devices_run *run = s->data;

	if (statemap_is_whole(&run->map))
		finish(s, print_json(s));
	else
		statemap_ask(&run->map, s->hub);
}

static int devices_main(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { { "json", no_argument, NULL, 'j' }, CTL_OPTIONS };
	struct devices_run run = { 0 };
	struct session s = {
		.ctl = ctl,
		.options = { .classes = XENHUB_ALL_CLASSES },
		.listener = { .device_added = on_added,
			      .device_removed = on_removed,
			      .state = on_state,
			      .reply = on_reply },
		.data = &run,
		.up = on_up,
	};
	int c, status;

	while ((c = ctl_getopt(ctl, argc, argv, options)) != -1) {
		if (c != 'j')
			return ctl->status;
		run.json = true;
	}
	if (optind < argc)
		return ctl_usage(ctl, "%s: takes no argument", argv[optind]);
	s.options.states = run.json;
	status = session_run(&s);
	statemap_finish(&run.map);
	return status;
}

const struct subcommand devices_command = {
	.name = "devices",
	.summary = "list the input devices, their classes and why they have them",
	.help = "Usage: xenhub devices [--json]\n"
		"Lists the input devices that the hub has: the identity that stays across replug\n"
		"and restart, the classes, the kernel's name, where the device comes from, and\n"
		"which capabilities decided the classes.\n"
		"\n"
		"  --json    {\"devices\":[…]}, with the counters and states of each device\n",
	.run = devices_main,
};
