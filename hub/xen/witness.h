/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells that xenstored, or the way to it, is gone. libxenstore tells nobody: the fd of its watches stays silent when the connection
 * ends, so who waits for a watch would wait for ever. The witness is a second connection to the same xenstored, which says
 * nothing and hears nothing but its end.
 */
#ifndef HUB_XEN_WITNESS_H
#define HUB_XEN_WITNESS_H

#include "hub/core/loop.h"

struct witness;

/*
 * fn is called once, on the loop's thread; the witness is to be destroyed there or later. 0; -ENODEV where XenStore is reached through
 * the kernel, whose connection does not end; or another -errno.
 */
int witness_create(struct witness **out, struct loop *loop, loop_fn fn, void *data);

/* The same for who has another loop: a descriptor, the caller's, that becomes readable with the end. Or -ENODEV, or another -errno. */
int witness_open(void);

/* NULL is fine with both. The second: when the loop has been destroyed already. */
void witness_destroy(struct witness *witness);
void witness_abandon(struct witness *witness);

#endif
