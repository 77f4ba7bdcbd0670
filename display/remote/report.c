/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a protocol found out, for the application. */
#include "display/remote/protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hub/core/clock.h"

#define LOG_MODULE "remote"
#include "hub/core/log.h"

void remote_set_state(struct remote *remote, enum remote_state state, const char *reason,
		      uint64_t next_try_ns)
{
	struct remote_status *status = &remote->status;
	bool was_well, is_well = state == REMOTE_RUNNING;

	pthread_mutex_lock(&remote->lock);
	was_well = status->state == REMOTE_RUNNING;
	/* One trouble: lost, tried, refused, tried … has one beginning. */
	if (was_well != is_well)
		status->since_ns = clock_now_ns();
	status->state = state;
	status->next_try_ns = next_try_ns;
	if (reason)
		snprintf(status->reason, sizeof(status->reason), "%s", reason);
	pthread_mutex_unlock(&remote->lock);
	remote->wake(remote->user);
}

void remote_begin(struct remote *remote)
{
	remote->running_since = 0;
	pthread_mutex_lock(&remote->lock);
	outbox_reset(&remote->outbox);
	remote->input_since = 0;
	remote->text_new = remote->text_out != NULL;
	pthread_mutex_unlock(&remote->lock);
}

void remote_connected(struct remote *remote)
{
	remote->running_since = clock_now_ns();
	pthread_mutex_lock(&remote->lock);
	remote->status.connects++;
	remote->status.leds = 0;
	remote->status.relative = false;
	pthread_mutex_unlock(&remote->lock);
}

uint64_t remote_ended(struct remote *remote, int error, const char *reason)
{
	uint64_t now = clock_now_ns();
	uint64_t next_try = retry_after(&remote->retry, now, error,
					remote->running_since ? now - remote->running_since : 0);

	if (remote->running_since || remote->retry.failures <= 1)
		log_info("%s: %s", remote->config.name, reason);
	remote_set_state(remote, REMOTE_WAITING, reason, next_try);
	return next_try;
}

void remote_heard(struct remote *remote, size_t bytes)
{
	bool stalled;

	pthread_mutex_lock(&remote->lock);
	remote->status.bytes += bytes;
	stalled = remote->status.state == REMOTE_STALLED;
	pthread_mutex_unlock(&remote->lock);
	if (stalled)
		remote_set_state(remote, REMOTE_RUNNING, "", 0);
}

void remote_updated(struct remote *remote, uint64_t began_ns)
{
	pthread_mutex_lock(&remote->lock);
	remote->status.updates++;
	remote->status.updated_ns = clock_now_ns();
	remote->status.update_ns = remote->status.updated_ns - began_ns;
	/* An update may hold a cursor's shape alone. */
	remote->status.ever = remote->status.ever || remote->frame.damage.count > 0;
	pthread_mutex_unlock(&remote->lock);
	frame_release_from_writing(remote, true);
}

void remote_input_sent(struct remote *remote)
{
	if (!remote->input_since)
		return;
	remote->status.inputs++;
	remote->status.input_ns += clock_now_ns() - remote->input_since;
	remote->input_since = 0;
}

void remote_put_parts(struct remote *remote, const char *const *kinds, const uint64_t *parts, unsigned count)
{
	pthread_mutex_lock(&remote->lock);
	remote->status.kinds = kinds;
	for (unsigned i = 0; i < count && i < REMOTE_KINDS_MAX; i++)
		remote->status.parts[i] = parts[i];
	pthread_mutex_unlock(&remote->lock);
}

void remote_put_title(struct remote *remote, const char *clean)
{
	pthread_mutex_lock(&remote->lock);
	snprintf(remote->status.title, sizeof(remote->status.title), "%s", clean);
	pthread_mutex_unlock(&remote->lock);
	remote->wake(remote->user);
}

void remote_put_bell(struct remote *remote)
{
	pthread_mutex_lock(&remote->lock);
	remote->status.bells++;
	pthread_mutex_unlock(&remote->lock);
	remote->wake(remote->user);
}

void remote_put_leds(struct remote *remote, unsigned leds)
{
	pthread_mutex_lock(&remote->lock);
	remote->status.leds = leds;
	pthread_mutex_unlock(&remote->lock);
	remote->wake(remote->user);
}

void remote_put_encoding(struct remote *remote, const char *name)
{
	pthread_mutex_lock(&remote->lock);
	snprintf(remote->status.encoding, sizeof(remote->status.encoding), "%s", name);
	pthread_mutex_unlock(&remote->lock);
}

void remote_put_relative(struct remote *remote, bool relative)
{
	pthread_mutex_lock(&remote->lock);
	remote->status.relative = relative;
	pthread_mutex_unlock(&remote->lock);
	remote->wake(remote->user);
}

void remote_put_cursor(struct remote *remote, int w, int h, int hot_x, int hot_y, const uint32_t *pixels)
{
	if (w > REMOTE_CURSOR_SIDE_MAX || h > REMOTE_CURSOR_SIDE_MAX)
		return;
	pthread_mutex_lock(&remote->lock);
	remote->cursor.w = w;
	remote->cursor.h = h;
	remote->cursor.hot_x = hot_x;
	remote->cursor.hot_y = hot_y;
	if (++remote->cursor.generation == 0)
		remote->cursor.generation = 1;
	if (pixels)
		memcpy(remote->cursor_pixels, pixels, (size_t)w * (size_t)h * 4);
	pthread_mutex_unlock(&remote->lock);
	remote->wake(remote->user);
}

void remote_put_text(struct remote *remote, const char *utf8, size_t size)
{
	char *copy;

	if (!remote->config.clipboard)
		return;
	copy = malloc(size + 1);
	if (!copy)
		return;
	memcpy(copy, utf8, size);
	copy[size] = '\0';
	pthread_mutex_lock(&remote->lock);
	free(remote->text_in);
	remote->text_in = copy;
	pthread_mutex_unlock(&remote->lock);
	remote->wake(remote->user);
}
