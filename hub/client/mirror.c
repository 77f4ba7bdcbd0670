#include "hub/client/mirror.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "hub/client/device.h"
#include "hub/core/clock.h"
#include "hub/device/classify.h"
#include "hub/wire/cursor.h"

_Static_assert(sizeof(struct xenhub_event) == sizeof(struct event), "xenhub_event is struct event under its public name");
_Static_assert((int)XENHUB_CANCEL == (int)FRAME_CANCEL && (int)XENHUB_RESYNC == (int)FRAME_RESYNC, "flags are the same");
_Static_assert((int)XENHUB_REASON_POLICY == (int)REASON_POLICY, "reasons are the same");
_Static_assert((int)XENHUB_OTHER == (int)CLASS_OTHER, "classes are the same");

/* After so many bytes an acknowledgement is due even when no lease asks for one. */
#define ACK_BYTES 4096

enum phase {
	IDLE,
	GREETING, /* HELLO is sent, none has come */
	SYNCING,  /* before the first snapshot has ended */
	LIVE,
};

struct mirror {
	struct xenhub_listener listener;
	void *data;
	enum phase phase;
	bool in_snapshot;
	struct wire_snapshot snapshot;
	bool resync_asked;
	uint32_t kernel_told; /* by RESYNC frames since the last snapshot, which sums them up once more */
	struct wire_wishes wishes;
	uint64_t generation; /* of this link, or of the one that was lost */
	uint64_t seq;
	uint64_t acked;
	size_t unacked_bytes;
	uint64_t heard_ns;
	struct xenhub_device *devices;
	unsigned n_devices;
	struct xenhub_counters counters;
	uint8_t *input; /* WIRE_MESSAGE_MAX: a message that came in parts */
	size_t input_len;
	uint8_t *output;
	size_t output_head, output_tail;
	bool output_overflow;
	struct event events[FRAME_EVENTS_MAX];
	int32_t times[FRAME_EVENTS_MAX];
};

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

static void remove_device(struct mirror *m, struct xenhub_device *device, unsigned reason)
{
	if (m->listener.device_removed)
		m->listener.device_removed(m->data, device, reason);
	DL_DELETE(m->devices, device);
	m->n_devices--;
	device_destroy(device);
}

void mirror_destroy(struct mirror *m)
{
	struct xenhub_device *d, *next;

	if (!m)
		return;
	mirror_disconnect(m, m->heard_ns);
	DL_FOREACH_SAFE(m->devices, d, next)
		remove_device(m, d, REASON_LINK);
	free(m->input);
	free(m->output);
	free(m);
}

/* ---- what goes to the listener ---- */

static void deliver(struct mirror *m, struct xenhub_device *device, const struct frame *f, const struct wire_frame *hops,
		    uint64_t now_ns)
{
	struct xenhub_frame frame = {
		.time_us = f->time_us,
		.flags = f->flags,
		.reason = f->reason,
		.lost = f->lost,
		.count = f->count,
		.events = (const struct xenhub_event *)f->events,
		.event_times = f->times,
		.received_ns = hops ? now_ns : 0,
	};

	if (hops) {
		frame.sent_ns = hops->sent_ns;
		frame.read_ns = hops->sent_ns - hops->age_ns;
	}
	state_apply(&device->held, f->events, f->count);
	m->counters.frames++;
	m->counters.events += f->count;
	if (m->listener.frame)
		m->listener.frame(m->data, device, &frame);
}

static bool lifts_contact(const struct event *events, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if ((events[i].type == EV_ABS && events[i].code == ABS_MT_TRACKING_ID && events[i].value < 0) ||
		    (events[i].type == EV_KEY && events[i].code == BTN_TOUCH && !events[i].value))
			return true;
	return false;
}

