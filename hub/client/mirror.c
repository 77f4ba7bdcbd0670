/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "hub/client/mirror_private.h"
#include "hub/core/clock.h"

/* After so many bytes an acknowledgement is due even when no lease asks for one. */
#define ACK_BYTES 4096

int mirror_create(struct mirror **out, const struct xenhub_listener *listener, void *data)
{
	struct mirror *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->input = malloc(WIRE_MESSAGE_MAX);
	m->output = malloc(MIRROR_OUTPUT_MAX);
	if (!m->input || !m->output) {
		free(m->input);
		free(m->output);
		free(m);
		return -ENOMEM;
	}
	m->listener = *listener;
	m->data = data;
	*out = m;
	return 0;
}

void mirror_destroy(struct mirror *m)
{
	struct xenhub_device *d, *next;

	if (!m)
		return;
	mirror_disconnect(m, m->heard_ns);
	DL_FOREACH_SAFE(m->devices, d, next)
	mirror_remove_device(m, d, REASON_LINK);
	free(m->input);
	free(m->output);
	free(m);
}

/* ---- what goes to the hub ---- */

size_t mirror_output(const struct mirror *m, const uint8_t **bytes)
{
	*bytes = m->output + m->output_head;
	return m->output_tail - m->output_head;
}

void mirror_output_sent(struct mirror *m, size_t n)
{
	m->output_head += n;
	if (m->output_head == m->output_tail)
		m->output_head = m->output_tail = 0;
}

int mirror_queue(struct mirror *m, const uint8_t *message, int len)
{
	if (len < 0)
		return len;
	if (m->output_tail + (size_t)len > MIRROR_OUTPUT_MAX && m->output_head) {
		memmove(m->output, m->output + m->output_head, m->output_tail - m->output_head);
		m->output_tail -= m->output_head;
		m->output_head = 0;
	}
	if (m->output_tail + (size_t)len > MIRROR_OUTPUT_MAX) {
		m->output_overflow = true;
		return -ENOBUFS;
	}
	memcpy(m->output + m->output_tail, message, (size_t)len);
	m->output_tail += (size_t)len;
	return 0;
}

int mirror_send(struct mirror *m, const uint8_t *message, size_t len)
{
	return m->phase >= MIRROR_SYNCING ? mirror_queue(m, message, (int)len) : -ENOTCONN;
}

int mirror_subscribe(struct mirror *m, const struct wire_wishes *wishes)
{
	struct wire_subscribe subscribe = { .wishes = *wishes };
	uint8_t buf[WIRE_SMALL_MAX];

	m->wishes = *wishes;
	if (m->phase < MIRROR_SYNCING)
		return 0;
	return mirror_queue(m, buf, wire_put_subscribe(buf, sizeof(buf), &subscribe));
}

int mirror_set_led(struct mirror *m, struct xenhub_device *device, unsigned code, bool on)
{
	struct wire_led led = { .handle = device->handle, .code = (uint16_t)code, .on = on };
	uint8_t buf[WIRE_SMALL_MAX];

	if (!descriptor_has(&device->descriptor, EV_LED, code))
		return -EINVAL;
	if (m->phase != MIRROR_LIVE || !device->handle)
		return -ENOTCONN;
	return mirror_queue(m, buf, wire_put_led(buf, sizeof(buf), &led));
}

void mirror_acknowledge(struct mirror *m)
{
	uint8_t buf[WIRE_SMALL_MAX];

	m->unacked_bytes = 0;
	m->acked = m->seq;
	mirror_queue(m, buf, wire_put_ack(buf, sizeof(buf), m->seq));
}

int mirror_broken(struct wire_error *err, unsigned bye, const char *text)
{
	err->bye = bye;
	snprintf(err->text, sizeof(err->text), "%s", text);
	return -EBADMSG;
}

/* ---- what comes from the hub ---- */

static int give_up(struct mirror *m, int rc, struct wire_error *err)
{
	uint8_t buf[2 * WIRE_SMALL_MAX];

	if (rc == -ENOMEM)
		mirror_broken(err, WIRE_BYE_LIMIT, "out of memory");
	else if (rc == -ENOBUFS)
		mirror_broken(err, WIRE_BYE_LIMIT, "the hub takes no answers");
	if (rc != -ESHUTDOWN)
		mirror_queue(m, buf, wire_put_bye(buf, sizeof(buf), err->bye, err->text));
	return rc == -ESHUTDOWN ? rc : -EBADMSG;
}

/* Takes bytes towards the message that m->input has begun; returns how many. *whole: it is complete. */
static int complete_input(struct mirror *m, const uint8_t *bytes, size_t n, bool *whole,
			  struct wire_error *err)
{
	struct wire_header h = { .length = WIRE_HEADER_SIZE };
	size_t take;

