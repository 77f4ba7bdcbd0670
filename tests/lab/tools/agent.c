/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * agent - runs commands in a guest for the host, over one byte stream: a virtio port, or a PV console.
 *
 * usage: agent DEVICE
 *
 * Both sides speak lines of text, so that a kernel message in between costs nothing. What follows `out`, `in` and
 * `run` is base64.
 *
 *   host to agent                        agent to host, each line after a 0x1e byte
 *     ping WORD                            pong WORD
 *     run ID SCRIPT      /bin/sh -c        out ID DATA        what the script wrote, stderr included
 *     in ID DATA         its stdin         exit ID STATUS     128 + signal, as a shell says it
 *     eof ID             close its stdin
 *     kill ID SIGNAL     its whole group
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define JOBS_MAX       64
#define LINE_MAX_BYTES (256 * 1024)
#define CHUNK          3072

struct job {
	unsigned id;
	pid_t pid; /* 0: free */
	int in, out;
	bool eof_wanted, exited;
	int status;
	char *pending; /* for its stdin, when the pipe was full */
	size_t pending_size;
};

static struct job jobs[JOBS_MAX];
static int port;

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t base64_encode(char *to, const unsigned char *from, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i += 3) {
		unsigned a = from[i], b = i + 1 < size ? from[i + 1] : 0, c = i + 2 < size ? from[i + 2] : 0;

		to[n++] = alphabet[a >> 2];
		to[n++] = alphabet[(a & 3) << 4 | b >> 4];
		to[n++] = i + 1 < size ? alphabet[(b & 15) << 2 | c >> 6] : '=';
		to[n++] = i + 2 < size ? alphabet[c & 63] : '=';
	}
	return n;
}

/* In place: the text is longer than what it stands for. */
static size_t base64_decode(char *text)
{
	size_t n = 0;
	unsigned bits = 0, have = 0;

	for (const char *p = text; *p; p++) {
		const char *digit = strchr(alphabet, *p);

		if (!digit)
			continue;
		bits = bits << 6 | (unsigned)(digit - alphabet);
		have += 6;
		if (have >= 8) {
			have -= 8;
			text[n++] = (char)(bits >> have);
		}
	}
	text[n] = '\0';
	return n;
}

static void port_write(const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(port, data, size);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return; /* the host is away: it asks again */
		if (n <= 0) {
			usleep(1000);
			continue;
		}
		data += n;
		size -= (size_t)n;
	}
}

static void say(const char *what, unsigned id, const void *data, size_t size)
{
	static char line[CHUNK * 2 + 64];
	int n = snprintf(line, 64, "\x1e%s %u ", what, id);

	n += (int)base64_encode(line + n, data, size);
	line[n++] = '\n';
	port_write(line, (size_t)n);
}

static struct job *job_find(unsigned id)
{
	for (struct job *job = jobs; job < jobs + JOBS_MAX; job++)
		if (job->pid && job->id == id)
			return job;
	return NULL;
}

static void job_close_input(struct job *job)
{
	if (job->in >= 0)
		close(job->in);
	job->in = -1;
	free(job->pending);
	job->pending = NULL;
	job->pending_size = 0;
}

static void job_end_if_done(struct job *job)
{
	char line[64];

	if (!job->exited || job->out >= 0)
		return;
	job_close_input(job);
	job->pid = 0;
	port_write(line, (size_t)snprintf(line, sizeof(line),
					  "\x1e"
					  "exit %u %d\n",
					  job->id, job->status));
}

