/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the mirror share. Private to hub/client. */
#ifndef HUB_CLIENT_MIRROR_PRIVATE_H
#define HUB_CLIENT_MIRROR_PRIVATE_H

#include "hub/client/device.h"
#include "hub/client/mirror.h"

enum mirror_phase {
	MIRROR_IDLE,
	MIRROR_GREETING, /* HELLO is sent, none has come */
	MIRROR_SYNCING,  /* before the first snapshot has ended */
	MIRROR_LIVE,
};

struct mirror {
	struct xenhub_listener listener;
	void *data;
	enum mirror_phase phase;
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

/* mirror_deliver.c: what goes to the listener. */
void mirror_deliver(struct mirror *m, struct xenhub_device *device, const struct frame *f,
		    const struct wire_frame *hops, uint64_t now_ns);
/* Brings what the listener has been told to `target`, by frames made here. */
void mirror_deliver_difference(struct mirror *m, struct xenhub_device *device,
			       const struct device_state *target, unsigned flags, unsigned reason,
			       uint32_t lost, uint64_t now_ns);
/* A frame of a device some of whose keys or contacts are barred: what it means, not what it says. */
void mirror_deliver_around_bar(struct mirror *m, struct xenhub_device *device, const struct wire_frame *w,
			       uint64_t now_ns);
void mirror_release_device(struct mirror *m, struct xenhub_device *device, unsigned reason, uint64_t now_ns);
void mirror_release_all(struct mirror *m, enum reason reason, uint64_t now_ns);
/* Tells of it and frees the device. */
void mirror_remove_device(struct mirror *m, struct xenhub_device *device, unsigned reason);

/* mirror_receive.c: one whole message of the hub's; results as mirror_feed's. */
int mirror_receive(struct mirror *m, const struct wire_header *h, const uint8_t *msg, uint64_t now_ns,
		   struct wire_error *err);

/* mirror.c: what goes to the hub. len < 0 is passed through, so that an encoder's result can be given as it is. */
int mirror_queue(struct mirror *m, const uint8_t *message, int len);
void mirror_acknowledge(struct mirror *m);
/* Fills in err; returns -EBADMSG. */
int mirror_broken(struct wire_error *err, unsigned bye, const char *text);

#endif