/* Brings held to target by frames made here. */
static void deliver_difference(struct mirror *m, struct xenhub_device *device, const struct device_state *target,
			       unsigned flags, unsigned reason, uint32_t lost, uint64_t now_ns)
{
	struct event events[2][STATE_EVENTS_MAX + 1];
	unsigned n[2];

	state_diff(&device->held, target, events[0], &n[0], events[1], &n[1]);
	for (unsigned i = 0; i < 2; i++) {
		struct frame f = {
			.time_us = now_ns / NS_PER_US,
			.flags = flags | (lifts_contact(events[i], n[i]) ? FRAME_CANCEL : 0),
			.reason = reason,
			.lost = lost,
			.count = n[i] + 1,
			.events = events[i],
		};

		if (!n[i])
			continue;
		events[i][n[i]] = (struct event){ EV_SYN, SYN_REPORT, 0 };
		deliver(m, device, &f, NULL, now_ns);
		lost = 0;
	}
}

static void release_device(struct mirror *m, struct xenhub_device *device, unsigned reason, uint64_t now_ns)
{
	struct event events[STATE_EVENTS_MAX + 1];
	struct frame f = {
		.time_us = now_ns / NS_PER_US,
		.flags = FRAME_SYNTHETIC | (state_has_contact(&device->held) ? FRAME_CANCEL : 0),
		.reason = reason,
		.events = events,
	};

	if (!device->held.held)
		return;
	f.count = state_release(&device->held, false, events);
	events[f.count++] = (struct event){ EV_SYN, SYN_REPORT, 0 };
	deliver(m, device, &f, NULL, now_ns);
}

static void release_all(struct mirror *m, enum reason reason, uint64_t now_ns)
{
	struct xenhub_device *d;

	DL_FOREACH(m->devices, d)
		release_device(m, d, reason, now_ns);
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

static int queue(struct mirror *m, const uint8_t *message, int len)
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
	return m->phase >= SYNCING ? queue(m, message, (int)len) : -ENOTCONN;
}

int mirror_subscribe(struct mirror *m, const struct wire_wishes *wishes)
{
	struct wire_subscribe subscribe = { .wishes = *wishes };
	uint8_t buf[WIRE_SMALL_MAX];

	m->wishes = *wishes;
	if (m->phase < SYNCING)
		return 0;
	return queue(m, buf, wire_put_subscribe(buf, sizeof(buf), &subscribe));
}

int mirror_set_led(struct mirror *m, struct xenhub_device *device, unsigned code, bool on)
{
	struct wire_led led = { .handle = device->handle, .code = (uint16_t)code, .on = on };
	uint8_t buf[WIRE_SMALL_MAX];

	if (!descriptor_has(&device->descriptor, EV_LED, code))
		return -EINVAL;
	if (m->phase != LIVE || !device->handle)
		return -ENOTCONN;
	return queue(m, buf, wire_put_led(buf, sizeof(buf), &led));
}

static void acknowledge(struct mirror *m)
{
	uint8_t buf[WIRE_SMALL_MAX];

	m->unacked_bytes = 0;
	m->acked = m->seq;
	queue(m, buf, wire_put_ack(buf, sizeof(buf), m->seq));
}

static void ask_for_snapshot(struct mirror *m)
{
	struct wire_subscribe subscribe = { .wishes = m->wishes, .snapshot = true };
	uint8_t buf[WIRE_SMALL_MAX];

	if (m->resync_asked)
		return;
	m->resync_asked = true;
	m->counters.mismatches++;
	queue(m, buf, wire_put_subscribe(buf, sizeof(buf), &subscribe));
}

/* ---- what comes from the hub ---- */

static struct xenhub_device *find_device(struct mirror *m, uint32_t handle)
{
	struct xenhub_device *d;

	DL_FOREACH(m->devices, d)
		if (d->handle == handle)
			return d;
	return NULL;
}

static int broken(struct wire_error *err, unsigned bye, const char *text)
{
	err->bye = bye;
	snprintf(err->text, sizeof(err->text), "%s", text);
	return -EBADMSG;
}