static void job_start(unsigned id, const char *script)
{
	int in[2], out[2];
	struct job *job = jobs;

	while (job < jobs + JOBS_MAX && job->pid)
		job++;
	if (job == jobs + JOBS_MAX || pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) {
		static const char reason[] = "agent: too many jobs\n";

		say("out", id, reason, sizeof(reason) - 1);
		dprintf(port,
			"\x1e"
			"exit %u 126\n",
			id);
		return;
	}
	*job = (struct job){ .id = id, .in = in[1], .out = out[0] };
	job->pid = fork();
	if (job->pid == 0) {
		setsid();
		signal(SIGPIPE, SIG_DFL);
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(out[1], 2);
		execl("/bin/sh", "sh", "-c", script, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	fcntl(job->in, F_SETFL, O_NONBLOCK);
}

static void job_feed(struct job *job)
{
	while (job->pending_size) {
		ssize_t n = write(job->in, job->pending, job->pending_size);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) {
			job_close_input(job);
			return;
		}
		job->pending_size -= (size_t)n;
		memmove(job->pending, job->pending + n, job->pending_size);
	}
	if (job->eof_wanted)
		job_close_input(job);
}

static void job_queue_input(struct job *job, const char *data, size_t size)
{
	char *grown = job->in < 0 ? NULL : realloc(job->pending, job->pending_size + size);

	if (!grown)
		return;
	job->pending = grown;
	memcpy(grown + job->pending_size, data, size);
	job->pending_size += size;
	job_feed(job);
}

static void job_read_output(struct job *job)
{
	char data[CHUNK];
	ssize_t n = read(job->out, data, sizeof(data));

	if (n > 0) {
		say("out", job->id, data, (size_t)n);
		return;
	}
	close(job->out);
	job->out = -1;
	job_end_if_done(job);
}

static void children_reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (struct job *job = jobs; job < jobs + JOBS_MAX; job++) {
			if (job->pid != pid || job->exited)
				continue;
			job->exited = true;
			job->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
			/* A daemon it left behind may hold its output open for ever: do not wait for that. */
			while (job->out >= 0 && poll(&(struct pollfd){ job->out, POLLIN, 0 }, 1, 0) > 0)
				job_read_output(job);
			if (job->out >= 0)
				close(job->out);
			job->out = -1;
			job_end_if_done(job);
		}
	}
}

static void obey(char *line)
{
	char *verb = strtok(line, " "), *first = strtok(NULL, " "), *rest = strtok(NULL, " ");
	struct job *job;
	unsigned id;

	if (!verb || !first)
		return;
	if (!strcmp(verb, "ping")) {
		dprintf(port, "\x1epong %s\n", first);
		return;
	}
	id = (unsigned)strtoul(first, NULL, 10);
	if (!strcmp(verb, "run") && rest) {
		base64_decode(rest);
		job_start(id, rest);
		return;
	}
	job = job_find(id);
	if (!job)
		return;
	if (!strcmp(verb, "in") && rest) {
		job_queue_input(job, rest, base64_decode(rest));
	} else if (!strcmp(verb, "eof")) {
		job->eof_wanted = true;
		job_feed(job);
	} else if (!strcmp(verb, "kill") && rest) {
		kill(-job->pid, atoi(rest));
	}
}

static void port_read(void)
{
	static char buffer[LINE_MAX_BYTES];
	static size_t used;
	ssize_t n = read(port, buffer + used, sizeof(buffer) - 1 - used);
	char *start = buffer, *newline;

	if (n <= 0) {
		usleep(20 * 1000); /* nobody at the other end yet */
		return;
	}
	used += (size_t)n;
	buffer[used] = '\0';
	while ((newline = memchr(start, '\n', used))) {
		*newline = '\0';
		used -= (size_t)(newline + 1 - start);
		obey(start);
		start = newline + 1;
	}
	memmove(buffer, start, used);
	if (used == sizeof(buffer) - 1)
		used = 0;
}

static void on_child(int signal)
{
	(void)signal; /* only ends the poll */
}

int main(int argc, char **argv)
{
	struct sigaction child = { .sa_handler = on_child };
	struct termios raw;

	if (argc != 2 || (port = open(argv[1], O_RDWR | O_CLOEXEC | O_NOCTTY)) < 0) {
		fprintf(stderr, "usage: agent DEVICE\n");
		return 2;
	}
	if (!tcgetattr(port, &raw)) {
		cfmakeraw(&raw);
		tcsetattr(port, TCSANOW, &raw);
	}
	sigaction(SIGCHLD, &child, NULL);
	signal(SIGPIPE, SIG_IGN);

	for (;;) {
		struct pollfd fds[1 + 2 * JOBS_MAX] = { { .fd = port, .events = POLLIN } };

		for (int i = 0; i < JOBS_MAX; i++) {
			bool runs = jobs[i].pid != 0;

			fds[1 + 2 * i].fd = runs ? jobs[i].out : -1;
			fds[1 + 2 * i].events = POLLIN;
			fds[2 + 2 * i].fd = runs && jobs[i].pending_size ? jobs[i].in : -1;
			fds[2 + 2 * i].events = POLLOUT;
		}
		/* The time limit closes the gap between reaping and polling. */
		if (poll(fds, 1 + 2 * JOBS_MAX, 200) > 0) {
			for (int i = 0; i < JOBS_MAX; i++) {
				if (fds[1 + 2 * i].revents)
					job_read_output(&jobs[i]);
				if (fds[2 + 2 * i].revents)
					job_feed(&jobs[i]);
			}
			if (fds[0].revents)
				port_read();
		}
		children_reap();
	}
}
