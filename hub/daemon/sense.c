/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "sensors"
#include "hub/daemon/sense.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/daemon/batch.h"
#include "hub/daemon/rows.h"
#include "hub/daemon/wanted.h"
#include "sensors/sensors.h"

/* All claims are one owner's: what runs is decided by the shortest interval alone. */
#define OWNER 1
/* After the main thread could not be told. */
#define RETRY_NS      NS_PER_S
#define ROWS_LATER_NS (50 * NS_PER_MS)

struct sense {
	struct worker *worker;
	struct hub *hub;
	const struct config *config;
	struct sense_callbacks callbacks;

	/* Between the threads: the latest of each direction, and whether the other side knows that there is something. */
	pthread_mutex_t lock;
	struct wanted asked;
	bool resumed;
	bool ask_posted;
	struct batch said;
	bool act;
	bool said_posted;

	/* main thread */
	struct batch taken;
	struct domains *domains;
	struct domains_listener *listener;

	/* slow thread */
	struct sensors *sensors; /* NULL: none could be had */
	struct rows *rows;
	uint64_t rows_ns; /* when they are said again, where that was put off */
	struct loop_timer *timer;
	struct batch fresh;
	struct wanted running;
	bool must_act;
};

/* ---- slow thread ---- */

static void complain(const char *path)
{
	log_err("%s: not published, there is no memory for it", path);
}

static void on_value(void *data, const struct report_value *value)
{
	struct sense *s = data;

	if (batch_put(&s->fresh, value) < 0)
		complain(value->path);
}

static void on_removed(void *data, const char *path)
{
	struct sense *s = data;

	if (batch_remove(&s->fresh, path) < 0)
		complain(path);
}

static void on_warning(void *data, enum warning_level level, enum warning_level before)
{
	struct sense *s = data;

	s->must_act |= level == WARNING_ACTION;
}

static void on_said(void *data);

