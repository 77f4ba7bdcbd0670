/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhub state: the state tree, or a part of it, once or as it changes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/ctl/session.h"
#include "hub/ctl/table.h"
#include "hub/ctl/statemap.h"
#include "hub/ctl/view.h"

struct state_run {
	const char *path; /* without slashes at either end; "" for all */
	bool json;
	bool watch;
	bool xenstore;
	bool found;
	struct statemap map;
	struct json j;
};

static bool wanted(const struct state_run *run, const char *path)
{
	size_t n = strlen(run->path);

	return !n || (!strncmp(path, run->path, n) && (path[n] == '\0' || path[n] == '/'));
}

static void print_change(struct session *s, const struct xenhub_state *state)
{
	struct state_run *run = s->data;
	struct state_entry node = { .text = (char *)state->text,
				    .unit = (char *)state->unit,
				    .integer = state->integer,
				    .type = state->type,
				    .stale = state->stale,
				    .time_ns = state->time_ns };
	char value[1024 + 64];

	if (run->json) {
		json_reset(&run->j);
		json_object(&run->j, NULL);
		json_string(&run->j, "path", state->path);
		statemap_json(&run->j, &node);
		json_end(&run->j);
		json_newline(&run->j);
		output_write(&s->out, run->j.text, run->j.len);
		return;
	}
	statemap_text(&node, value, sizeof(value));
	output_print(&s->out, "%-32s  %s\n", state->path, value);
}

static void on_state(void *data, const struct xenhub_state *state)
{
	struct session *s = session_of(data);
	struct state_run *run = s->data;

	if (run->watch) {
		if (wanted(run, state->path))
			print_change(s, state);
	} else if (statemap_put(&run->map, state) < 0) {
		ctl_say("not enough memory for the state tree");
		session_stop(s, EXIT_FAILED);
	}
}

static int add_rows(struct state_run *run, struct table *table)
{
	const struct state_entry *node;

	for (node = run->map.nodes; node; node = node->hh.next) {
		char value[1024 + 64];
		const char *cells[2] = { node->path, value };

		if (!wanted(run, node->path))
			continue;
		statemap_text(node, value, sizeof(value));
		if (table_add(table, cells) < 0)
			return -ENOMEM;
		run->found = true;
	}
	return 0;
}

static int print_table(struct session *s)
{
	static const struct table_column columns[] = { { NULL, false, false }, { NULL, false, true } };
	struct state_run *run = s->data;
	struct table *table;
	char *text = NULL;
	int rc = table_create(&table, columns, 2);

	if (rc < 0)
		return rc;
	rc = add_rows(run, table);
	if (!rc)
		text = table_format(table, terminal_columns(s->out.fd));
	if (text)
		output_write(&s->out, text, strlen(text));
	else
		rc = -ENOMEM;
	free(text);
	table_destroy(table);
	return rc;
}

static int print_json(struct session *s)
{
	struct state_run *run = s->data;
	const struct state_entry *node;

	json_object(&run->j, NULL);
	for (node = run->map.nodes; node; node = node->hh.next) {
		if (!wanted(run, node->path))
			continue;
		json_object(&run->j, node->path);
		statemap_json(&run->j, node);
		json_end(&run->j);
		run->found = true;
	}
	json_end(&run->j);
	json_newline(&run->j);
	if (json_error(&run->j) < 0)
		return -ENOMEM;
	output_write(&s->out, run->j.text, run->j.len);
	return 0;
}

static void on_up(struct session *s)
{
	struct state_run *run = s->data;

	if (!run->watch)
		statemap_ask(&run->map, s->hub);
}

static int print_all(struct session *s)
{
	struct state_run *run = s->data;
	int rc;

	statemap_sort(&run->map);
	rc = run->json ? print_json(s) : print_table(s);
	if (rc < 0)
		ctl_say("state: %s", strerror(-rc));
	else if (!run->found && *run->path)
		ctl_say("%s: no such state; `xenhub state` shows all that there are", run->path);
	return rc < 0 || (!run->found && *run->path) ? EXIT_FAILED : EXIT_OK;
}

static void on_reply(void *data, unsigned code, const char *text)
{
	struct session *s = session_of(data);
	struct state_run *run = s->data;

	if (!statemap_is_whole(&run->map)) {
		statemap_ask(&run->map, s->hub);
		return;
	}
	session_stop(s, print_all(s));
}

/* No hub is asked: what it has published for this domain is read. */
static int print_view(struct session *s)
{
	struct state_run *run = s->data;
	char why[VIEW_WHY_MAX];
	int rc, status;

	if (view_read(&run->map, why) < 0) {
		ctl_say("state: %s", why);
		return EXIT_FAILED;
	}
	output_init(&s->out, STDOUT_FILENO);
	status = print_all(s);
	rc = output_finish(&s->out);
	if (rc < 0)
		ctl_say("standard output: %s", strerror(-rc));
	return rc < 0 ? EXIT_FAILED : status;
}

static int state_main(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "watch", no_argument, NULL, 'w' },
		{ "xenstore", no_argument, NULL, 'x' },
		CTL_OPTIONS,
	};
	struct state_run run = { .path = "" };
	struct session s = {
		.ctl = ctl,
		.options = { .states = true },
		.listener = { .state = on_state, .reply = on_reply },
		.data = &run,
		.up = on_up,
	};
	int c, status;

	while ((c = ctl_getopt(ctl, argc, argv, options)) != -1) {
		switch (c) {
		case 'j':
			run.json = true;
			break;
		case 'x':
			run.xenstore = true;
			break;
		case 'w':
			run.watch = s.live = true;
			/* Without an interval nobody's sensors are read for a control link. */
			s.options.state_interval_ms = 1;
			break;
		default:
			return ctl->status;
		}
	}
	if (argc - optind > 1)
		return ctl_usage(ctl, "one path at most");
	if (optind < argc) {
		char *path = argv[optind] + strspn(argv[optind], "/");

		while (*path && path[strlen(path) - 1] == '/')
			path[strlen(path) - 1] = '\0';
		run.path = path;
	}
	if (run.xenstore && run.watch)
		return ctl_usage(ctl,
				 "--watch asks a daemon; in a guest, xenstore-watch xenhub/serial does it");
	status = run.xenstore ? print_view(&s) : session_run(&s);
	statemap_finish(&run.map);
	json_finish(&run.j);
	return status;
}

const struct subcommand state_command = {
	.name = "state",
	.summary = "print the state tree: devices, pointer, focus, sensors, counters",
	.help = "Usage: xenhub state [PATH] [--json] [--watch | --xenstore]\n"
		"Prints the states at and below PATH (all by default): path, value, unit.\n"
		"\n"
		"  --watch   go on: a line for each change, until Ctrl-C\n"
		"  --xenstore\n"
		"            what Dom0's hub has published for this domain; needs no daemon here\n"
		"  --json    one object with a member per path; with --watch one object a line\n"
		"\n"
		"Example: xenhub state power --watch\n",
	.run = state_main,
};
