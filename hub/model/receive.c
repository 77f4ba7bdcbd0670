/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a consumer sends: few things, each checked. Anything else costs it its link. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hub/model/hub_private.h"

static int unexpected(unsigned type, const char *what, struct wire_error *err)
{
	char buf[16];

	err->bye = WIRE_BYE_UNEXPECTED;
	snprintf(err->text, sizeof(err->text), "%s: %s", wire_type_name(type, buf), what);
	return -EBADMSG;
}

static int receive_subscribe(struct hub_consumer *c, const uint8_t *msg, size_t len, uint64_t now_ns,
			     struct wire_error *err)
{
	struct wire_subscribe m;
	int rc = wire_get_subscribe(msg, len, &m, err);

	if (rc < 0)
		return rc;
	c->wishes = m.wishes;
	if (!m.wishes.states)
		c->states_sent = 0;
	consumer_reroute(c, REASON_CONNECT, now_ns);
	if (m.snapshot)
		consumer_snapshot(c, REASON_CONNECT, now_ns);
	if (c->hub->callbacks.wishes_changed)
		c->hub->callbacks.wishes_changed(c->hub->callbacks.data);
	return 0;
}

static int receive_ack(struct hub_consumer *c, const uint8_t *msg, size_t len, uint64_t now_ns,
		       struct wire_error *err)
{
	uint64_t seq;
	int rc = wire_get_ack(msg, len, &seq, err);

	if (rc < 0)
		return rc;
	if (seq < c->acked || seq >= c->box.next_seq)
		return unexpected(WIRE_ACK, "a sequence number that goes back or was never sent", err);
	c->acked = seq;
	if (c->waiting_since)
		c->waiting_since = now_ns;
	return 0;
}

static int receive_led(struct hub_consumer *c, const uint8_t *msg, size_t len, uint64_t now_ns,
		       struct wire_error *err)
{
	struct hub_device_info info;
	struct wire_led m;
	int rc = wire_get_led(msg, len, &m, err);

	if (rc < 0)
		return rc;
	/* A handle that has just gone, or focus that has: not the consumer's fault. */
	if (!hub_device_find(c->hub, m.handle, &info) ||
	    !route_may_light(c, &c->hub->devices[m.handle % HUB_DEVICES_MAX]))
		return 0;
	if (!descriptor_has(info.descriptor, EV_LED, m.code))
		return unexpected(WIRE_LED, "the device has no such LED", err);
	if (now_ns / NS_PER_S != c->led_second) {
		c->led_second = now_ns / NS_PER_S;
		c->led_used = 0;
	}
	if (++c->led_used > HUB_LED_PER_SECOND) {
		c->led_dropped++;
		return 0;
	}
	if (c->hub->callbacks.led)
		c->hub->callbacks.led(c->hub->callbacks.data, m.handle, m.code, m.on);
	return 0;
}

static int receive_ping(struct hub_consumer *c, const uint8_t *msg, size_t len, struct wire_error *err)
{
	uint8_t buf[WIRE_SMALL_MAX];
	uint64_t token;
	int rc = wire_get_ping(msg, len, &token, err);

	if (rc < 0)
		return rc;
	rc = wire_put_ping(buf, sizeof(buf), true, token);
	if (rc > 0)
		hub_consumer_queue(c, buf, (size_t)rc);
	return 0;
}

int hub_consumer_receive(struct hub_consumer *c, const uint8_t *msg, size_t len, uint64_t now_ns,
			 struct wire_error *err)
{
	char text[WIRE_TEXT_MAX];
	struct wire_header h;
	unsigned reason;
	uint64_t token;
	bool on;
	int rc = wire_get_header(msg, &h, err);

	if (rc < 0)
		return rc;
	switch (h.type) {
	case WIRE_ACK:
		return receive_ack(c, msg, len, now_ns, err);
	case WIRE_SUBSCRIBE:
		return receive_subscribe(c, msg, len, now_ns, err);
	case WIRE_LED:
		return receive_led(c, msg, len, now_ns, err);
	case WIRE_PING:
		return receive_ping(c, msg, len, err);
	case WIRE_PONG:
		return wire_get_ping(msg, len, &token, err);
	case WIRE_SCREEN:
		rc = wire_get_screen(msg, len, &on, err);
		if (rc < 0)
			return rc;
		c->screen_told = true;
		c->screen_off = !on;
		if (c->hub->callbacks.wishes_changed)
			c->hub->callbacks.wishes_changed(c->hub->callbacks.data);
		return 0;
	case WIRE_BYE:
		rc = wire_get_bye(msg, len, &reason, text, err);
		return rc < 0 ? rc : -ESHUTDOWN;
	case WIRE_HELLO:
		return unexpected(h.type, "a second one", err);
	default:
		if ((h.type >= WIRE_DEVICE_ADD && h.type <= WIRE_FOCUS) || h.type == WIRE_STATE)
			return unexpected(h.type, "only a hub may send it", err);
		if (h.type & WIRE_SKIPPABLE)
			return 0;
		unexpected(h.type, "not known here, and not marked as one to skip", err);
		err->bye = WIRE_BYE_UNKNOWN;
		return -EBADMSG;
	}
}
