/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The consumer's half of the protocol, pure: bytes from the hub and a timestamp in, listener calls and bytes to send out. It keeps for
 * each device what the hub says (`told`) and what the listener has been told it holds (`held`), and sees to it that the
 * second follows the first and ends with the link or the lease.
 *
 *	state of a link:  idle ──mirror_connect──▶ greeting ──HELLO──▶ syncing ──SNAPSHOT_END──▶ live
 *	                    ◀────────────────────── mirror_disconnect ──────────────────────────────
 */
#ifndef HUB_CLIENT_MIRROR_H
#define HUB_CLIENT_MIRROR_H

#include <stddef.h>

#include "hub/client/xenhub.h"
#include "hub/device/descriptor.h"
#include "hub/wire/wire.h"

#define MIRROR_DEVICES_MAX 64
#define MIRROR_OUTPUT_MAX  (64 * 1024)

struct mirror;

/* The listener is copied. 0 or -ENOMEM. */
int mirror_create(struct mirror **out, const struct xenhub_listener *listener, void *data);
/* Ends the link, then tells of each device's removal. */
void mirror_destroy(struct mirror *m);

/* A transport is up: queues HELLO. hello.generation is filled in with the link that was lost. */
void mirror_connect(struct mirror *m, const struct wire_hello *hello, uint64_t now_ns);

/*
 * Bytes that came. 0; -EBADMSG: the hub broke the rules, err says how: send the output (it ends with BYE) and disconnect;
 * -ESHUTDOWN: the hub said BYE, err.bye and err.text say what it said.
 */
int mirror_feed(struct mirror *m, const uint8_t *bytes, size_t n, uint64_t now_ns, struct wire_error *err);

/* The transport is gone: everything held is released. Devices stay, in hope of the next link. */
void mirror_disconnect(struct mirror *m, uint64_t now_ns);

bool mirror_live(const struct mirror *m);

/* Ends the lease when it is due. Feed what the transport holds first. */
void mirror_tick(struct mirror *m, uint64_t now_ns);
uint64_t mirror_deadline(const struct mirror *m);

/* What waits to be sent, and how much of it went. */
size_t mirror_output(const struct mirror *m, const uint8_t **bytes);
void mirror_output_sent(struct mirror *m, size_t n);

/* Queues a message. -ENOTCONN before HELLO was answered, -ENOBUFS when the transport takes nothing. */
int mirror_send(struct mirror *m, const uint8_t *message, size_t len);

int mirror_subscribe(struct mirror *m, const struct wire_wishes *wishes);
int mirror_set_led(struct mirror *m, struct xenhub_device *device, unsigned code, bool on);

void mirror_counters(const struct mirror *m, struct xenhub_counters *counters);

const struct descriptor *mirror_device_descriptor(const struct xenhub_device *device);

#endif