static int receive_hello(struct mirror *m, const uint8_t *msg, size_t len, struct wire_error *err)
{
	struct wire_hello hello;
	int rc = wire_get_hello(msg, len, &hello, err);

	if (rc < 0)
		return rc;
	if (m->phase != GREETING)
		return broken(err, WIRE_BYE_UNEXPECTED, "HELLO: a second one");
	if (hello.role != WIRE_ROLE_HUB || !hello.generation)
		return broken(err, WIRE_BYE_MALFORMED, "HELLO: not from a hub");
	m->generation = hello.generation;
	m->phase = SYNCING;
	return 0;
}

static int receive_device_add(struct mirror *m, const uint8_t *msg, size_t len, struct wire_error *err)
{
	struct xenhub_device *device;
	struct descriptor descriptor;
	struct wire_device info;
	uint64_t seq;
	int rc = wire_get_device_add(msg, len, &seq, &info, &descriptor, err);

	if (rc < 0)
		return rc;
	if (find_device(m, info.handle))
		return broken(err, WIRE_BYE_MALFORMED, "DEVICE_ADD: a handle that is in use");
	/* The same device as on an earlier link goes on as the same object. */
	DL_FOREACH(m->devices, device) {
		if (device->handle || strcmp(device->info.id, info.id))
			continue;
		if (descriptor_equal(&device->descriptor, &descriptor)) {
			device->handle = info.handle;
			device->info = info;
			device->info.descriptor = &device->descriptor;
			state_finish(&device->told);
			return state_init(&device->told, &descriptor);
		}
		remove_device(m, device, REASON_UNPLUG);
		break;
	}
	if (m->n_devices >= MIRROR_DEVICES_MAX)
		return broken(err, WIRE_BYE_LIMIT, "DEVICE_ADD: more devices than 64");
	rc = device_create(&device, &info, &descriptor);
	if (rc < 0)
		return rc;
	DL_APPEND(m->devices, device);
	m->n_devices++;
	if (m->listener.device_added)
		m->listener.device_added(m->data, device);
	return 0;
}

static int receive_device_remove(struct mirror *m, const uint8_t *msg, size_t len, uint64_t now_ns, struct wire_error *err)
{
	struct xenhub_device *device;
	uint32_t handle;
	unsigned reason;
	uint64_t seq;
	int rc = wire_get_device_remove(msg, len, &seq, &handle, &reason, err);

	if (rc < 0)
		return rc;
	device = find_device(m, handle);
	if (!device || !handle)
		return 0;
	/* The hub has released it already; one that has not is corrected here. */
	release_device(m, device, reason, now_ns);
	remove_device(m, device, reason);
	return 0;
}

static int receive_snapshot_begin(struct mirror *m, const uint8_t *msg, size_t len, struct wire_error *err)
{
	struct xenhub_device *d;
	int rc = wire_get_snapshot_begin(msg, len, &m->snapshot, err);

	if (rc < 0)
		return rc;
	m->in_snapshot = true;
	DL_FOREACH(m->devices, d)
		d->in_snapshot = false;
	return 0;
}

static int receive_device_state(struct mirror *m, const uint8_t *msg, size_t len, struct wire_error *err)
{
	struct xenhub_device *device;
	uint32_t handle;
	int rc = wire_get_device_state_handle(msg, len, &handle, err);

	if (rc < 0)
		return rc;
	device = handle ? find_device(m, handle) : NULL;
	if (!m->in_snapshot || !device || device->in_snapshot)
		return broken(err, WIRE_BYE_UNEXPECTED, "DEVICE_STATE: outside a snapshot, twice, or of an unknown handle");
	rc = wire_get_device_state(msg, len, &device->pending, err);
	if (rc < 0)
		return rc;
	device->in_snapshot = true;
	return 0;
}

