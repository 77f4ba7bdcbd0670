/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/remote/protocol.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "hub/core/clock.h"

static void remote_free(struct remote *remote)
{
	pthread_cond_destroy(&remote->changed);
	pthread_mutex_destroy(&remote->lock);
	frame_finish(&remote->frame);
	free(remote->text_in);
	free(remote->text_out);
	explicit_bzero(remote->config.password, sizeof(remote->config.password));
	free(remote);
}

int remote_create(struct remote **out, const struct remote_config *config, void (*wake)(void *user),
		  void *user)
{
	struct remote *remote = calloc(1, sizeof(*remote));
	pthread_condattr_t attributes;
	char why[REMOTE_REASON_MAX];
	int rc;

	if (!remote)
		return -ENOMEM;
	remote->config = *config;
	remote->wake = wake;
	remote->user = user;
	remote->status.since_ns = clock_now_ns();
	frame_init(&remote->frame, 0);
	outbox_init(&remote->outbox);
	retry_init(&remote->retry, uri_is_local(&config->uri));
	pthread_mutex_init(&remote->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&remote->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	remote->locks = -1;
	rc = protocol_find(&remote->protocol, &config->uri, why, sizeof(why));
	if (rc == 0)
		rc = remote->protocol->start(remote);
	if (rc < 0) {
		remote_free(remote);
		return rc;
	}
	*out = remote;
	return 0;
}

void remote_destroy(struct remote *remote)
{
	if (!remote)
		return;
	pthread_mutex_lock(&remote->lock);
	remote->quit = true;
	pthread_cond_broadcast(&remote->changed);
	pthread_mutex_unlock(&remote->lock);
	remote->protocol->stop(remote);
	remote_free(remote);
}

const struct remote_config *remote_config(const struct remote *remote)
{
	return &remote->config;
}

void remote_get_status(struct remote *remote, struct remote_status *status)
{
	pthread_mutex_lock(&remote->lock);
	*status = remote->status;
	status->events_merged = remote->outbox.merged;
	status->events_dropped = remote->outbox.dropped;
	pthread_mutex_unlock(&remote->lock);
}

void remote_set_shown(struct remote *remote, bool shown)
{
	pthread_mutex_lock(&remote->lock);
	remote->shown = shown;
	remote->unshown = false;
	pthread_cond_broadcast(&remote->changed);
	pthread_mutex_unlock(&remote->lock);
	remote->protocol->poke(remote);
}

void remote_retry(struct remote *remote)
{
	pthread_mutex_lock(&remote->lock);
	remote->retry_now = true;
	pthread_mutex_unlock(&remote->lock);
	remote->protocol->poke(remote);
}

void remote_send(struct remote *remote, const struct outbox_event *event)
{
	bool sent;

	if (remote->config.view_only)
		return;
	pthread_mutex_lock(&remote->lock);
	sent = remote->status.state == REMOTE_RUNNING || remote->status.state == REMOTE_STALLED;
	if (sent) {
		outbox_put(&remote->outbox, event);
		if (!remote->input_since)
			remote->input_since = clock_now_ns();
	}
	pthread_mutex_unlock(&remote->lock);
	if (sent)
		remote->protocol->poke(remote);
}

void remote_set_locks(struct remote *remote, unsigned leds)
{
	if (remote->config.view_only)
		return;
	pthread_mutex_lock(&remote->lock);
	remote->locks = (int)leds;
	pthread_mutex_unlock(&remote->lock);
	remote->protocol->poke(remote);
}

void remote_ask_size(struct remote *remote, int width, int height)
{
	pthread_mutex_lock(&remote->lock);
	remote->ask_w = width;
	remote->ask_h = height;
	pthread_mutex_unlock(&remote->lock);
	remote->protocol->poke(remote);
}

void remote_send_text(struct remote *remote, const char *utf8, size_t size)
{
	char *copy;

	if (!remote->config.clipboard || remote->config.view_only)
		return;
	copy = malloc(size + 1);
	if (!copy)
		return;
	memcpy(copy, utf8, size);
	copy[size] = '\0';
	pthread_mutex_lock(&remote->lock);
	if (!remote->text_out || strcmp(remote->text_out, copy) != 0)
		remote->text_new = true;
	free(remote->text_out);
	remote->text_out = copy;
	remote->text_out_size = size;
	pthread_mutex_unlock(&remote->lock);
	remote->protocol->poke(remote);
}

char *remote_take_text(struct remote *remote)
{
	char *text;

	pthread_mutex_lock(&remote->lock);
	text = remote->text_in;
	remote->text_in = NULL;
	pthread_mutex_unlock(&remote->lock);
	return text;
}

static struct timespec after_ms(unsigned ms)
{
	uint64_t at = clock_now_ns() + ms * NS_PER_MS;

	return (struct timespec){ .tv_sec = (time_t)(at / NS_PER_S), .tv_nsec = (long)(at % NS_PER_S) };
}

struct frame *remote_frame_claim(struct remote *remote, unsigned wait_ms)
{
	struct timespec end = after_ms(wait_ms);
	bool claimed;

	pthread_mutex_lock(&remote->lock);
	while (remote->writing)
		if (pthread_cond_timedwait(&remote->changed, &remote->lock, &end) != 0)
			break;
	claimed = !remote->writing;
	remote->reading = claimed;
	remote->missed = !claimed;
	pthread_mutex_unlock(&remote->lock);
	return claimed ? &remote->frame : NULL;
}

void remote_frame_release(struct remote *remote)
{
	bool wanted;

	pthread_mutex_lock(&remote->lock);
	remote->reading = false;
	remote->unshown = false;
	wanted = remote->wanted;
	remote->wanted = false;
	pthread_cond_broadcast(&remote->changed);
	pthread_mutex_unlock(&remote->lock);
	if (wanted)
		remote->protocol->poke(remote);
}

bool frame_try_claim(struct remote *remote)
{
	bool busy;

	pthread_mutex_lock(&remote->lock);
	busy = remote->reading || (remote->unshown && remote->shown);
	remote->wanted = busy;
	remote->writing = !busy;
	pthread_mutex_unlock(&remote->lock);
	return !busy;
}

void frame_claim_for_writing(struct remote *remote, bool new_update)
{
	struct timespec end = after_ms(REMOTE_SHOW_MS);

	pthread_mutex_lock(&remote->lock);
	if (!remote->writing) {
		while (new_update && remote->unshown && remote->shown && !remote->quit)
			if (pthread_cond_timedwait(&remote->changed, &remote->lock, &end) != 0)
				break;
		while (remote->reading)
			pthread_cond_wait(&remote->changed, &remote->lock);
		remote->writing = true;
	}
	pthread_mutex_unlock(&remote->lock);
}

void frame_release_from_writing(struct remote *remote, bool update_done)
{
	bool done, tell;

	pthread_mutex_lock(&remote->lock);
	/* Without the claim the damage is the presenter's to look at. */
	done = update_done && remote->writing && remote->frame.damage.count > 0;
	tell = done || remote->missed;
	remote->writing = remote->missed = false;
	if (done)
		remote->unshown = true;
	pthread_cond_broadcast(&remote->changed);
	pthread_mutex_unlock(&remote->lock);
	if (tell)
		remote->wake(remote->user);
}

bool remote_get_cursor(struct remote *remote, struct remote_cursor *cursor)
{
	bool copied;

	pthread_mutex_lock(&remote->lock);
	copied = remote->cursor.generation != cursor->generation;
	if (copied) {
		uint32_t *pixels = cursor->pixels;

		*cursor = remote->cursor;
		cursor->pixels = pixels;
		memcpy(pixels, remote->cursor_pixels, (size_t)cursor->w * (size_t)cursor->h * 4);
	}
	pthread_mutex_unlock(&remote->lock);
	return copied;
}
