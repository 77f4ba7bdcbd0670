/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/core/resume.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "hub/core/clock.h"

#ifndef TFD_TIMER_CANCEL_ON_SET
#define TFD_TIMER_CANCEL_ON_SET (1 << 1)
#endif

/* A sleep shorter than this is the noise of reading two clocks one after the other. */
#define SLEEP_MIN_NS (100 * NS_PER_MS)
#define FAR_FUTURE_S 4102444800 /* the year 2100 */

struct resume_watch {
	int fd;
	struct loop_fd *source;
	uint64_t slept_ns; /* in total, since boot */
	loop_fn fn;
	void *data;
};

static uint64_t total_sleep(void)
{
	struct timespec boot;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	return (uint64_t)boot.tv_sec * NS_PER_S + (uint64_t)boot.tv_nsec - clock_now_ns();
}

static int arm(struct resume_watch *watch)
{
	struct itimerspec spec = { .it_value.tv_sec = (time_t)FAR_FUTURE_S };

	return timerfd_settime(watch->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, NULL) < 0
		       ? -errno
		       : 0;
}

static void on_timer(void *data, int fd, uint32_t events)
{
	struct resume_watch *watch = data;
	uint64_t count, slept;

	if (read(fd, &count, sizeof(count)) < 0 && errno == EAGAIN)
		return;
	arm(watch);
	slept = total_sleep();
	if (slept > watch->slept_ns + SLEEP_MIN_NS)
		watch->fn(watch->data);
	watch->slept_ns = slept;
}

int resume_watch_create(struct resume_watch **out, struct loop *loop, loop_fn fn, void *data)
{
	struct resume_watch *watch = calloc(1, sizeof(*watch));
	int rc;

	if (!watch)
		return -ENOMEM;
	watch->fn = fn;
	watch->data = data;
	watch->slept_ns = total_sleep();
	watch->fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (watch->fd < 0) {
		rc = -errno;
		goto err_free;
	}
	rc = arm(watch);
	if (rc < 0)
		goto err_close;
	watch->source = loop_add_fd(loop, watch->fd, EPOLLIN, on_timer, watch);
	if (!watch->source) {
		rc = -errno;
		goto err_close;
	}
	*out = watch;
	return 0;

err_close:
	close(watch->fd);
err_free:
	free(watch);
	return rc;
}

void resume_watch_destroy(struct resume_watch *watch)
{
	if (!watch)
		return;
	loop_remove_fd(watch->source);
	close(watch->fd);
	free(watch);
}
