/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhub doctor: what is missing, and the command that mends it. */
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/client/xenhub.h"
#include "hub/core/clock.h"
#include "hub/ctl/checks.h"
#include "hub/ctl/ctl.h"
#include "hub/ctl/json.h"
#include "hub/ctl/output.h"
#include "hub/ctl/table.h"

/* A daemon in good health answers within a few milliseconds. */
#define ANSWER_NS     (2 * NS_PER_S)
#define LEVEL_COLUMNS 6
#define NAME_COLUMNS  10

static const char *const level_names[] = { [CHECK_OK] = "ok", [CHECK_WARN] = "warn", [CHECK_FAIL] = "FAIL" };

static void find_caller(struct check_person *person)
{
	struct passwd *p;
	int n;

	person->uid = geteuid();
	p = getpwuid(person->uid);
	if (p)
		snprintf(person->name, sizeof(person->name), "%s", p->pw_name);
	else
		snprintf(person->name, sizeof(person->name), "uid %u", (unsigned)person->uid);
	n = getgroups(CHECKS_GROUPS_MAX - 1, person->groups);
	person->n_groups = n > 0 ? (unsigned)n : 0;
	person->groups[person->n_groups++] = getegid();
}

/* ---- the daemon itself ---- */

struct call {
	struct xenhub *hub;
	bool over, answered;
	char text[128];  /* its answer, or why there is none */
	char store[200]; /* health/xenstore */
};

static void on_link(void *data, enum xenhub_link status, const char *text)
{
	struct call *call = data;

	if (status == XENHUB_LINK_UP) {
		call->over = xenhub_request(call->hub, "version") < 0;
		return;
	}
	call->over = true;
	snprintf(call->text, sizeof(call->text), "%s", text);
}

/* All of them come before the answer. */
static void on_state(void *data, const struct xenhub_state *state)
{
	struct call *call = data;

	if (!strcmp(state->path, "health/xenstore"))
		snprintf(call->store, sizeof(call->store), "%s", state->text);
}

static void on_reply(void *data, unsigned code, const char *text)
{
	struct call *call = data;

	call->answered = call->over = true;
	snprintf(call->text, sizeof(call->text), "%.*s", (int)strcspn(text, "\n"), text);
}

static int call_daemon(const char *control, struct call *call)
{
	static const struct xenhub_listener listener = { .link = on_link,
							 .reply = on_reply,
							 .state = on_state };
	const struct xenhub_options options = { .name = "xenhub-doctor", .control = true, .states = true };
	uint64_t until_ns = clock_now_ns() + ANSWER_NS;
	char endpoint[512];
	int rc;

	snprintf(call->text, sizeof(call->text), "it does not answer within %u s",
		 (unsigned)(ANSWER_NS / NS_PER_S));
	snprintf(endpoint, sizeof(endpoint), "unix:%s", control);
	rc = xenhub_open(&call->hub, endpoint, &options, &listener, call);
	if (rc < 0)
		return rc;
	while (!call->over && clock_now_ns() < until_ns) {
		int wait_ms = (int)((until_ns - clock_now_ns()) / NS_PER_MS) + 1;

		poll(&(struct pollfd){ .fd = xenhub_fd(call->hub), .events = POLLIN }, 1, wait_ms);
		xenhub_dispatch(call->hub);
	}
	xenhub_close(call->hub);
	return 0;
}

/* Only where the socket may be used: otherwise checks_socket has said what is wrong. */
static void check_daemon(const struct check_machine *m, struct checks *checks)
{
	struct call call = { 0 };
	int rc;

	if (!machine_has(m, m->control) || !machine_may(m, &m->caller, m->control, 6))
		return;
	rc = call_daemon(m->control, &call);
	checks_store(m, checks, call.store);
	if (rc < 0)
		check_add(checks, CHECK_FAIL, "daemon", NULL, "%s: %s", m->control, strerror(-rc));
	else if (call.answered)
		check_add(checks, CHECK_OK, "daemon", NULL, "xenhubd %s answers", call.text);
	else
		check_add(checks, CHECK_FAIL, "daemon", ctl_start_command(""),
			  "no xenhubd behind the socket: %s", call.text);
}

