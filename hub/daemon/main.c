/* xenhubd: the one place that knows everybody. */
#define LOG_MODULE "xenhubd"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <grp.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/core/exit.h"
#include "hub/core/log.h"
#include "hub/core/loop.h"
#include "hub/core/resume.h"
#include "hub/core/worker.h"
#include "hub/daemon/action.h"
#include "hub/daemon/chords.h"
#include "hub/daemon/focus.h"
#include "hub/daemon/inject.h"
#include "hub/daemon/options.h"
#include "hub/daemon/requests.h"
#include "hub/daemon/sense.h"
#include "hub/daemon/server.h"
#include "hub/daemon/stations.h"
#include "hub/link/link.h"
#include "hub/link/station.h"
#include "hub/model/hub.h"
#include "hub/publish/slate.h"
#include "hub/publish/tree.h"
#include "hub/publish/views.h"
#include "hub/publish/xenstore.h"
#include "hub/source/evdev.h"
#include "hub/source/peer.h"
#include "hub/source/recording_source.h"
#include "hub/xen/domains.h"
#include "hub/xen/routes.h"

#define RECORDINGS_MAX CONFIG_LIST_MAX
#define PEERS_MAX      4
/* No load delays us this long: the process was stopped, or frozen for a sleep during which the clock went on (as s2idle may). */
#define LATE_NS (250 * NS_PER_MS)

struct daemon {
	struct options options;
	struct loop *loop;
	struct worker *worker;
	struct hub *hub;
	struct server *server;
	struct stations stations;
	struct domains *domains;
	struct routes *routes; /* between guests */
	struct resume_watch *resume;
	struct evdev_source *evdev;
	struct xenstore *xenstore;
	struct views *views; /* of the policy's guests */
	struct sense *sense; /* NULL without sensors */
	struct action action;
	struct slate slate;
	struct recording_source *recordings[RECORDINGS_MAX];
	unsigned n_recordings, n_ended;
	struct peer_source *peers[PEERS_MAX];
	unsigned n_peers;
	struct peer_consents consents;
	bool started; /* the recordings play */
	struct inject inject;
	struct requests requests;
	struct local_chords chords;
	struct policy policy;
	struct tree tree;
	uint64_t dirty;
	uint64_t publish_at; /* CLOCK_NEVER: nothing to publish */
	uint64_t published;
	uint64_t published_serial;      /* of the states */
	uint64_t deadline;              /* the timer's */
	struct server_counters counted; /* as they stand in the tree */
	struct loop_timer *timer;
	struct loop_hook *hook;
};

/* ---- recordings ---- */

static void start_recordings(struct daemon *d)
{
	if (d->started)
		return;
	d->started = true;
	for (unsigned i = 0; i < d->n_recordings; i++)
		recording_source_start(d->recordings[i]);
}

static void on_recording_ended(void *data, struct recording_source *source)
{
	struct daemon *d = data;

	d->n_ended++;
}

static void maybe_done(struct daemon *d)
{
	if (d->options.once && d->started && d->n_ended == d->n_recordings && server_drained(d->server))
		loop_quit(d->loop, EXIT_OK);
}

static int add_recording(struct daemon *d, const char *spec)
{
	struct recording_source_options options = { .remove_at_end = true,
						    .ended = on_recording_ended,
						    .data = d };
	char err[RECORDING_ERROR_MAX];
	char path[CONFIG_TEXT_MAX];
	size_t n;
	int rc;

	snprintf(path, sizeof(path), "%s", spec);
	n = strlen(path);
	if (n > 5 && !strcmp(path + n - 5, ",fast")) {
		options.fast = true;
		path[n - 5] = '\0';
	}
	rc = recording_source_create(&d->recordings[d->n_recordings], d->loop, d->hub, path, &options, err);
	if (rc < 0)
		log_err("%s", err);
	else
		d->n_recordings++;
	return rc < 0 ? -EINVAL : 0;
}

/* ---- what the parts call ---- */

static void on_led(void *data, uint32_t handle, unsigned code, bool on)
{
	struct daemon *d = data;

	if (d->evdev && evdev_source_led(d->evdev, handle, code, on))
		return;
	for (unsigned i = 0; i < d->n_peers; i++)
		if (peer_source_led(d->peers[i], handle, code, on))
			return;
}

