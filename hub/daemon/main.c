/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhubd: the one place that knows everybody. */
#define LOG_MODULE "xenhubd"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/clock.h"
#include "hub/core/exit.h"
#include "hub/core/log.h"
#include "hub/core/loop.h"
#include "hub/core/resume.h"
#include "hub/daemon/action.h"
#include "hub/daemon/chords.h"
#include "hub/daemon/confine.h"
#include "hub/daemon/endpoints.h"
#include "hub/daemon/focus.h"
#include "hub/daemon/inject.h"
#include "hub/daemon/options.h"
#include "hub/daemon/publication.h"
#include "hub/daemon/requests.h"
#include "hub/daemon/sense.h"
#include "hub/daemon/server.h"
#include "hub/daemon/slow_side.h"
#include "hub/daemon/sources.h"
#include "hub/model/hub.h"

/* No load delays us this long: the process was stopped, or frozen for a sleep during which the clock went on (as s2idle may). */
#define LATE_NS (250 * NS_PER_MS)

struct daemon {
	struct options options;
	struct policy policy;
	struct loop *loop;
	struct slow_side slow;
	struct hub *hub;
	struct server *server;
	struct endpoints endpoints;
	struct sources sources;
	struct publication publication;
	struct sense *sense; /* NULL without sensors */
	struct action action;
	struct resume_watch *resume;
	struct inject inject;
	struct requests requests;
	struct local_chords chords;
	uint64_t deadline; /* the timer's */
	struct loop_timer *timer;
	struct loop_hook *hook;
};

/* ---- what the parts call ---- */

static void on_led(void *data, uint32_t handle, unsigned code, bool on)
{
	struct daemon *d = data;

	sources_led(&d->sources, handle, code, on);
}

static void on_wishes(void *data)
{
	struct daemon *d = data;
	bool pointer, raw, screen_on;
	uint32_t classes;

	if (d->sense)
		sense_update(d->sense);
	if (!d->sources.evdev)
		return;
	hub_wishes(d->hub, &classes, &pointer, &raw, &screen_on);
	evdev_source_set_touchpads(d->sources.evdev, pointer, raw);
}

static void on_consumers(void *data)
{
	struct daemon *d = data;

	on_wishes(d);
	if (!d->options.once || server_consumers(d->server))
		sources_start(&d->sources);
}

static void on_panic(void *data)
{
	struct daemon *d = data;

	evdev_source_set_grab(d->sources.evdev, false);
}

static void on_chord(void *data, int chord)
{
	struct daemon *d = data;

	local_chords_act(&d->chords, chord);
}

static void on_resume(void *data)
{
	struct daemon *d = data;

	log_info("the machine has slept: releasing what was held and reading the devices anew");
	if (d->sources.evdev && d->options.config.suspend_release)
		evdev_source_resume(d->sources.evdev, clock_now_ns());
	if (d->sense)
		sense_resume(d->sense);
}

static void on_battery_empty(void *data)
{
	struct daemon *d = data;

	if (d->options.config.action[0])
		action_run(&d->action);
}

/* Written by Dom0 into XenStore. */
static void on_focus_asked(void *data, const char *name)
{
	struct daemon *d = data;
	char why[128];

	if (focus_move(d->hub, name, "XenStore", why, sizeof(why)) < 0)
		log_warn("XenStore: focus cannot go to '%s': %s", name, why);
}

static void on_request(void *data, struct server_peer *peer, const char *text)
{
	struct daemon *d = data;

	requests_handle(&d->requests, peer, text);
}

static int on_inject(void *data, struct server_peer *peer, const uint8_t *message, size_t len,
		     struct wire_error *err)
{
	struct daemon *d = data;

	return inject_take(&d->inject, peer, message, len, err);
}

static void on_peer_gone(void *data, struct server_peer *peer)
{
	struct daemon *d = data;

	inject_forget(&d->inject, peer);
}

