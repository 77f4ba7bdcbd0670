/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Streams over carriers for programs without our loop: a thread of its own drives the links, and each dial gives one end of a
 * stream socket. Dials to the same endpoint share one link, whatever their service. Safe from any thread.
 *
 *	dialer_create(&dialer);
 *	dialer_dial(dialer, "vchan:@app", "vnc", &fd, &ticket);
 *	... fd is a connected stream socket: read, write, poll, shutdown, close
 *	on its end or an error: dialer_why(dialer, ticket, why, sizeof(why))
 */
#ifndef HUB_LINK_DIALER_H
#define HUB_LINK_DIALER_H

#include <stddef.h>
#include <stdint.h>

#define DIALER_ENDPOINTS_MAX 8
#define DIALER_IDLE_MS       10000 /* a link without streams is kept for so long: who comes back finds it */
#define DIALER_TEXTS         64    /* endings that are remembered */

struct dialer;

/* Starts the thread. 0 or -errno. */
int dialer_create(struct dialer **out);

/* Resets the streams, joins the thread. The sockets stay their callers'. */
void dialer_destroy(struct dialer *dialer);

/*
 * A stream to the peer's service at an endpoint that is joined: vchan:@ROUTE, channel:NAME, tty:PATH, mux+unix:PATH, … Does not
 * block: *fd is there at once, non-blocking and close-on-exec, and the caller's to close; what is written waits until the link is
 * up, for CARRIER_HOLD_MS (carrier.h). When the stream cannot be opened, or ends otherwise than in order, the socket ends (read gives 0 or -ECONNRESET) and
 * dialer_why has the reason. ticket may be NULL.
 *
 * 0, or -EINVAL, -EPROTONOSUPPORT (why says what is wrong with the endpoint), -ENOSPC (too many endpoints), or -errno.
 */
int dialer_dial(struct dialer *dialer, const char *endpoint, const char *service, int *fd, uint64_t *ticket,
		char *why, size_t size);

/*
 * Why the stream of that ticket has ended. "" while it runs, and when it ended in order. Of the last DIALER_TEXTS dials; "" of older
 * ones.
 */
void dialer_why(struct dialer *dialer, uint64_t ticket, char *why, size_t size);

#endif
