/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "action"
#include "hub/daemon/action.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hub/core/log.h"

#define COMMAND_MAX  1024
#define LOWEST       (STDERR_FILENO + 1)
#define FALLBACK_MAX 1024 /* before Linux 5.9: more is not open at the start */

extern char **environ;

/* ---- the helper: a byte asks it to run, and it answers with 0 or -errno, and with the status at the end ---- */

static int split(char *text, char *words[ACTION_WORDS_MAX + 1])
{
	unsigned n = 0;
	char *word;

	while ((word = strsep(&text, " \t"))) {
		if (!*word)
			continue;
		if (n == ACTION_WORDS_MAX)
			return -E2BIG;
		words[n++] = word;
	}
	words[n] = NULL;
	return n ? 0 : -EINVAL;
}

/* The command begins as any process does: no signal blocked, none ignored. */
static int spawn(pid_t *pid, char **words)
{
	posix_spawnattr_t attr;
	sigset_t none, ignored;
	int rc = -posix_spawnattr_init(&attr);

	if (rc < 0)
		return rc;
	sigemptyset(&none);
	sigemptyset(&ignored);
	sigaddset(&ignored, SIGPIPE);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &ignored);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	rc = -posix_spawnp(pid, words[0], NULL, &attr, words, environ);
	posix_spawnattr_destroy(&attr);
	return rc;
}

static void serve(int fd, char **words)
{
	char asked;

	while (recv(fd, &asked, 1, 0) == 1) {
		pid_t pid = -1;
		int32_t rc = spawn(&pid, words);
		int status;

		send(fd, &rc, sizeof(rc), MSG_NOSIGNAL);
		if (rc)
			continue;
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		rc = status;
		send(fd, &rc, sizeof(rc), MSG_NOSIGNAL);
	}
}

/* Nothing of the daemon's stays open in there. */
static void keep_only(int fd)
{
#ifdef SYS_close_range
	if ((fd == LOWEST || syscall(SYS_close_range, LOWEST, fd - 1, 0) == 0) &&
	    syscall(SYS_close_range, fd + 1, ~0u, 0) == 0)
		return;
#endif
	for (int other = LOWEST; other < FALLBACK_MAX; other++)
		if (other != fd)
			close(other);
}

/* ---- the daemon ---- */

void action_init(struct action *action, struct loop *loop)
{
	*action = (struct action){ .loop = loop, .fd = -1 };
}

void action_finish(struct action *action)
{
	loop_remove_fd(action->source);
	if (action->fd >= 0)
		close(action->fd);
	*action = (struct action){ .fd = -1 };
}

static void on_started(struct action *action, int rc)
{
	action->started = rc == 0;
	action->running = rc == 0;
	if (rc < 0)
		log_errno(-rc, "cannot run '%s'", action->command);
	else
		log_info("runs '%s'", action->command);
}

static void on_ended(struct action *action, int status)
{
	action->running = action->started = false;
	if (WIFSIGNALED(status))
		log_err("the action was ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		log_err("the action failed with status %d", WEXITSTATUS(status));
	else
		log_info("the action is done");
}

static void on_helper(void *data, int fd, uint32_t events)
{
	struct action *action = data;
	int32_t said;

	if (recv(fd, &said, sizeof(said), MSG_DONTWAIT) != sizeof(said)) {
		log_err("'%s': its helper is gone; it cannot be run any more", action->command);
		action_finish(action);
	} else if (action->started) {
		on_ended(action, said);
	} else {
		on_started(action, said);
	}
}

static int start_helper(struct action *action, char **words)
{
	int pair[2], rc;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		goto err;
	if (!pid) {
		keep_only(pair[1]);
		serve(pair[1], words);
		_exit(0);
	}
	action->source = loop_add_fd(action->loop, pair[0], EPOLLIN, on_helper, action);
	if (!action->source)
		goto err;
	close(pair[1]);
	action->fd = pair[0];
	return 0;

err:
	rc = -errno;
	close(pair[0]);
	close(pair[1]);
	return rc;
}

int action_prepare(struct action *action, const char *command)
{
	char copy[COMMAND_MAX];
	char *words[ACTION_WORDS_MAX + 1];
	int rc = -E2BIG;

	if ((size_t)snprintf(copy, sizeof(copy), "%s", command) < sizeof(copy))
		rc = split(copy, words);
	if (!rc)
		rc = start_helper(action, words);
	if (rc < 0)
		log_errno(-rc, "'%s' cannot be run", command);
	else
		action->command = command;
	return rc;
}

int action_run(struct action *action)
{
	int rc = 0;

	if (action->fd < 0)
		return -ENOTCONN;
	if (action->running) {
		log_warn("the action still runs; it is not started again");
		return -EBUSY;
	}
	/* The helper may have to wait for a disk: it answers when the command has begun, or cannot. */
	if (send(action->fd, "r", 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1)
		rc = -errno;
	if (rc < 0)
		log_errno(-rc, "cannot run '%s'", action->command);
	action->running = !rc;
	return rc;
}