static void on_wishes(void *data)
{
	struct daemon *d = data;
	bool pointer, raw, screen_on;
	uint32_t classes;

	if (d->sense)
		sense_update(d->sense);
	if (!d->evdev)
		return;
	hub_wishes(d->hub, &classes, &pointer, &raw, &screen_on);
	evdev_source_set_touchpads(d->evdev, pointer, raw);
}

static void on_consumers(void *data)
{
	struct daemon *d = data;

	on_wishes(d);
	if (!d->options.once || server_consumers(d->server))
		start_recordings(d);
}

static void on_panic(void *data)
{
	struct daemon *d = data;

	evdev_source_set_grab(d->evdev, false);
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
	if (d->evdev && d->options.config.suspend_release)
		evdev_source_resume(d->evdev, clock_now_ns());
	if (d->sense)
		sense_resume(d->sense);
}

static void on_battery_empty(void *data)
{
	struct daemon *d = data;

	if (d->options.config.action[0])
		action_run(&d->action, d->options.config.action);
}

/* Written by Dom0 into XenStore. */
static void on_focus_asked(void *data, const char *name)
{
	struct daemon *d = data;
	char why[128];

	if (focus_move(d->hub, name, "XenStore", why, sizeof(why)) < 0)
		log_warn("XenStore: focus cannot go to '%s': %s", name, why);
}

