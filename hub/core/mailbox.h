/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A one-way mailbox between two threads: a bounded queue of pointers and an eventfd that is readable when it is not empty, or was
 * not a moment ago.
 * Posting never blocks; ownership of a message goes with it. For set-up and state changes, never for events.
 */
#ifndef HUB_CORE_MAILBOX_H
#define HUB_CORE_MAILBOX_H

struct mailbox;

/* capacity is the most messages that may wait. 0 or -errno. */
int mailbox_create(struct mailbox **out, unsigned capacity);

/* The messages that still wait are handed to free_message first (may be NULL when there can be none). */
void mailbox_destroy(struct mailbox *box, void (*free_message)(void *message));

/* 0, or -ENOSPC when full: the message stays the caller's. The mailbox must be there until this returns, taken or not. */
int mailbox_post(struct mailbox *box, void *message);

/* The oldest message, or NULL. Reading to NULL clears the eventfd. */
void *mailbox_take(struct mailbox *box);

/* For epoll; only mailbox_take reads it. */
int mailbox_fd(const struct mailbox *box);

#endif