static int receive_snapshot_end(struct mirror *m, const uint8_t *msg, size_t len, uint64_t now_ns, struct wire_error *err)
{
	struct xenhub_device *d, *next;
	uint32_t lost_kernel, lost;
	bool first = m->phase == SYNCING;
	unsigned named = 0;
	uint64_t seq;
	int rc = wire_get_snapshot_end(msg, len, &seq, err);

	if (rc < 0)
		return rc;
	DL_FOREACH(m->devices, d)
		named += d->in_snapshot;
	if (!m->in_snapshot || named != m->snapshot.devices)
		return broken(err, WIRE_BYE_MALFORMED, "SNAPSHOT_END: not as many devices as SNAPSHOT_BEGIN said");
	m->in_snapshot = false;
	m->resync_asked = false;
	m->phase = LIVE;
	lost_kernel = m->snapshot.lost_kernel > m->kernel_told ? m->snapshot.lost_kernel - m->kernel_told : 0;
	lost = lost_kernel + m->snapshot.lost_queue;
	m->kernel_told = 0;
	m->counters.lost_kernel += lost_kernel;
	m->counters.lost_queue += m->snapshot.lost_queue;
	if (first)
		m->counters.links++;

	DL_FOREACH_SAFE(m->devices, d, next) {
		unsigned flags = FRAME_SYNTHETIC | (lost ? FRAME_RESYNC : 0);

		if (!d->in_snapshot) {
			release_device(m, d, REASON_UNPLUG, now_ns);
			remove_device(m, d, REASON_UNPLUG);
			continue;
		}
		d->in_snapshot = false;
		state_copy(&d->told, &d->pending);
		device_unbar(d);
		device_target(d, &d->pending);
		deliver_difference(m, d, &d->pending, flags, m->snapshot.reason, lost, now_ns);
	}
	acknowledge(m);
	if (first && m->listener.link)
		m->listener.link(m->data, XENHUB_LINK_UP, "");
	return 0;
}

/* A frame of a device some of whose keys or contacts are barred: deliver what it means, not what it says. */
static void deliver_around_bar(struct mirror *m, struct xenhub_device *device, const struct wire_frame *w, uint64_t now_ns)
{
	struct event events[2][FRAME_EVENTS_MAX + STATE_EVENTS_MAX];
	unsigned n[2];

	device_target(device, &device->pending);
	state_diff(&device->held, &device->pending, events[0], &n[0], events[1], &n[1]);
	for (uint32_t i = 0; i < w->frame.count; i++) {
		const struct event *e = &w->frame.events[i];

		if (n[1] + 1 < FRAME_EVENTS_MAX && e->type == EV_REL)
			events[1][n[1]++] = *e;
	}
	for (unsigned i = 0; i < 2; i++) {
		struct frame f = w->frame;

		if (!n[i])
			continue;
		events[i][n[i]] = w->frame.events[w->frame.count - 1];
		f.events = events[i];
		f.count = n[i] + 1;
		f.times = NULL;
		deliver(m, device, &f, w, now_ns);
	}
}

static int receive_frame(struct mirror *m, const uint8_t *msg, size_t len, uint64_t now_ns, struct wire_error *err)
{
	struct xenhub_device *device;
	struct wire_frame w;
	int rc = wire_get_frame(msg, len, &w, m->events, m->times, err);

	if (rc < 0)
		return rc;
	if (m->in_snapshot)
		return broken(err, WIRE_BYE_UNEXPECTED, "FRAME: inside a snapshot");
	device = w.handle ? find_device(m, w.handle) : NULL;
	if (!device)
		return 0; /* of a device already removed */
	if (w.frame.flags & FRAME_RESYNC) {
		m->counters.lost_kernel += w.frame.lost;
		m->kernel_told += w.frame.lost;
	}
	state_apply(&device->told, w.frame.events, w.frame.count);
	if (device->barred) {
		device_note_presses(device, w.frame.events, w.frame.count);
		device_unbar(device);
		deliver_around_bar(m, device, &w, now_ns);
		return 0;
	}
	deliver(m, device, &w.frame, &w, now_ns);
	return 0;
}

static int receive_lease(struct mirror *m, const uint8_t *msg, size_t len, struct wire_error *err)
{
	struct xenhub_device *d;
	struct wire_lease lease;
	uint32_t held = 0, hash = 0;
	int rc = wire_get_lease(msg, len, &lease, err);

	if (rc < 0)
		return rc;
	DL_FOREACH(m->devices, d) {
		if (!d->handle || !d->told.held)
			continue;
		held += d->told.held;
		hash = lease_hash(hash, d->handle, state_held_hash(&d->told));
	}
	if (lease.seq != m->seq || lease.held != held || lease.hash != hash)
		ask_for_snapshot(m);
	acknowledge(m);
	return 0;
}