/* For xenhub state and doctor: it can hardly be read in XenStore. */
static void on_store_health(void *data, const char *text)
{
	struct daemon *d = data;

	states_set_text(hub_states(d->hub), clock_now_ns(), text, "health/xenstore");
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

/* The first change is published at once, the next ones together, at most every interval. */
static bool publish(struct daemon *d, uint64_t now_ns)
{
	uint64_t interval_ns = (uint64_t)d->options.config.interval_ms * NS_PER_MS;

	d->dirty |= hub_take_dirty(d->hub);
	if (!d->dirty && states_serial(hub_states(d->hub)) == d->published_serial)
		return false;
	if (d->publish_at == CLOCK_NEVER)
		d->publish_at = d->published + interval_ns > now_ns ? d->published + interval_ns : now_ns;
	if (now_ns < d->publish_at)
		return false;
	tree_update(&d->tree, d->dirty, now_ns);
	if (d->views)
		views_update(d->views, d->dirty, now_ns);
	if (d->xenstore) {
		xenstore_publish(d->xenstore);
		slate_update(&d->slate, d->worker, hub_states(d->hub));
	}
	d->published_serial = states_serial(hub_states(d->hub));
	d->dirty = 0;
	d->published = now_ns;
	d->publish_at = CLOCK_NEVER;
	return true;
}

/* Who was let in, refused, dropped for breaking the rules or for silence. */
static void count_links(struct daemon *d, uint64_t now_ns)
{
	const struct server_counters *c = server_get_counters(d->server);
	struct states *s = hub_states(d->hub);

	if (!memcmp(c, &d->counted, sizeof(*c)))
		return;
	d->counted = *c;
	states_set_integer(s, now_ns, (int64_t)c->accepted, "", "counter/links/accepted");
	states_set_integer(s, now_ns, (int64_t)c->refused, "", "counter/links/refused");
	states_set_integer(s, now_ns, (int64_t)c->violations, "", "counter/links/violations");
	states_set_integer(s, now_ns, (int64_t)c->timeouts, "", "counter/links/timeouts");
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
	count_links(d, now_ns);
	if (publish(d, now_ns))
		server_flush(d->server, now_ns);
	for (unsigned i = 0; d->started && i < d->n_recordings; i++)
		recording_source_pump(d->recordings[i]);
	maybe_done(d);

	deadline = hub_deadline(d->hub);
	if (server_deadline(d->server) < deadline)
		deadline = server_deadline(d->server);
	if (d->publish_at < deadline)
		deadline = d->publish_at;
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

static int need_worker(struct daemon *d)
{
	return d->worker ? 0 : worker_create(&d->worker, d->loop);
}

/* An endpoint that waits for one peer at a time. */
static int add_station(struct daemon *d, const char *endpoint)
{
	int rc = need_worker(d);

	if (!rc && !d->domains && station_needs_domains(endpoint))
		rc = domains_create(&d->domains, d->worker);
	if (rc < 0) {
		log_errno(-rc, "%s: cannot be served", endpoint);
		return rc;
	}
	return stations_add(&d->stations, d->worker, d->domains, endpoint);
}

static int listen_all(struct daemon *d)
{
	const struct config *c = &d->options.config;
	char control[CONFIG_TEXT_MAX + 8];
	gid_t gid = (gid_t)-1;
	int rc;

	if (c->group[0]) {
		struct group *group = getgrnam(c->group);

		if (!group) {
			log_err("[daemon] group: there is no group '%s'; add it with: addgroup --system %s",
				c->group, c->group);
			return -EINVAL;
		}
		gid = group->gr_gid;
	}
	if (geteuid() == 0)
		mkdir("/run/xenhub", 0755);
	for (unsigned i = 0; i < c->listen.count; i++) {
		const char *endpoint = c->listen.items[i];

		if (link_is_station(endpoint))
			rc = add_station(d, endpoint);
		else
			rc = server_listen(d->server, endpoint, false, gid);
		if (rc < 0)
			return rc;
	}
	for (unsigned i = 0; i < d->policy.count; i++) {
		char endpoint[POLICY_NAME_MAX + POLICY_CHANNEL_MAX + 16];

		if (!guest_endpoint(&d->policy.guests[i], endpoint, sizeof(endpoint)))
			continue;
		rc = add_station(d, endpoint);
		if (rc < 0)
			return rc;
	}
	/* A player of recordings is no service: nobody looks for it at the usual place. */
	if (d->options.once && !d->options.control_given)
		return 0;
	snprintf(control, sizeof(control), "unix:%s", c->control);
	rc = server_listen(d->server, control, true, gid);
	if (rc < 0 && !d->options.control_given) {
		log_warn("going on without a control socket: xenhub will not find this daemon");
		return 0;
	}
	return rc;
}

static int open_views(struct daemon *d)
{
	int rc = 0;

	if (!d->policy.count)
		return 0;
	if (!d->domains)
		rc = domains_create(&d->domains, d->worker);
	if (!rc)
		rc = views_create(&d->views, d->hub, d->xenstore, d->domains);
	if (rc == -EPROTONOSUPPORT)
		log_warn("built without libxenvchan: guests have no view in XenStore");
	else if (rc < 0)
		log_errno(-rc, "guests cannot have views in XenStore");
	return rc == -EPROTONOSUPPORT ? 0 : rc;
}

static int open_xenstore(struct daemon *d)
{
	const char *wish = d->options.config.xenstore;
	int rc;

	if (!strcmp(wish, "no") || (!strcmp(wish, "auto") && !xenstore_is_here()))
		return 0;
	rc = need_worker(d);
	if (!rc)
		rc = xenstore_create(&d->xenstore, d->worker, hub_states(d->hub));
	if (rc == -ENOSYS)
		log_err("[publish] xenstore: built without libxenstore; install its development files and "
			"build again");
	else if (rc < 0)
		log_errno(-rc, "cannot publish to XenStore");
	if (rc < 0)
		return rc;
	d->dirty |= 1; /* the first batch clears what an earlier hub left */
	xenstore_on_focus(d->xenstore, on_focus_asked, d);
	xenstore_on_health(d->xenstore, on_store_health, d);
	return open_views(d);
}

/* Without any in the configuration, too, where there are domains: an earlier one may have had some. */
static int open_routes(struct daemon *d)
{
	const struct config *c = &d->options.config;
	struct route routes[ROUTES_MAX];
	int rc = 0;

	if (!c->n_routes && (!d->domains || !d->xenstore))
		return 0;
	for (unsigned i = 0; i < c->n_routes; i++) {
		snprintf(routes[i].name, sizeof(routes[i].name), "%.16s", c->routes[i].named.name);
		snprintf(routes[i].server, sizeof(routes[i].server), "%.63s", c->routes[i].server);
		snprintf(routes[i].client, sizeof(routes[i].client), "%.63s", c->routes[i].client);
	}
	rc = need_worker(d);
	if (!rc && !d->domains)
		rc = domains_create(&d->domains, d->worker);
	if (!rc)
		rc = routes_create(&d->routes, d->worker, d->domains, routes, c->n_routes);
	if (rc < 0)
		log_errno(-rc, "routes between guests cannot be made");
	return rc;
}

static int open_sensors(struct daemon *d)
{
	const struct sense_callbacks callbacks = { .act = on_battery_empty, .data = d };
	const char *wish = d->options.config.sensors;
	int rc;

	if (!strcmp(wish, "no") || (!strcmp(wish, "auto") && !d->evdev))
		return 0;
	action_init(&d->action, d->loop);
	rc = need_worker(d);
	if (!rc)
		rc = sense_create(&d->sense, d->worker, d->hub, d->domains, &d->options.config, &callbacks);
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

/* A hub in another domain. */
static int add_peer(struct daemon *d, const char *endpoint)
{
	int rc = -ENOSPC;

	if (d->n_peers < PEERS_MAX)
		rc = peer_source_create(&d->peers[d->n_peers], d->loop, d->hub, endpoint, &d->consents);
	if (rc < 0)
		log_errno(-rc, "peer:%s: cannot be a source", endpoint);
	else
		d->n_peers++;
	return rc;
}

static int open_sources(struct daemon *d)
{
	const struct config *c = &d->options.config;
	struct evdev_options evdev = {
		.grab = c->grab,
		.ignore = c->ignore.items,
		.n_ignore = c->ignore.count,
		.chords = &d->chords.keys,
		.chord = on_chord,
		.settled = on_settled,
		.data = d,
	};
	int rc = 0;

	for (unsigned i = 0; i < c->source.count && rc >= 0; i++) {
		const char *source = c->source.items[i];

		if (!strncmp(source, "evemu:", 6)) {
			rc = add_recording(d, source + 6);
		} else if (!strncmp(source, "peer:", 5)) {
			rc = add_peer(d, source + 5);
		} else if (!d->evdev) {
			rc = need_worker(d);
			if (!rc)
				rc = evdev_source_create(&d->evdev, d->loop, d->worker, d->hub, &evdev);
			if (rc < 0)
				log_errno(-rc, "cannot look for input devices");
			else
				server_hold(d->server, true);
		}
	}
	d->requests.evdev = d->evdev;
	d->requests.consents = &d->consents;
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

	d->publish_at = CLOCK_NEVER;
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
	tree_init(&d->tree, d->hub, c->keys);
	rc = server_create(&d->server, d->loop, d->hub, &server_callbacks);
	if (rc < 0)
		return rc;
	d->stations.loop = d->loop;
	d->stations.server = d->server;
	inject_init(&d->inject, d->hub);
	d->requests.hub = d->hub;
	d->requests.server = d->server;
	d->requests.stations = &d->stations;
	local_chords_init(&d->chords, c, d->loop, d->hub, on_panic, d);
	if ((rc = loop_add_signal(d->loop, SIGTERM, on_signal, d)) < 0 ||
	    (rc = loop_add_signal(d->loop, SIGINT, on_signal, d)) < 0)
		return rc;
	signal(SIGPIPE, SIG_IGN);
	d->timer = loop_add_timer(d->loop, on_timer, d);
	d->hook = loop_add_hook(d->loop, after_batch, d);
	if (!d->timer || !d->hook)
		return -ENOMEM;
	rc = listen_all(d);
	if (rc < 0)
		return rc;
	rc = resume_watch_create(&d->resume, d->loop, on_resume, d);
	if (rc < 0)
		log_warn_errno(-rc, "cannot notice when the machine sleeps");
	slate_init(&d->slate);
	rc = open_xenstore(d);
	if (rc < 0)
		return rc;
	rc = open_routes(d);
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
		start_recordings(d);
	return 0;
}

static void daemon_finish(struct daemon *d)
{
	uint64_t now_ns = clock_now_ns();

	stations_end(&d->stations);
	worker_destroy(d->worker);
	for (unsigned i = 0; i < d->n_recordings; i++)
		recording_source_destroy(d->recordings[i]);
	for (unsigned i = 0; i < d->n_peers; i++)
		peer_source_destroy(d->peers[i]);
	evdev_source_destroy(d->evdev, now_ns);
	sense_destroy(d->sense);
	/* Consumers that leave change the wishes once more. */
	d->evdev = NULL;
	d->sense = NULL;
	action_finish(&d->action);
	local_chords_finish(&d->chords);
	views_destroy(d->views);
	xenstore_destroy(d->xenstore);
	resume_watch_destroy(d->resume);
	server_destroy(d->server);
	stations_finish(&d->stations);
	routes_destroy(d->routes);
	domains_destroy(d->domains);
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
