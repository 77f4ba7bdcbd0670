/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/bench/bench.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>

static char folder[64];

void bench_die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	bench_cleanup();
	exit(1);
}

void samples_init(struct samples *s, size_t room)
{
	s->ns = malloc(room * sizeof(*s->ns));
	s->room = room;
	s->count = 0;
	if (!s->ns)
		bench_die("no memory for %zu samples", room);
	/* Touched now, so that no page fault falls into a measurement. */
	memset(s->ns, 0, room * sizeof(*s->ns));
}

void samples_add(struct samples *s, uint64_t ns)
{
	if (s->count < s->room)
		s->ns[s->count++] = ns;
}

void samples_finish(struct samples *s)
{
	free(s->ns);
	s->ns = NULL;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

uint64_t samples_at(struct samples *s, unsigned permille)
{
	size_t i = s->count * permille / 1000;

	if (!s->count)
		return 0;
	qsort(s->ns, s->count, sizeof(*s->ns), compare);
	return s->ns[i < s->count ? i : s->count - 1];
}

const char *bench_folder(void)
{
	if (!folder[0]) {
		snprintf(folder, sizeof(folder), "/tmp/xenhub-bench-XXXXXX");
		if (!mkdtemp(folder))
			bench_die("%s: %s", folder, strerror(errno));
	}
	return folder;
}

void bench_cleanup(void)
{
	struct dirent *entry;
	char path[512];
	DIR *dir = folder[0] ? opendir(folder) : NULL;

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(path);
	}
	closedir(dir);
	rmdir(folder);
	folder[0] = '\0';
}

pid_t bench_start_daemon(const char *const *args)
{
	char path[512];
	const char *argv[32] = { path };
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 16);
	unsigned count = 1;
	char *slash;
	pid_t pid;

	if (n < 0)
		bench_die("/proc/self/exe: %s", strerror(errno));
	path[n] = '\0';
	slash = strrchr(path, '/');
	snprintf(slash + 1, sizeof(path) - (size_t)(slash + 1 - path), "xenhubd");
	while (args[count - 1] && count < 31) {
		argv[count] = args[count - 1];
		count++;
	}
	pid = fork();
	if (pid < 0)
		bench_die("fork: %s", strerror(errno));
	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDERR_FILENO);
		execv(path, (char *const *)argv);
		_exit(127);
	}
	return pid;
}

int bench_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static long read_field(const char *path, const char *field)
{
	FILE *f = fopen(path, "re");
	char line[256];
	long value = -1;

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, field, strlen(field)))
			value = strtol(line + strlen(field), NULL, 10);
	if (f)
		fclose(f);
	return value;
}

long bench_rss_kb(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	return read_field(path, "VmRSS:");
}

long bench_switches(pid_t pid)
{
	struct dirent *entry;
	char path[512];
	long sum = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/status", pid, entry->d_name);
		sum += read_field(path, "voluntary_ctxt_switches:");
	}
	if (dir)
		closedir(dir);
	return sum;
}

void bench_write_mouse(const char *path, unsigned frames, unsigned hz, unsigned press_every, unsigned lead_ms)
{
	FILE *f = fopen(path, "we");
	unsigned down = 0;

	if (!f)
		bench_die("%s: %s", path, strerror(errno));
	fprintf(f, "# EVEMU 1.3\nN: Benchmark mouse\nI: 0003 1234 0001 0100\n"
		   "B: 00 07 00 00 00 00 00 00 00\nB: 02 03 00 00 00 00 00 00 00\n");
	if (lead_ms)
		fprintf(f, "E: 0.000000 0000 0000 0000\n");
	for (unsigned i = 0; i < frames; i++) {
		unsigned long long us = (unsigned long long)i * 1000000 / hz + lead_ms * 1000ull;
		unsigned long s = (unsigned long)(us / 1000000), u = (unsigned long)(us % 1000000);

		if (press_every && i % press_every == press_every - 1) {
			down = !down;
			fprintf(f, "E: %lu.%06lu 0001 0110 %04u\n", s, u, down);
		} else {
			fprintf(f, "E: %lu.%06lu 0002 0000 0001\nE: %lu.%06lu 0002 0001 -001\n", s, u, s, u);
		}
		fprintf(f, "E: %lu.%06lu 0000 0000 0000\n", s, u);
	}
	fclose(f);
}