static int receive_state(struct mirror *m, const uint8_t *msg, size_t len, struct wire_error *err)
{
	struct xenhub_state state;
	struct wire_state w;
	int rc = wire_get_state(msg, len, &w, err);

	if (rc < 0)
		return rc;
	state = (struct xenhub_state){
		.path = w.path,
		.unit = w.unit,
		.text = w.text,
		.integer = w.integer,
		.type = w.type,
		.stale = w.stale,
		.time_ns = w.time_ns,
	};
	if (m->listener.state)
		m->listener.state(m->data, &state);
	return 0;
}

static int receive_bye(const uint8_t *msg, size_t len, struct wire_error *err)
{
	char text[WIRE_TEXT_MAX];
	unsigned reason;
	int rc = wire_get_bye(msg, len, &reason, text, err);

	if (rc < 0)
		return rc;
	err->bye = reason;
	snprintf(err->text, sizeof(err->text), "%.*s", (int)sizeof(err->text) - 1, text);
	return -ESHUTDOWN;
}

static int receive_reply(struct mirror *m, const uint8_t *msg, size_t len, struct wire_error *err)
{
	char text[WIRE_MESSAGE_MAX];
	uint32_t code;
	int rc = wire_get_request(msg, len, &code, text, sizeof(text), err);

	if (rc < 0)
		return rc;
	if (m->listener.reply)
		m->listener.reply(m->data, code, text);
	return 0;
}

static int receive_ping(struct mirror *m, const uint8_t *msg, size_t len, bool answer, struct wire_error *err)
{
	uint8_t buf[WIRE_SMALL_MAX];
	uint64_t token;
	int rc = wire_get_ping(msg, len, &token, err);

	if (rc < 0)
		return rc;
	return answer ? queue(m, buf, wire_put_ping(buf, sizeof(buf), true, token)) : 0;
}

static int dispatch(struct mirror *m, const struct wire_header *h, const uint8_t *msg, uint64_t now_ns,
		    struct wire_error *err)
{
	size_t len = h->length;
	bool focused;
	uint64_t seq;
	int rc;

	switch (h->type) {
	case WIRE_HELLO:
		return receive_hello(m, msg, len, err);
	case WIRE_DEVICE_ADD:
		return receive_device_add(m, msg, len, err);
	case WIRE_DEVICE_REMOVE:
		return receive_device_remove(m, msg, len, now_ns, err);
	case WIRE_SNAPSHOT_BEGIN:
		return receive_snapshot_begin(m, msg, len, err);
	case WIRE_DEVICE_STATE:
		return receive_device_state(m, msg, len, err);
	case WIRE_SNAPSHOT_END:
		return receive_snapshot_end(m, msg, len, now_ns, err);
	case WIRE_FRAME:
		return receive_frame(m, msg, len, now_ns, err);
	case WIRE_LEASE:
		return receive_lease(m, msg, len, err);
	case WIRE_FOCUS:
		rc = wire_get_focus(msg, len, &seq, &focused, err);
		if (!rc && m->listener.focus)
			m->listener.focus(m->data, focused);
		return rc;
	case WIRE_STATE:
		return receive_state(m, msg, len, err);
	case WIRE_PING:
		return receive_ping(m, msg, len, true, err);
	case WIRE_PONG:
		return receive_ping(m, msg, len, false, err);
	case WIRE_REPLY:
		return receive_reply(m, msg, len, err);
	default:
		if (h->type & WIRE_SKIPPABLE)
			return 0;
		return broken(err, WIRE_BYE_UNKNOWN, "a message of unknown type that is not marked as one to skip");
	}
}