static void on_signal(void *data, int signo)
{
	struct daemon *d = data;

	log_info("ends: signal %d", signo);
	loop_quit(d->loop, EXIT_OK);
}

static void on_timer(void *data)
{
	/* Waking up was the point: the hook does what is due. */
}

/* ---- one turn of the loop ---- */

static void maybe_done(struct daemon *d)
{
	if (d->options.once && sources_ended(&d->sources) && server_drained(d->server))
		loop_quit(d->loop, EXIT_OK);
}

static void after_batch(void *data)
{
	struct daemon *d = data;
	uint64_t now_ns = clock_now_ns();
	uint64_t deadline;

	if (now_ns > d->deadline && now_ns - d->deadline > LATE_NS)
		hub_excuse(d->hub, now_ns);
	/* Events leave before anything else is done. */
	hub_tick(d->hub, now_ns);
	server_flush(d->server, now_ns);
	publication_count_links(&d->publication, server_get_counters(d->server), now_ns);
	if (publication_turn(&d->publication, now_ns))
		server_flush(d->server, now_ns);
	sources_pump(&d->sources);
	maybe_done(d);

	deadline = hub_deadline(d->hub);
	if (server_deadline(d->server) < deadline)
		deadline = server_deadline(d->server);
	if (publication_deadline(&d->publication) < deadline)
		deadline = publication_deadline(&d->publication);
	d->deadline = deadline;
	loop_timer_at(d->timer, deadline);
}

/* ---- beginning and end ---- */

static void read_boot_id(uint8_t boot_id[16])
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
	char line[64];
	unsigned n = 0;

	memset(boot_id, 0, 16);
	if (!f)
		return;
	if (fgets(line, sizeof(line), f)) {
		for (const char *p = line; *p && n < 32; p++) {
			int digit = *p >= '0' && *p <= '9'   ? *p - '0'
				    : *p >= 'a' && *p <= 'f' ? *p - 'a' + 10
							     : -1;

			if (digit < 0)
				continue;
			boot_id[n / 2] = (uint8_t)(boot_id[n / 2] << 4 | digit);
			n++;
		}
	}
	fclose(f);
}

static int open_sensors(struct daemon *d)
{
	const struct sense_callbacks callbacks = { .act = on_battery_empty, .data = d };
	const char *wish = d->options.config.sensors;
	int rc;

	if (!strcmp(wish, "no") || (!strcmp(wish, "auto") && !d->sources.evdev))
		return 0;
	rc = slow_side_worker(&d->slow);
	if (!rc)
		rc = sense_create(&d->sense, d->slow.worker, d->hub, d->slow.domains, &d->options.config,
				  &callbacks);
	if (rc < 0)
		log_errno(-rc, "cannot read sensors");
	d->requests.sense = d->sense;
	return rc;
}

/* Who comes back after a restart would take a first snapshot without devices for all of them unplugged. */
static void on_settled(void *data)
{
	struct daemon *d = data;

	server_hold(d->server, false);
}

static int open_sources(struct daemon *d)
{
	const struct evdev_options evdev = {
		.chords = &d->chords.keys,
		.chord = on_chord,
		.settled = on_settled,
		.data = d,
	};
	int rc = sources_open(&d->sources, &d->options.config, &evdev, &d->slow);

	if (d->sources.evdev)
		server_hold(d->server, true);
	d->requests.evdev = d->sources.evdev;
	d->requests.consents = &d->sources.consents;
	return rc;
}

