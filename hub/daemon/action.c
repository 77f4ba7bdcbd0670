#define LOG_MODULE "action"
#include "hub/daemon/action.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hub/core/log.h"

#define COMMAND_MAX 1024

extern char **environ;

void action_init(struct action *action, struct loop *loop)
{
	*action = (struct action){ .loop = loop, .pidfd = -1 };
}

static void forget(struct action *action)
{
	loop_remove_fd(action->source);
	close(action->pidfd);
	action->source = NULL;
	action->pidfd = -1;
}

void action_finish(struct action *action)
{
	if (action->source)
		forget(action);
}

static void on_end(void *data, int fd, uint32_t events)
{
	struct action *action = data;
	int status;

	if (waitpid(action->pid, &status, WNOHANG) != action->pid)
		return;
	forget(action);
	if (WIFSIGNALED(status))
		log_err("the action was ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		log_err("the action failed with status %d", WEXITSTATUS(status));
	else
		log_info("the action is done");
}

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

int action_run(struct action *action, const char *command)
{
	char copy[COMMAND_MAX];
	char *words[ACTION_WORDS_MAX + 1];
	int rc = -E2BIG;

	if (action->source) {
		log_warn("the action still runs; it is not started again");
		return -EBUSY;
	}
	if ((size_t)snprintf(copy, sizeof(copy), "%s", command) < sizeof(copy))
		rc = split(copy, words);
	if (!rc)
		rc = spawn(&action->pid, words);
	if (rc < 0) {
		log_errno(-rc, "cannot run '%s'", command);
		return rc;
	}
	log_info("runs '%s'", command);
	/* Without a pidfd (Linux before 5.3) its end goes unnoticed. */
	action->pidfd = (int)syscall(SYS_pidfd_open, action->pid, 0);
	if (action->pidfd < 0)
		return 0;
	action->source = loop_add_fd(action->loop, action->pidfd, EPOLLIN, on_end, action);
	if (!action->source) {
		close(action->pidfd);
		action->pidfd = -1;
	}
	return 0;
}