/* Hands over what is new. False when the main thread could not be told. */
static bool hand_over(struct sense *s)
{
	bool known;

	if (!s->fresh.count && !s->must_act)
		return true;
	pthread_mutex_lock(&s->lock);
	s->act |= s->must_act;
	s->must_act = false;
	batch_move(&s->said, &s->fresh);
	known = s->said_posted;
	s->said_posted = true;
	pthread_mutex_unlock(&s->lock);
	/* Without the lock, which the main thread takes as soon as it is told. */
	if (known || worker_reply(s->worker, on_said, s) == 0)
		return true;
	pthread_mutex_lock(&s->lock);
	s->said_posted = false;
	pthread_mutex_unlock(&s->lock);
	return false;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * After every call of sensors: first what they said, then what there is to say about them. The latter waits a little where there was
 * something of the former, which may be about to come to XenStore through this very thread.
 */
static void settle(struct sense *s)
{
	bool news = s->fresh.count > 0;
	bool told = hand_over(s);
	uint64_t now_ns = clock_now_ns();
	uint64_t deadline_ns;

	if (news && s->rows_ns == CLOCK_NEVER)
		s->rows_ns = now_ns + ROWS_LATER_NS;
	if (s->rows_ns == CLOCK_NEVER || now_ns >= s->rows_ns) {
		s->rows_ns = CLOCK_NEVER;
		rows_update(s->rows, s->sensors, s->running.samples, now_ns);
		told = hand_over(s) && told;
	}
	deadline_ns = earlier(sensors_deadline(s->sensors), earlier(rows_deadline(s->rows), s->rows_ns));
	if (!told)
		deadline_ns = earlier(deadline_ns, now_ns + RETRY_NS);
	loop_timer_at(s->timer, deadline_ns);
}

static void dispatch(struct sense *s)
{
	sensors_dispatch(s->sensors, clock_now_ns());
	settle(s);
}

static void on_ready(void *data, int fd, uint32_t events)
{
	dispatch(data);
}

static void on_timer(void *data)
{
	dispatch(data);
}

static void claim(struct sense *s, const struct wanted *wanted)
{
	uint64_t now_ns = clock_now_ns();

	for (unsigned i = 0; i < SENSOR_CLASSES; i++) {
		if (wanted->interval_ns[i] == s->running.interval_ns[i])
			continue;
		if (wanted->interval_ns[i] == CLOCK_NEVER)
			sensors_release(s->sensors, OWNER, (enum sensor_class)i, now_ns);
		else
			sensors_claim(s->sensors, OWNER, (enum sensor_class)i, wanted->interval_ns[i],
				      now_ns);
	}
	if (wanted->screen_on != s->running.screen_on)
		sensors_set_screen(s->sensors, wanted->screen_on, now_ns);
	s->running = *wanted;
}

static void on_asked(void *data)
{
	struct sense *s = data;
	struct wanted wanted;
	bool resumed;

	pthread_mutex_lock(&s->lock);
	wanted = s->asked;
	resumed = s->resumed;
	s->resumed = false;
	s->ask_posted = false;
	pthread_mutex_unlock(&s->lock);
	if (!s->sensors)
		return;
	claim(s, &wanted);
	if (resumed)
		sensors_resume(s->sensors, clock_now_ns());
	settle(s);
}

/* A threshold of 0 is none. */
static void set_level(struct warning_params *warning, enum warning_level level, long percent, long minutes)
{
	warning->percent[level] = percent ? (int)percent : -1;
	warning->time_s[level] = minutes ? minutes * 60 : -1;
}

static int open_sensors(struct sense *s)
{
	static const struct sensors_listener listener = { on_value, on_removed, on_warning };
	const struct config *c = s->config;
	struct warning_params warning = warning_defaults;
	struct sensors_options options = {
		.backend = !strcmp(c->backend, "libiio")  ? SENSORS_BACKEND_LIBIIO
			   : !strcmp(c->backend, "sysfs") ? SENSORS_BACKEND_SYSFS
							  : SENSORS_BACKEND_AUTO,
		.poll_min_ns = (uint64_t)c->poll_min_ms * NS_PER_MS,
		.warning = &warning,
		.quirks_path = SENSE_QUIRKS,
	};
	struct matrix matrix;
	char why[MATRIX_TEXT_MAX];

	set_level(&warning, WARNING_LOW, c->low_percent, c->low_minutes);
	set_level(&warning, WARNING_CRITICAL, c->critical_percent, c->critical_minutes);
	set_level(&warning, WARNING_ACTION, c->action_percent, c->action_minutes);
	/* The configuration has been checked: what is there is right. */
	if (*c->mount_matrix && !matrix_parse(c->mount_matrix, &matrix, why, sizeof(why)))
		options.matrix = &matrix;
	return sensors_create(&s->sensors, &options, &listener, s, clock_now_ns());
}

static void start(void *data)
{
	struct sense *s = data;
	struct loop *loop = worker_loop(s->worker);
	int rc = open_sensors(s);

	if (rc < 0) {
		s->sensors = NULL;
		log_errno(-rc, "there are no sensors");
		return;
	}
	s->timer = loop_add_timer(loop, on_timer, s);
	if (!s->timer || !loop_add_fd(loop, sensors_fd(s->sensors), EPOLLIN, on_ready, s) ||
	    rows_create(&s->rows, on_value, on_removed, s) < 0) {
		sensors_destroy(s->sensors);
		s->sensors = NULL;
		log_err("there are no sensors: no memory");
		return;
	}
	log_debug("sensors are read through %s", sensors_backend_name(s->sensors));
}

/* ---- main thread ---- */

static void on_said(void *data)
{
	struct sense *s = data;
	bool act;

	pthread_mutex_lock(&s->lock);
	batch_move(&s->taken, &s->said);
	act = s->act;
	s->act = false;
	s->said_posted = false;
	pthread_mutex_unlock(&s->lock);
	batch_apply(&s->taken, hub_states(s->hub), clock_now_ns());
	if (act && s->callbacks.act)
		s->callbacks.act(s->callbacks.data);
}

static void ask(struct sense *s, const struct wanted *wanted, bool resumed)
{
	pthread_mutex_lock(&s->lock);
	s->asked = *wanted;
	s->resumed |= resumed;
	if (!s->ask_posted)
		s->ask_posted = worker_run(s->worker, on_asked, s) == 0;
	if (!s->ask_posted)
		log_warn("the slow thread has too much to do; sensors go on as before until the next change");
	pthread_mutex_unlock(&s->lock);
}

void sense_update(struct sense *s)
{
	struct wanted wanted;

	wanted_compute(&wanted, s->hub, s->domains, s->config);
	/* Only this thread writes what is asked. */
	if (!wanted_is_same(&wanted, &s->asked))
		ask(s, &wanted, false);
}

void sense_resume(struct sense *s)
{
	struct wanted wanted;

	wanted_compute(&wanted, s->hub, s->domains, s->config);
	ask(s, &wanted, true);
}

static void on_domain(void *data, const struct domain *domain)
{
	sense_update(data);
}

int sense_create(struct sense **out, struct worker *worker, struct hub *hub, struct domains *domains,
		 const struct config *config, const struct sense_callbacks *callbacks)
{
	struct sense *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return -ENOMEM;
	s->worker = worker;
	s->hub = hub;
	s->config = config;
	s->callbacks = *callbacks;
	/* What sensors_create begins with. */
	wanted_init(&s->running);
	s->rows_ns = CLOCK_NEVER;
	rc = -pthread_mutex_init(&s->lock, NULL);
	if (rc < 0)
		goto err_free;
	rc = worker_run(worker, start, s);
	if (rc < 0)
		goto err_lock;
	sense_update(s);
	s->domains = domains;
	if (domains)
		s->listener = domains_listen(domains, on_domain, on_domain, s);
	*out = s;
	return 0;

err_lock:
	pthread_mutex_destroy(&s->lock);
err_free:
	free(s);
	return rc;
}

void sense_destroy(struct sense *s)
{
	if (!s)
		return;
	if (s->listener)
		domains_unlisten(s->listener);
	sensors_destroy(s->sensors);
	rows_destroy(s->rows);
	batch_finish(&s->fresh);
	batch_finish(&s->said);
	batch_finish(&s->taken);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