	if (m->input_len >= WIRE_HEADER_SIZE && wire_get_header(m->input, &h, err) < 0)
		return -EBADMSG;
	take = h.length - m->input_len;
	if (take > n)
		take = n;
	memcpy(m->input + m->input_len, bytes, take);
	m->input_len += take;
	if (m->input_len == WIRE_HEADER_SIZE && wire_get_header(m->input, &h, err) < 0)
		return -EBADMSG;
	*whole = m->input_len >= WIRE_HEADER_SIZE && m->input_len == h.length;
	return (int)take;
}

int mirror_feed(struct mirror *m, const uint8_t *bytes, size_t n, uint64_t now_ns, struct wire_error *err)
{
	struct wire_header h;
	int rc = 0;

	if (m->phase == MIRROR_IDLE)
		return mirror_broken(err, WIRE_BYE_UNEXPECTED, "bytes without a link");
	while (n && rc >= 0) {
		bool whole;
		int took;

		/* Whole messages are read where they lie. */
		if (!m->input_len && n >= WIRE_HEADER_SIZE) {
			rc = wire_get_header(bytes, &h, err);
			if (rc < 0)
				break;
			if (h.length <= n) {
				rc = mirror_receive(m, &h, bytes, now_ns, err);
				bytes += h.length;
				n -= h.length;
				continue;
			}
		}
		took = complete_input(m, bytes, n, &whole, err);
		if (took < 0) {
			rc = took;
			break;
		}
		bytes += took;
		n -= (size_t)took;
		if (whole) {
			wire_get_header(m->input, &h, err);
			m->input_len = 0;
			rc = mirror_receive(m, &h, m->input, now_ns, err);
		}
	}
	if (rc >= 0 && m->output_overflow)
		rc = -ENOBUFS;
	if (rc < 0)
		return give_up(m, rc, err);
	if (m->unacked_bytes >= ACK_BYTES && m->phase == MIRROR_LIVE)
		mirror_acknowledge(m);
	return 0;
}

/* ---- the link and the lease ---- */

void mirror_connect(struct mirror *m, const struct wire_hello *hello, uint64_t now_ns)
{
	struct wire_hello mine = *hello;
	uint8_t buf[2 * WIRE_SMALL_MAX];

	m->phase = MIRROR_GREETING;
	m->in_snapshot = false;
	m->resync_asked = false;
	m->kernel_told = 0;
	m->seq = 0;
	m->acked = 0;
	m->unacked_bytes = 0;
	m->input_len = 0;
	m->output_head = m->output_tail = 0;
	m->output_overflow = false;
	m->heard_ns = now_ns;
	m->wishes = hello->wishes;
	mine.generation = m->generation;
	mirror_queue(m, buf, wire_put_hello(buf, sizeof(buf), &mine));
}

void mirror_disconnect(struct mirror *m, uint64_t now_ns)
{
	struct xenhub_device *d;

	if (m->phase == MIRROR_IDLE)
		return;
	m->phase = MIRROR_IDLE;
	mirror_release_all(m, REASON_LINK, now_ns);
	DL_FOREACH(m->devices, d)
	{
		d->handle = 0;
		d->in_snapshot = false;
		/* The next link's snapshot says what is physically held, and that is what counts again. */
		memset(d->barred_keys, 0, sizeof(d->barred_keys));
		for (unsigned i = 0; i < DESCRIPTOR_SLOTS_MAX; i++)
			d->barred_contacts[i] = -1;
		d->barred = false;
	}
}

bool mirror_live(const struct mirror *m)
{
	return m->phase == MIRROR_LIVE;
}

static bool holds_anything(const struct mirror *m)
{
	struct xenhub_device *d;

	DL_FOREACH(m->devices, d)
	if (d->held.held)
		return true;
	return false;
}

void mirror_tick(struct mirror *m, uint64_t now_ns)
{
	struct xenhub_device *d;

	if (m->phase == MIRROR_IDLE || now_ns < mirror_deadline(m))
		return;
	m->counters.leases_lost++;
	DL_FOREACH(m->devices, d)
	if (d->held.held)
		device_bar(d);
	mirror_release_all(m, REASON_LEASE, now_ns);
}

uint64_t mirror_deadline(const struct mirror *m)
{
	return m->phase != MIRROR_IDLE && holds_anything(m) ? m->heard_ns + WIRE_EXPIRY_MS * NS_PER_MS
							    : CLOCK_NEVER;
}

void mirror_counters(const struct mirror *m, struct xenhub_counters *counters)
{
	*counters = m->counters;
}

const struct descriptor *mirror_device_descriptor(const struct xenhub_device *device)
{
	return &device->descriptor;
}