/* ---- the account ---- */

/* Text that starts at `indent` and goes on there on further lines; the first line's beginning is printed already. */
static void print_wrapped(struct output *out, const char *text, unsigned indent, unsigned width)
{
	static const struct table_column column[] = { { NULL, false, true } };
	struct table *table;
	char *lines = NULL;

	if (table_create(&table, column, 1) < 0)
		return;
	if (!table_add(table, &text))
		lines = table_format(table, width > indent ? width - indent : 0);
	for (char *line = lines; line && *line;) {
		size_t n = strcspn(line, "\n");

		output_print(out, "%*s%.*s\n", line == lines ? 0 : (int)indent, "", (int)n, line);
		line += n + 1;
	}
	free(lines);
	table_destroy(table);
}

static void print_checks(const struct checks *checks, struct output *out)
{
	unsigned width = terminal_columns(out->fd);

	for (unsigned i = 0; i < checks->n; i++) {
		const struct check *c = &checks->list[i];

		output_print(out, "%-*s%-*s", LEVEL_COLUMNS, level_names[c->level], NAME_COLUMNS, c->name);
		print_wrapped(out, c->text, LEVEL_COLUMNS + NAME_COLUMNS, width);
		/* Never wrapped: it is there to be copied. */
		if (*c->mend)
			output_print(out, "%*s→ %s\n", LEVEL_COLUMNS + NAME_COLUMNS, "", c->mend);
	}
}

static void json_checks(const struct checks *checks, bool healthy, struct output *out)
{
	struct json j = { 0 };

	json_object(&j, NULL);
	json_bool(&j, "healthy", healthy);
	json_array(&j, "checks");
	for (unsigned i = 0; i < checks->n; i++) {
		const struct check *c = &checks->list[i];

		json_object(&j, NULL);
		json_string(&j, "name", c->name);
		json_string(&j, "level", c->level == CHECK_FAIL ? "fail" : level_names[c->level]);
		json_string(&j, "text", c->text);
		if (*c->mend)
			json_string(&j, "mend", c->mend);
		json_end(&j);
	}
	json_end(&j);
	json_end(&j);
	json_newline(&j);
	if (!json_error(&j))
		output_write(out, j.text, j.len);
	json_finish(&j);
}

static int doctor_main(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { { "json", no_argument, NULL, 'j' }, CTL_OPTIONS };
	struct check_machine machine = { .root = "" };
	struct checks checks = { .n = 0 };
	struct output out;
	bool healthy = true;
	bool json = false;
	int c;

	while ((c = ctl_getopt(ctl, argc, argv, options)) != -1) {
		if (c != 'j')
			return ctl->status;
		json = true;
	}
	if (optind < argc)
		return ctl_usage(ctl, "%s: takes no argument", argv[optind]);
	machine.control = ctl->control;
	find_caller(&machine.caller);
	machine_find_service(&machine);
	/* Xen first: whether this is Dom0 decides what an absent uinput means. */
	checks_xen(&machine, &checks);
	checks_input(&machine, &checks);
	checks_socket(&machine, &checks);
	check_daemon(&machine, &checks);
	for (unsigned i = 0; i < checks.n; i++)
		healthy = healthy && checks.list[i].level != CHECK_FAIL;
	output_init(&out, STDOUT_FILENO);
	if (json)
		json_checks(&checks, healthy, &out);
	else
		print_checks(&checks, &out);
	if (output_finish(&out) < 0)
		return EXIT_FAILED;
	return healthy ? EXIT_OK : EXIT_FAILED;
}

const struct subcommand doctor_command = {
	.name = "doctor",
	.summary = "say what is missing on this machine, and the command that mends it",
	.help = "Usage: xenhub doctor [--json]\n"
		"Looks at the daemon and its socket, groups, input devices, uinput, udev and Xen:\n"
		"a line for each with ok, warn or FAIL and the reason; below it, behind an arrow,\n"
		"the command that mends it. Exits with 1 when anything fails.\n"
		"\n"
		"  --json    {\"healthy\":…,\"checks\":[{\"name\",\"level\",\"text\",\"mend\"}…]}\n",
	.run = doctor_main,
};
