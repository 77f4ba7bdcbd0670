/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/core/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/core/text.h"

#define LINE_MAX_BYTES 1024

static atomic_int log_level = LOG_LEVEL_INFO;
static const char *_Atomic syslog_program;

static const int syslog_priority[] = {
	[LOG_LEVEL_ERR] = LOG_ERR,
	[LOG_LEVEL_WARN] = LOG_WARNING,
	[LOG_LEVEL_INFO] = LOG_INFO,
	[LOG_LEVEL_DEBUG] = LOG_DEBUG,
};

static const char *const level_name[] = {
	[LOG_LEVEL_ERR] = "error",
	[LOG_LEVEL_WARN] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

void log_set_level(enum log_level level)
{
	log_level = level;
}

int log_level_parse(const char *name, enum log_level *level)
{
	for (unsigned i = 0; i < sizeof(level_name) / sizeof(level_name[0]); i++) {
		if (!strcmp(name, level_name[i])) {
			*level = i;
			return 0;
		}
	}
	return -EINVAL;
}

void log_open_syslog(const char *program)
{
	openlog(program, LOG_PID, LOG_DAEMON);
	syslog_program = program;
}

void log_write(enum log_level level, const char *module, int err, const char *format, ...)
{
	int saved = errno;
	char line[LINE_MAX_BYTES];
	char reason[128] = "";
	size_t used;
	va_list args;

	if ((int)level > log_level)
		return;

	/* xlocale-free and thread-safe on both C libraries: strerror's text is constant for known numbers. */
	if (err)
		snprintf(reason, sizeof(reason), ": %s", strerror(err));

	used = (size_t)snprintf(line, sizeof(line), "%s: ", module);
	va_start(args, format);
	vsnprintf(line + used, sizeof(line) - used, format, args);
	va_end(args);
	used = strlen(line);
	snprintf(line + used, sizeof(line) - used, "%s", reason);
	text_clean(line);

	if (syslog_program) {
		syslog(syslog_priority[level], "%s", line);
	} else {
		char out[LINE_MAX_BYTES + 32];
		int n;

		if (getenv("JOURNAL_STREAM"))
			n = snprintf(out, sizeof(out), "<%d>%s\n", syslog_priority[level], line);
		else
			n = snprintf(out, sizeof(out), "%s%s%s\n",
				     level <= LOG_LEVEL_WARN ? level_name[level] : "",
				     level <= LOG_LEVEL_WARN ? ": " : "", line);
		/* One write a line, so that threads and processes sharing stderr do not interleave. */
		if (write(STDERR_FILENO, out, (size_t)n) < 0)
			errno = saved;
	}
	errno = saved;
}

bool log_limit_allow(struct log_limit *limit, unsigned burst, uint64_t now_ns, unsigned *skipped)
{
	uint64_t second = now_ns / NS_PER_S;

	if (second != limit->second) {
		limit->second = second;
		limit->used = 0;
	}
	if (limit->used >= burst) {
		limit->skipped++;
		return false;
	}
	limit->used++;
	*skipped = limit->skipped;
	limit->skipped = 0;
	return true;
}
