/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/spice/spice.h"

#include "hub/core/clock.h"

#define BUTTONS       5 /* left, middle, right, wheel up, wheel down: bits of the outbox, from bit 0 on */
#define BUTTON_STATES 7 /* SPICE tells of the wheel by presses alone */
#define ACK_BUNCH     4 /* the server acknowledges so many positions at once */

/* SPICE's numbers of buttons, in the order of the outbox's bits. */
static const int button_numbers[BUTTONS] = { SPICE_MOUSE_BUTTON_LEFT, SPICE_MOUSE_BUTTON_MIDDLE,
					     SPICE_MOUSE_BUTTON_RIGHT, SPICE_MOUSE_BUTTON_UP,
					     SPICE_MOUSE_BUTTON_DOWN };

static SpiceInputsChannel *inputs(const struct spice *spice)
{
	return (SpiceInputsChannel *)spice->inputs;
}

static int states(unsigned buttons)
{
	return (int)(buttons & BUTTON_STATES);
}

/* One by one, as hands do it: each call carries the buttons that are down then. */
static void send_buttons(struct spice *spice, unsigned buttons)
{
	for (unsigned i = 0; i < BUTTONS; i++) {
		unsigned bit = 1u << i;

		if (!((buttons ^ spice->buttons) & bit))
			continue;
		if (buttons & bit)
			spice_inputs_channel_button_press(inputs(spice), button_numbers[i],
							  states(spice->buttons));
		else
			spice_inputs_channel_button_release(inputs(spice), button_numbers[i],
							    states(spice->buttons));
		spice->buttons ^= bit;
	}
	spice->buttons = buttons;
}

static void send_key(struct spice *spice, const struct outbox_event *event)
{
	/* Set 1 with the prefix as bit 7 becomes set 1 with the prefix as bit 8. Keys without a code cannot be said. */
	unsigned code = event->scancode & 0x80 ? 0x100 | (event->scancode & 0x7f) : event->scancode;

	if (code == 0)
		return;
	if (event->down)
		spice_inputs_channel_key_press(inputs(spice), code);
	else
		spice_inputs_channel_key_release(inputs(spice), code);
}

static void send_event(struct spice *spice, const struct outbox_event *event)
{
	switch (event->type) {
	case OUTBOX_KEY:
		send_key(spice, event);
		break;
	case OUTBOX_MOTION:
		spice_inputs_channel_motion(inputs(spice), event->x, event->y, states(spice->buttons));
		send_buttons(spice, event->buttons);
		break;
	case OUTBOX_POINTER:
		/* Where the server takes distances, only the buttons of a position mean anything. */
		if (!spice->remote->status.relative &&
		    (event->x != spice->pointer_x || event->y != spice->pointer_y))
			spice_inputs_channel_position(inputs(spice), event->x, event->y, 0,
						      states(spice->buttons));
		spice->pointer_x = event->x;
		spice->pointer_y = event->y;
		send_buttons(spice, event->buttons);
		break;
	case OUTBOX_RELEASE:
		break; /* the outbox says what is to be released */
	}
}

void hands_send(struct spice *spice)
{
	struct remote *remote = spice->remote;
	struct outbox_event event;
	int locks;
	bool sent = false;

	if (!spice->inputs_open)
		return;
	/* The library never blocks and the lock is the outbox's, so it can be held. */
	pthread_mutex_lock(&remote->lock);
	locks = remote->locks;
	remote->locks = -1;
	while (outbox_next(&remote->outbox, &event)) {
		send_event(spice, &event);
		outbox_taken(&remote->outbox, &event);
		remote_input_sent(remote);
		sent = true;
	}
	pthread_mutex_unlock(&remote->lock);
	if (locks >= 0)
		spice_inputs_channel_set_key_locks(inputs(spice), (guint)locks);
	if (sent)
		health_sent_input(&spice->health, clock_now_ns());
}

bool hands_ping(struct spice *spice)
{
	int x = spice->pointer_x, y = spice->pointer_y;

	/* Positions are acknowledged. Where they count, somebody who only looks must not move the pointer. */
	if (!spice->inputs_open || spice->remote->config.view_only)
		return false;
	if (x < 0) {
		x = spice->picture.width / 2;
		y = spice->picture.height / 2;
	}
	for (int i = 0; i < ACK_BUNCH; i++)
		spice_inputs_channel_position(inputs(spice), x, y, 0, states(spice->buttons));
	return true;
}

void hands_tell(struct spice *spice)
{
	int locks = 0;

	if (!spice->inputs)
		return;
	/* SPICE's bits are RFB's, and so ours. */
	g_object_get(spice->inputs, "key-modifiers", &locks, NULL);
	spice->leds = (unsigned)locks;
	remote_put_leds(spice->remote,
			(unsigned)locks & (REMOTE_LED_SCROLL | REMOTE_LED_NUM | REMOTE_LED_CAPS));
}

static void on_modifiers(SpiceChannel *channel, struct spice *spice)
{
	hands_tell(spice);
}

void hands_connect(struct spice *spice)
{
	/* The library begins with telling the server of locks, none unless it knows: those that it had are to stay. */
	spice_inputs_channel_set_key_locks(inputs(spice), spice->leds);
	g_signal_connect(spice->inputs, "inputs-modifiers", G_CALLBACK(on_modifiers), spice);
}
