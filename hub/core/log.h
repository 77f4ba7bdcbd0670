/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log lines for people: one line an event, naming the thing, the reason and what to do.
 *
 *   #define LOG_MODULE "evdev"
 *   #include "hub/core/log.h"
 *   log_errno(-rc, "%s: cannot open", path);       → evdev: /dev/input/event3: cannot open: Permission denied
 *
 * Lines go to stderr, prefixed with the level for a service manager ("<3>") when stderr is no terminal and JOURNAL_STREAM
 * is set, or to syslog after log_open_syslog(). Safe from any thread. errno is kept. Text is cleaned of control characters.
 * Nothing on the event path may log: see log_limit for what a peer or a device can cause at will.
 */
#ifndef HUB_CORE_LOG_H
#define HUB_CORE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#ifndef LOG_MODULE
#define LOG_MODULE "xenhub"
#endif

enum log_level {
	LOG_LEVEL_ERR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* Lines above this level are dropped. The default is LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);

/* 0, or -EINVAL when name is none of error, warning, info, debug. */
int log_level_parse(const char *name, enum log_level *level);

/* From now on lines go to syslog under this name. The name is kept by pointer. */
void log_open_syslog(const char *program);

/* err is a positive errno, appended as its text; 0 for none. */
void log_write(enum log_level level, const char *module, int err, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#define log_err(...)             log_write(LOG_LEVEL_ERR, LOG_MODULE, 0, __VA_ARGS__)
#define log_errno(err, ...)      log_write(LOG_LEVEL_ERR, LOG_MODULE, (err), __VA_ARGS__)
#define log_warn(...)            log_write(LOG_LEVEL_WARN, LOG_MODULE, 0, __VA_ARGS__)
#define log_warn_errno(err, ...) log_write(LOG_LEVEL_WARN, LOG_MODULE, (err), __VA_ARGS__)
#define log_info(...)            log_write(LOG_LEVEL_INFO, LOG_MODULE, 0, __VA_ARGS__)
#define log_debug(...)           log_write(LOG_LEVEL_DEBUG, LOG_MODULE, 0, __VA_ARGS__)

/*
 * A limiter for lines that someone else can provoke: at most `burst` lines a second, then one line that counts what was
 * left out. Zero-initialise it. Returns true when the line may be written; *skipped counts those dropped before it.
 */
struct log_limit {
	uint64_t second;
	unsigned used;
	unsigned skipped;
};

bool log_limit_allow(struct log_limit *limit, unsigned burst, uint64_t now_ns, unsigned *skipped);

#endif