static int daemon_init(struct daemon *d)
{
	struct hub_callbacks hub_callbacks = { .led = on_led, .wishes_changed = on_wishes, .data = d };
	struct server_callbacks server_callbacks = {
		.request = on_request,
		.inject = on_inject,
		.peer_gone = on_peer_gone,
		.consumers_changed = on_consumers,
		.data = d,
	};
	const struct config *c = &d->options.config;
	uint8_t boot_id[16];
	int rc;

	d->deadline = CLOCK_NEVER;
	rc = loop_create(&d->loop);
	if (rc < 0)
		return rc;
	read_boot_id(boot_id);
	rc = hub_create(&d->hub, &hub_callbacks, boot_id, clock_now_ns());
	if (rc < 0)
		return rc;
	config_policy(c, &d->policy);
	if (d->policy.count)
		hub_set_policy(d->hub, &d->policy);
	hub_set_screen(d->hub, (int32_t)c->width, (int32_t)c->height);
	d->slow.loop = d->loop;
	d->sources.loop = d->loop;
	d->sources.hub = d->hub;
	publication_init(&d->publication, d->hub, &d->slow, c);
	rc = server_create(&d->server, d->loop, d->hub, &server_callbacks);
	if (rc < 0)
		return rc;
	endpoints_init(&d->endpoints, d->loop, d->server);
	inject_init(&d->inject, d->hub);
	d->requests.hub = d->hub;
	d->requests.server = d->server;
	d->requests.endpoints = &d->endpoints;
	d->requests.sources = &d->sources;
	local_chords_init(&d->chords, c, d->loop, d->hub, on_panic, d);
	action_init(&d->action, d->loop);
	if (c->action[0])
		action_prepare(&d->action, c->action);
	confine(c);
	if ((rc = loop_add_signal(d->loop, SIGTERM, on_signal, d)) < 0 ||
	    (rc = loop_add_signal(d->loop, SIGINT, on_signal, d)) < 0)
		return rc;
	signal(SIGPIPE, SIG_IGN);
	d->timer = loop_add_timer(d->loop, on_timer, d);
	d->hook = loop_add_hook(d->loop, after_batch, d);
	if (!d->timer || !d->hook)
		return -ENOMEM;
	rc = endpoints_open(&d->endpoints, &d->options, &d->policy, &d->slow);
	if (rc < 0)
		return rc;
	rc = resume_watch_create(&d->resume, d->loop, on_resume, d);
	if (rc < 0)
		log_warn_errno(-rc, "cannot notice when the machine sleeps");
	rc = publication_open(&d->publication, c, on_focus_asked, d);
	if (rc < 0)
		return rc;
	rc = endpoints_open_routes(&d->endpoints, c, &d->slow);
	if (rc < 0)
		return rc;
	rc = open_sources(d);
	if (rc < 0)
		return rc;
	/* After the devices: on the slow thread, they are looked for first. */
	rc = open_sensors(d);
	if (rc < 0)
		return rc;
	if (!d->options.once)
		sources_start(&d->sources);
	return 0;
}

static void daemon_finish(struct daemon *d)
{
	endpoints_end(&d->endpoints);
	sources_end(&d->sources);
	slow_side_end(&d->slow);
	sources_finish(&d->sources);
	sense_destroy(d->sense);
	/* Consumers that leave change the wishes once more. */
	d->sense = NULL;
	action_finish(&d->action);
	local_chords_finish(&d->chords);
	publication_finish(&d->publication);
	resume_watch_destroy(d->resume);
	server_destroy(d->server);
	endpoints_finish(&d->endpoints);
	slow_side_finish(&d->slow);
	hub_destroy(d->hub);
	loop_destroy(d->loop);
	config_finish(&d->options.config);
}

int main(int argc, char **argv)
{
	static struct daemon d;
	enum log_level level = LOG_LEVEL_INFO;
	int rc = options_parse(&d.options, argc, argv);

	if (rc >= 0) {
		config_finish(&d.options.config);
		return rc;
	}
	log_level_parse(d.options.config.log_level, &level);
	log_set_level(level);
	if (d.options.syslog)
		log_open_syslog("xenhubd");
	rc = daemon_init(&d);
	if (rc < 0 && rc != -EINVAL)
		log_errno(-rc, "cannot start");
	if (!rc)
		rc = loop_run(d.loop);
	daemon_finish(&d);
	return rc < 0 ? EXIT_FAILED : rc;
}