static int receive(struct mirror *m, const struct wire_header *h, const uint8_t *msg, uint64_t now_ns, struct wire_error *err)
{
	if (h->type == WIRE_BYE)
		return receive_bye(msg, h->length, err);
	if (m->phase == GREETING && h->type != WIRE_HELLO)
		return broken(err, WIRE_BYE_UNEXPECTED, "the first message is not HELLO");
	if (wire_is_sequenced(h->type)) {
		uint64_t seq;

		if (h->length < WIRE_HEADER_SIZE + sizeof(seq))
			return broken(err, WIRE_BYE_MALFORMED, "a sequenced message without its number");
		seq = load64(msg + WIRE_HEADER_SIZE);
		if (seq != m->seq + 1)
			return broken(err, WIRE_BYE_MALFORMED, "a message is missing or out of order");
		m->seq = seq;
	}
	m->heard_ns = now_ns;
	m->unacked_bytes += h->length;
	return dispatch(m, h, msg, now_ns, err);
}

static int give_up(struct mirror *m, int rc, struct wire_error *err)
{
	uint8_t buf[2 * WIRE_SMALL_MAX];

	if (rc == -ENOMEM)
		broken(err, WIRE_BYE_LIMIT, "out of memory");
	else if (rc == -ENOBUFS)
		broken(err, WIRE_BYE_LIMIT, "the hub takes no answers");
	if (rc != -ESHUTDOWN)
		queue(m, buf, wire_put_bye(buf, sizeof(buf), err->bye, err->text));
	return rc == -ESHUTDOWN ? rc : -EBADMSG;
}

/* Takes bytes towards the message that m->input has begun; returns how many. *whole: it is complete. */
static int complete_input(struct mirror *m, const uint8_t *bytes, size_t n, bool *whole, struct wire_error *err)
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

	if (m->phase == IDLE)
		return broken(err, WIRE_BYE_UNEXPECTED, "bytes without a link");
	while (n && rc >= 0) {
		bool whole;
		int took;

		/* Whole messages are read where they lie. */
		if (!m->input_len && n >= WIRE_HEADER_SIZE) {
			rc = wire_get_header(bytes, &h, err);
			if (rc < 0)
				break;
			if (h.length <= n) {
				rc = receive(m, &h, bytes, now_ns, err);
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
			rc = receive(m, &h, m->input, now_ns, err);
		}
	}
	if (rc >= 0 && m->output_overflow)
		rc = -ENOBUFS;
	if (rc < 0)
		return give_up(m, rc, err);
	if (m->unacked_bytes >= ACK_BYTES && m->phase == LIVE)
		acknowledge(m);
	return 0;
}

/* ---- the link and the lease ---- */

void mirror_connect(struct mirror *m, const struct wire_hello *hello, uint64_t now_ns)
{
	struct wire_hello mine = *hello;
	uint8_t buf[2 * WIRE_SMALL_MAX];

	m->phase = GREETING;
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
	queue(m, buf, wire_put_hello(buf, sizeof(buf), &mine));
}

void mirror_disconnect(struct mirror *m, uint64_t now_ns)
{
	struct xenhub_device *d;

	if (m->phase == IDLE)
		return;
	m->phase = IDLE;
	release_all(m, REASON_LINK, now_ns);
	DL_FOREACH(m->devices, d) {
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
	return m->phase == LIVE;
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

	if (m->phase == IDLE || now_ns < mirror_deadline(m))
		return;
	m->counters.leases_lost++;
	DL_FOREACH(m->devices, d)
		if (d->held.held)
			device_bar(d);
	release_all(m, REASON_LEASE, now_ns);
}

uint64_t mirror_deadline(const struct mirror *m)
{
	return m->phase != IDLE && holds_anything(m) ? m->heard_ns + WIRE_EXPIRY_MS * NS_PER_MS : CLOCK_NEVER;
}

void mirror_counters(const struct mirror *m, struct xenhub_counters *counters)
{
	*counters = m->counters;
}

const struct descriptor *mirror_device_descriptor(const struct xenhub_device *device)
{
	return &device->descriptor;
}
