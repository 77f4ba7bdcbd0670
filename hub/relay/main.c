/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "relay"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "hub/core/exit.h"
#include "hub/core/log.h"
#include "hub/core/loop.h"
#include "hub/relay/ask.h"
#include "hub/relay/confine.h"
#include "hub/relay/control.h"
#include "hub/relay/options.h"
#include "hub/relay/relay.h"

static void on_signal(void *data, int signo)
{
	loop_quit(data, 0);
}

/* A connection takes up to six of them. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int run(const struct config *config)
{
	struct relay *relay = NULL;
	struct control *control = NULL;
	struct loop *loop;
	int rc = loop_create(&loop);

	if (rc < 0) {
		log_errno(-rc, "cannot begin");
		return rc;
	}
	signal(SIGPIPE, SIG_IGN);
	loop_add_signal(loop, SIGTERM, on_signal, loop);
	loop_add_signal(loop, SIGINT, on_signal, loop);
	rc = relay_create(&relay, loop, config);
	if (!rc && config->control[0])
		rc = control_create(&control, loop, config->control, relay_group(relay), relay);
	if (!rc)
		rc = loop_run(loop);
	control_destroy(control);
	relay_destroy(relay);
	loop_destroy(loop);
	return rc;
}

static int ask_another(const struct options *options)
{
	const char *path = options->config.control;

	switch (options->command) {
	case OPTIONS_QUIESCE:
		return ask_quiesce(path, options->domain, options->if_served);
	case OPTIONS_RESUME:
		return ask_resume(path, options->domain, options->if_served);
	default:
		return ask_status(path, options->json);
	}
}

int main(int argc, char **argv)
{
	struct options options;
	enum log_level level;
	int code = options_parse(&options, argc, argv);

	if (code < 0 && options.command != OPTIONS_RUN) {
		code = ask_another(&options);
	} else if (code < 0) {
		if (log_level_parse(options.config.log_level, &level) == 0)
			log_set_level(level);
		if (options.syslog)
			log_open_syslog("xenhub-relay");
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		raise_file_limit();
		confine(&options.config);
		code = run(&options.config) < 0 ? EXIT_FAILED : EXIT_OK;
	}
	config_finish(&options.config);
	return code;
}
