/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "display/app/app.h"
#include "display/app/exit.h"
#include "display/app/window.h"
#include "hub/core/clock.h"
#include "hub/core/log.h"

/* A wait for signals of its own: SDL sleeps in places that a signal does not end. */
static int wait_for_signals(void *user)
{
	struct app *app = user;
	sigset_t set;
	int signo;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	while (sigwait(&set, &signo) == 0) {
		app_wake(app, signo == SIGUSR1 ? WAKE_SHOT : WAKE_QUIT);
		if (signo != SIGUSR1)
			break;
	}
	return 0;
}

static int run_program(struct app *app)
{
	enum log_level level;
	int rc;

	log_level_parse(app->options->config.log_level, &level);
	log_set_level(level);
	rc = app_open(app);
	if (rc == EXIT_OK) {
		SDL_Thread *signals = SDL_CreateThread(wait_for_signals, "signals", app);

		if (signals)
			SDL_DetachThread(signals);
		rc = app_run(app);
	}
	app_close(app);
	return rc;
}

int main(int argc, char **argv)
{
	static struct options options;
	static struct app app;
	sigset_t set;
	int rc = options_parse(&options, argc, argv);

	if (rc >= 0)
		return rc;
	/* Before any thread is made, so that none of them is interrupted. */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	app.options = &options;
	app.started_ns = clock_now_ns();
	return run_program(&app);
}
