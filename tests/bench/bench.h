/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the benchmarks share: samples and their percentiles, and a daemon to measure. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct samples {
	uint64_t *ns;
	size_t count, room;
};

void samples_init(struct samples *s, size_t room);
void samples_add(struct samples *s, uint64_t ns);
void samples_finish(struct samples *s);
/* Sorts; permille 500 is the median, 1000 the largest. 0 without samples. */
uint64_t samples_at(struct samples *s, unsigned permille);

/* A fresh folder for sockets and recordings; removed with what is in it by bench_cleanup. */
const char *bench_folder(void);
void bench_cleanup(void);

/* Starts `xenhubd` of the same build with these arguments, quiet; NULL ends them. */
pid_t bench_start_daemon(const char *const *args);

/* Waits for it; its exit code, or 128 + signal. */
int bench_wait(pid_t pid);

/* Kilobytes resident (VmRSS), and context switches so far, of all threads. */
long bench_rss_kb(pid_t pid);
long bench_switches(pid_t pid);

/*
 * Writes a recording of a mouse: frames at `hz`, each REL_X 1, REL_Y -1; every press_every-th one turns BTN_LEFT instead (0: never). lead_ms: an empty frame comes so much earlier, for all consumers to be there.
 */
void bench_write_mouse(const char *path, unsigned frames, unsigned hz, unsigned press_every,
		       unsigned lead_ms);

_Noreturn void bench_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
