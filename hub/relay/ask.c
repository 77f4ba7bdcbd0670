/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/relay/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/core/exit.h"
#include "hub/link/station.h"
#include "hub/relay/control.h"

/* A socket with the question on its way, or -(exit code). */
static int ask(const char *path, const char *question)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(sun.sun_path)) {
		fprintf(stderr, "xenhub-relay: %s: a socket path has at most %zu bytes\n", path,
			sizeof(sun.sun_path) - 1);
		return -EXIT_USAGE;
	}
	memcpy(sun.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0) {
		fprintf(stderr, "xenhub-relay: %s: %s: does the relay run, and with this --control?\n", path,
			strerror(errno));
		if (fd >= 0)
			close(fd);
		return -EXIT_NO_DAEMON;
	}
	/* What cannot be said shows in that there is no answer. */
	send(fd, question, strlen(question), MSG_NOSIGNAL);
	return fd;
}

static int no_answer(const char *path)
{
	fprintf(stderr, "xenhub-relay: %s: no answer\n", path);
	return EXIT_FAILED;
}

int ask_status(const char *path, bool json)
{
	int fd = ask(path, json ? "status json\n" : "status\n");
	bool answered = false;
	char buf[4096];
	ssize_t n;

	if (fd < 0)
		return -fd;
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		fwrite(buf, 1, (size_t)n, stdout);
		answered = true;
	}
	close(fd);
	return answered && fflush(stdout) == 0 ? EXIT_OK : no_answer(path);
}

/* One answer, a word. An exit code. */
static int ask_word(const char *path, const char *question, char *word, size_t size)
{
	int fd = ask(path, question);
	size_t got = 0;
	ssize_t n;

	if (fd < 0)
		return -fd;
	while (got < size - 1 && (n = read(fd, word + got, size - 1 - got)) > 0)
		got += (size_t)n;
	close(fd);
	word[got] = '\0';
	return got ? EXIT_OK : no_answer(path);
}

static int ask_until_done(const char *path, const char *what, const char *domain, bool if_served)
{
	const struct timespec nap = { .tv_nsec = ASK_AGAIN_MS * NS_PER_MS };
	char question[CONTROL_WORDS_MAX], word[32];
	int code;

	if ((size_t)snprintf(question, sizeof(question), "%s %s\n", what, domain) >= sizeof(question) ||
	    !*domain || strpbrk(domain, " \n")) {
		fprintf(stderr, "xenhub-relay: %s: expected the name or UUID of a domain\n", what);
		return EXIT_USAGE;
	}
	while (!(code = ask_word(path, question, word, sizeof(word))) && !strcmp(word, CONTROL_NOT_YET))
		nanosleep(&nap, NULL);
	if (code || !strcmp(word, CONTROL_DONE) || (if_served && !strcmp(word, CONTROL_NOTHING)))
		return code;
	if (!strcmp(word, CONTROL_NOTHING))
		fprintf(stderr, "xenhub-relay: %s: this relay serves no link to a domain '%s'\n", what,
			domain);
	else
		fprintf(stderr,
			"xenhub-relay: %s: domain '%s' has not let go of its link within %d s: to save it "
			"now "
			"could crash it\n",
			what, domain, STATION_LEAVE_MS / 1000);
	return EXIT_FAILED;
}

int ask_quiesce(const char *path, const char *domain, bool if_served)
{
	return ask_until_done(path, "quiesce", domain, if_served);
}

int ask_resume(const char *path, const char *domain, bool if_served)
{
	return ask_until_done(path, "resume", domain, if_served);
}
