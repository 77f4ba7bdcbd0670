/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "control"
#include "hub/daemon/requests.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/daemon/focus.h"
#include "hub/daemon/saving.h"
#include "hub/link/station.h"

#define REPLY_MAX 8192
#define WORDS_MAX 4

struct reply {
	char text[REPLY_MAX];
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void say(struct reply *r, const char *format, ...)
{
	va_list args;

	if (r->used + 1 >= sizeof(r->text))
		return;
	va_start(args, format);
	r->used += (size_t)vsnprintf(r->text + r->used, sizeof(r->text) - r->used, format, args);
	va_end(args);
	if (r->used >= sizeof(r->text))
		r->used = sizeof(r->text) - 1;
}

static int do_version(struct requests *q, char **words, struct reply *r)
{
	say(r, "%s", XENHUB_VERSION);
	return 0;
}

static int do_focus(struct requests *q, char **words, struct reply *r)
{
	struct hub_consumer_info info;
	const char *peer;
	char why[128];
	int rc;

	if (!words[1]) {
		say(r, "%s", focus_text(q->hub));
		for (unsigned i = 0; server_consumer_info(q->server, i, &info, &peer); i++)
			if (info.role == WIRE_ROLE_CONSUMER)
				say(r, "\n%s", info.name);
		return 0;
	}
	if (strcmp(words[1], "set") || !words[2]) {
		say(r, "expected: focus set NAME|next|all|none");
		return EINVAL;
	}
	rc = focus_move(q->hub, words[2], "control", why, sizeof(why));
	if (rc < 0) {
		say(r, "%s", why);
		return -rc;
	}
	say(r, "%s", focus_text(q->hub));
	return 0;
}

static int do_consumers(struct requests *q, char **words, struct reply *r)
{
	struct hub_consumer_info info;
	const char *peer;

	for (unsigned i = 0; server_consumer_info(q->server, i, &info, &peer); i++)
		say(r,
		    "%s%u %s (%s): %llu frames, %llu merged, %llu edges swallowed, %llu snapshots, %zu bytes "
		    "queued",
		    i ? "\n" : "", info.id, info.name, peer, (unsigned long long)info.frames,
		    (unsigned long long)info.merged, (unsigned long long)info.swallowed,
		    (unsigned long long)info.snapshots, info.queued);
	return 0;
}

static int do_grab(struct requests *q, char **words, struct reply *r)
{
	bool on = words[1] && !strcmp(words[1], "on");

	if (!words[1] || (!on && strcmp(words[1], "off"))) {
		say(r, "expected: grab on|off");
		return EINVAL;
	}
	if (!q->evdev) {
		say(r, "there is no evdev source to grab");
		return ENODEV;
	}
	evdev_source_set_grab(q->evdev, on);
	log_info("grab is %s now", on ? "on" : "off");
	return 0;
}

static int do_consent(struct requests *q, char **words, struct reply *r)
{
	struct hub_device_info info;
	int rc;

	for (unsigned i = 0; !words[1] && i < HUB_DEVICES_MAX; i++)
		if (hub_device_info(q->hub, i, &info) && info.flags & HUB_DEVICE_PENDING)
			say(r, "%s%s  %s  (%s)", r->used ? "\n" : "", info.id, info.descriptor->name,
			    info.origin);
	if (!words[1])
		return 0;
	rc = peer_consent(q->consents, q->hub, words[1], clock_now_ns());
	if (rc == -ENOENT || rc == -ENOSPC) {
		say(r, "%s: %s", words[1],
		    rc == -ENOSPC ? "too many were given" : "no such device waits for consent");
		return -rc;
	}
	if (rc < 0) {
		log_warn_errno(-rc,
			       "%s: cannot be written: what is consented to is forgotten when xenhubd ends",
			       q->consents->path);
		say(r, "given until xenhubd ends: it cannot be written down in %s", q->consents->path);
	}
	log_info("consent is given to %s", words[1]);
	return 0;
}

static int do_suspend(struct requests *q, char **words, struct reply *r)
{
	if (q->evdev)
		evdev_source_suspend(q->evdev, clock_now_ns());
	return 0;
}

static int about_domain(struct reply *r, int rc, const char *name)
{
	if (rc == -ENOENT)
		say(r, "no endpoint is domain '%s's: see [daemon] listen", name);
	else if (rc == -EBUSY)
		say(r, "domain '%s' has not let go of its link within %d s: to save it now could crash it",
		    name, STATION_LEAVE_MS / 1000);
	return -rc;
}

static int do_quiesce(struct requests *q, char **words, struct reply *r)
{
	if (!words[1]) {
		say(r, "expected: quiesce DOMAIN");
		return EINVAL;
	}
	return about_domain(r, saving_quiesce(q->endpoints, q->sources, words[1]), words[1]);
}

static int do_resume(struct requests *q, char **words, struct reply *r)
{
	if (words[1])
		return about_domain(r, saving_resume(q->endpoints, q->sources, words[1]), words[1]);
	if (q->evdev)
		evdev_source_resume(q->evdev, clock_now_ns());
	if (q->sense)
		sense_resume(q->sense);
	return 0;
}

static const struct {
	const char *name;
	int (*handle)(struct requests *q, char **words, struct reply *r);
} table[] = {
	{ "version", do_version }, { "focus", do_focus },     { "consumers", do_consumers },
	{ "grab", do_grab },       { "suspend", do_suspend }, { "resume", do_resume },
	{ "quiesce", do_quiesce }, { "consent", do_consent },
};

void requests_handle(struct requests *q, struct server_peer *peer, const char *text)
{
	char *words[WORDS_MAX + 1] = { NULL };
	struct reply r = { .used = 0 };
	char line[WIRE_TEXT_MAX];
	char *rest = line;
	unsigned n = 0;

	if (strlen(text) >= sizeof(line)) {
		server_reply(peer, EMSGSIZE, "the request is too long");
		return;
	}
	memcpy(line, text, strlen(text) + 1);
	while (n < WORDS_MAX && (words[n] = strsep(&rest, " ")))
		n += *words[n] != '\0';
	words[n] = NULL;
	for (unsigned i = 0; n && i < sizeof(table) / sizeof(table[0]); i++) {
		if (!strcmp(words[0], table[i].name)) {
			int code = table[i].handle(q, words, &r);

			server_reply(peer, (unsigned)code, r.text);
			return;
		}
	}
	server_reply(peer, ENOSYS, "no such request");
}
