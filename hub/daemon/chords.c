/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "chord"
#include "hub/daemon/chords.h"

#include <stdio.h>
#include <string.h>

#include "hub/core/log.h"
#include "hub/daemon/focus.h"

static void add(struct local_chords *c, const char *name, const char *keys_text, enum config_action action,
		const char *argument, struct loop *loop)
{
	struct local_chord *chord = &c->chords[c->keys.count];
	uint16_t keys[CHORD_KEYS_MAX];
	char why[256];
	unsigned count;

	/* The configuration has been checked; there is room for as many as it may have. */
	if (config_parse_keys(keys_text, keys, &count, why, sizeof(why)) < 0)
		return;
	*chord = (struct local_chord){ .action = action, .argument = argument, .name = name };
	action_init(&chord->run, loop);
	if (action == CONFIG_ACTION_RUN)
		action_prepare(&chord->run, argument);
	chords_add(&c->keys, keys, count, (int)c->keys.count);
}

void local_chords_init(struct local_chords *c, const struct config *config, struct loop *loop,
		       struct hub *hub, void (*panic)(void *data), void *data)
{
	enum config_action action;
	const char *argument;
	char why[256];

	memset(c, 0, sizeof(*c));
	c->hub = hub;
	c->panic = panic;
	c->data = data;
	if (config->panic_chord[0])
		add(c, "panic", config->panic_chord, CONFIG_ACTION_PANIC, "", loop);
	for (unsigned i = 0; i < config->n_chords; i++) {
		const struct config_chord *chord = &config->chords[i];

		if (config_parse_action(chord->action, &action, &argument, why, sizeof(why)) == 0)
			add(c, chord->named.name, chord->keys, action, argument, loop);
	}
}

void local_chords_finish(struct local_chords *c)
{
	for (unsigned i = 0; i < c->keys.count; i++)
		action_finish(&c->chords[i].run);
}

static void focus(struct local_chords *c, const struct local_chord *chord)
{
	char who[POLICY_NAME_MAX + 16], why[128];

	snprintf(who, sizeof(who), "chord %s", chord->name);
	if (focus_move(c->hub, chord->action == CONFIG_ACTION_FOCUS_NEXT ? "next" : chord->argument, who, why,
		       sizeof(why)) < 0)
		log_warn("%s: focus stays with %s: %s", who, focus_text(c->hub), why);
}

void local_chords_act(struct local_chords *c, int number)
{
	struct local_chord *chord = &c->chords[number];

	switch (chord->action) {
	case CONFIG_ACTION_PANIC:
		log_warn("the panic chord was pressed: every grab is let go; 'xenhub grab on' takes them "
			 "again");
		c->panic(c->data);
		break;
	case CONFIG_ACTION_FOCUS:
	case CONFIG_ACTION_FOCUS_NEXT:
		focus(c, chord);
		break;
	case CONFIG_ACTION_RUN:
		action_run(&chord->run);
		break;
	}
}
