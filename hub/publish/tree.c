/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/publish/tree.h"

#include <libevdev/libevdev.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/text.h"

#define NAMES_MAX (WIRE_TEXT_MAX * 4)

void tree_init(struct tree *tree, struct hub *hub, bool publish_keys)
{
	memset(tree, 0, sizeof(*tree));
	tree->hub = hub;
	tree->states = hub_states(hub);
	tree->guest = -1;
	tree->focused = true;
	tree->publish_keys = publish_keys;
}

void tree_init_guest(struct tree *tree, struct hub *hub, unsigned guest, struct states *states)
{
	memset(tree, 0, sizeof(*tree));
	tree->hub = hub;
	tree->states = states;
	tree->guest = (int)guest;
	tree->publish_keys = hub_policy(hub)->guests[guest].publish_keys;
}

/* The kernel's names of the codes whose bits are set, joined by blanks. */
static void join_names(unsigned type, const uint8_t *bits, unsigned first, unsigned end, char *buf,
		       size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (unsigned code = first; code < end; code++) {
		const char *name;

		if (!bit_test(bits, code) || n >= size)
			continue;
		name = libevdev_event_code_get_name(type, code);
		n += (size_t)(name ? snprintf(buf + n, size - n, "%s%s", n ? " " : "", name)
				   : snprintf(buf + n, size - n, "%s0x%03x", n ? " " : "", code));
	}
}

static void describe(struct tree *tree, const struct hub_device_info *info, uint64_t now_ns)
{
	struct states *s = tree->states;
	const struct descriptor *d = info->descriptor;
	char text[128];
	char bus[16];

	class_names(info->classes, text, sizeof(text));
	states_set_text(s, now_ns, text, "device/%s/classes", info->id);
	/* Where it hangs is no guest's affair. */
	if (tree->guest < 0) {
		states_set_text(s, now_ns, info->reason, "device/%s/reason", info->id);
		states_set_text(s, now_ns, info->origin, "device/%s/origin", info->id);
	}
	states_set_text(s, now_ns, d->name, "device/%s/name", info->id);
	states_set_text(s, now_ns, d->phys, "device/%s/phys", info->id);
	states_set_text(s, now_ns, d->uniq, "device/%s/uniq", info->id);
	states_set_text(s, now_ns, bus_name(d->bustype, bus), "device/%s/bus", info->id);
	snprintf(text, sizeof(text), "%04x", d->vendor);
	states_set_text(s, now_ns, text, "device/%s/vendor", info->id);
	snprintf(text, sizeof(text), "%04x", d->product);
	states_set_text(s, now_ns, text, "device/%s/product", info->id);
}

static void publish_keys(struct tree *tree, const struct hub_device_info *info,
			 const struct device_state *state, uint64_t now_ns)
{
	struct states *s = tree->states;
	char names[NAMES_MAX];

	if (!bit_test(info->descriptor->types, EV_KEY))
		return;
	/* A state tree must not be a keylogger: of a keyboard it says how many, not which. */
	states_set_integer(s, now_ns, bits_count(state->keys, BITS_BYTES(BTN_MISC)), "",
			   "device/%s/keys-held", info->id);
	if (tree->publish_keys || !(info->classes & CLASS_KEYBOARD)) {
		join_names(EV_KEY, state->keys, 0, BTN_MISC, names, sizeof(names));
		states_set_text(s, now_ns, names, "device/%s/keys", info->id);
	}
	join_names(EV_KEY, state->keys, BTN_MISC, KEY_CNT, names, sizeof(names));
	states_set_text(s, now_ns, names, "device/%s/buttons", info->id);
}

static void publish_contacts(struct tree *tree, const struct hub_device_info *info,
			     const struct device_state *state, uint64_t now_ns)
{
	struct states *s = tree->states;
	unsigned contacts = 0;

	if (!state->slots)
		return;
	for (unsigned i = 0; i < state->slots; i++) {
		if (state->mt[i][MT_TRACKING_ID] < 0) {
			char path[WIRE_TEXT_MAX];

			snprintf(path, sizeof(path), "device/%s/contact/%u/x", info->id, i);
			if (states_find(s, path))
				states_remove(s, now_ns, "device/%s/contact/%u", info->id, i);
			continue;
		}
		contacts++;
		states_set_integer(s, now_ns, state->mt[i][MT_INDEX(ABS_MT_POSITION_X)], "",
				   "device/%s/contact/%u/x", info->id, i);
		states_set_integer(s, now_ns, state->mt[i][MT_INDEX(ABS_MT_POSITION_Y)], "",
				   "device/%s/contact/%u/y", info->id, i);
	}
	states_set_integer(s, now_ns, contacts, "", "device/%s/contacts", info->id);
}

static void publish_pen(struct tree *tree, const struct hub_device_info *info, uint64_t now_ns)
{
	static const struct {
		uint16_t code;
		const char *name;
	} axes[] = {
		{ ABS_X, "x" },
		{ ABS_Y, "y" },
		{ ABS_PRESSURE, "pressure" },
		{ ABS_DISTANCE, "distance" },
		{ ABS_TILT_X, "tilt-x" },
		{ ABS_TILT_Y, "tilt-y" },
	};
	struct states *s = tree->states;
	const uint8_t *keys = info->state->keys;
	bool near = bit_test(keys, BTN_TOOL_PEN) || bit_test(keys, BTN_TOOL_RUBBER) ||
		    bit_test(keys, BTN_TOOL_BRUSH) || bit_test(keys, BTN_TOOL_PENCIL) ||
		    bit_test(keys, BTN_TOOL_AIRBRUSH);

	if (!(info->classes & CLASS_PEN))
		return;
	states_set_text(s, now_ns,
			!near                             ? "none"
			: bit_test(keys, BTN_TOOL_RUBBER) ? "rubber"
							  : "pen",
			"device/%s/pen/tool", info->id);
	states_set_integer(s, now_ns, bit_test(keys, BTN_TOUCH), "", "device/%s/pen/tip", info->id);
	for (unsigned i = 0; i < sizeof(axes) / sizeof(axes[0]); i++)
		if (descriptor_has(info->descriptor, EV_ABS, axes[i].code))
			states_set_integer(s, now_ns, info->state->abs[axes[i].code], "", "device/%s/pen/%s",
					   info->id, axes[i].name);
}

/* "SW_TABLET_MODE" is published as switch/tablet-mode. */
static void publish_switches(struct tree *tree, const struct hub_device_info *info, uint64_t now_ns)
{
	struct states *s = tree->states;

	for (unsigned code = 0; code < SW_CNT; code++) {
		const char *name = libevdev_event_code_get_name(EV_SW, code);
		char slug[64];

		if (!name || !descriptor_has(info->descriptor, EV_SW, code))
			continue;
		text_slug(slug, sizeof(slug), name + 3);
		states_set_integer(s, now_ns, bit_test(info->state->sws, code), "", "switch/%s", slug);
	}
}

static void publish_leds(struct tree *tree, const struct hub_device_info *info, uint64_t now_ns)
{
	char names[NAMES_MAX];

	if (!bit_test(info->descriptor->types, EV_LED))
		return;
	join_names(EV_LED, info->state->leds, 0, LED_CNT, names, sizeof(names));
	states_set_text(tree->states, now_ns, names, "device/%s/leds", info->id);
}

static bool any_device_has_switch(const struct tree *tree, unsigned code)
{
	struct hub_device_info info;

	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++)
		if (hub_device_info(tree->hub, i, &info) && descriptor_has(info.descriptor, EV_SW, code))
			return true;
	return false;
}

static void forget(struct tree *tree, unsigned slot, uint64_t now_ns)
{
	struct states *s = tree->states;

	states_remove(s, now_ns, "device/%s", tree->ids[slot]);
	states_remove(s, now_ns, "counter/%s", tree->ids[slot]);
	for (unsigned code = 0; code < SW_CNT && tree->guest < 0; code++) {
		const char *name = libevdev_event_code_get_name(EV_SW, code);
		char slug[64];

		if (!name || any_device_has_switch(tree, code))
			continue;
		text_slug(slug, sizeof(slug), name + 3);
		states_remove(s, now_ns, "switch/%s", slug);
	}
	tree->handles[slot] = 0;
}

/* What is pressed, touched and lit is for who has focus, and goes with it. */
static void forget_held(struct tree *tree, const char *id, uint64_t now_ns)
{
	static const char *const held[] = { "keys-held", "keys", "buttons", "contacts",
					    "contact",   "pen",  "leds" };

	for (unsigned i = 0; i < sizeof(held) / sizeof(held[0]); i++)
		states_remove(tree->states, now_ns, "device/%s/%s", id, held[i]);
}

static bool look(const struct tree *tree, unsigned slot, struct hub_device_info *info,
		 struct device_state *state)
{
	if (tree->guest >= 0)
		return hub_guest_device(tree->hub, (unsigned)tree->guest, slot, info, state);
	if (!hub_device_info(tree->hub, slot, info))
		return false;
	*state = *info->state;
	return true;
}

static void update_device(struct tree *tree, unsigned slot, uint64_t now_ns)
{
	struct states *s = tree->states;
	struct device_state state;
	struct hub_device_info info;
	bool present = look(tree, slot, &info, &state);

	if (tree->handles[slot] && (!present || info.handle != tree->handles[slot]))
		forget(tree, slot, now_ns);
	if (!present)
		return;
	if (!tree->handles[slot]) {
		tree->handles[slot] = info.handle;
		memcpy(tree->ids[slot], info.id, sizeof(tree->ids[slot]));
		describe(tree, &info, now_ns);
	}
	if (tree->focused) {
		publish_keys(tree, &info, &state, now_ns);
		publish_contacts(tree, &info, &state, now_ns);
		publish_pen(tree, &info, now_ns);
		publish_leds(tree, &info, now_ns);
	} else {
		forget_held(tree, info.id, now_ns);
	}
	if (tree->guest >= 0)
		return;
	publish_switches(tree, &info, now_ns);
	states_set_integer(s, now_ns, (info.flags & HUB_DEVICE_CLAIMED) != 0, "", "device/%s/claimed",
			   info.id);
	states_set_integer(s, now_ns, (info.flags & HUB_DEVICE_PENDING) != 0, "", "device/%s/pending",
			   info.id);
	states_set_integer(s, now_ns, info.grabbed, "", "device/%s/grabbed", info.id);
	states_set_integer(s, now_ns, (int64_t)info.frames, "", "counter/%s/frames", info.id);
	states_set_integer(s, now_ns, (int64_t)info.resyncs, "", "counter/%s/resyncs", info.id);
}

static void publish_pointer(struct tree *tree, bool shown, uint64_t now_ns)
{
	int32_t x, y;

	if (!shown) {
		states_remove(tree->states, now_ns, "pointer");
		return;
	}
	hub_pointer(tree->hub, &x, &y);
	states_set_integer(tree->states, now_ns, x, "px", "pointer/x");
	states_set_integer(tree->states, now_ns, y, "px", "pointer/y");
}

/* What the machine says: sensors, and switches. */
static void copy_states(struct tree *tree, const struct policy_guest *guest, uint64_t now_ns)
{
	struct states *from = hub_states(tree->hub);
	const struct state_node *node = NULL;

	while ((node = states_next(from, tree->copied, node))) {
		if (!policy_shows_state(guest, node->path))
			continue;
		if (node->type == WIRE_STATE_INTEGER)
			states_set_integer(tree->states, now_ns, node->integer, node->unit, "%s", node->path);
		else if (node->type == WIRE_STATE_TEXT)
			states_set_text(tree->states, now_ns, node->text, "%s", node->path);
		else
			states_remove(tree->states, now_ns, "%s", node->path);
	}
	tree->copied = states_serial(from);
}

void tree_update(struct tree *tree, uint64_t mask, uint64_t now_ns)
{
	const char *focus = hub_focus(tree->hub);
	const struct policy_guest *guest = NULL;
	bool focused = true;

	if (tree->guest >= 0) {
		guest = &hub_policy(tree->hub)->guests[tree->guest];
		focused = focus && !strcmp(focus, guest->name);
		if (focused != tree->focused)
			mask = ~0ull;
		tree->focused = focused;
	}
	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++)
		if (mask >> i & 1)
			update_device(tree, i, now_ns);
	publish_pointer(
		tree,
		focused && (!guest || guest->classes & (CLASS_MOUSE | CLASS_TRACKPOINT | CLASS_TOUCHPAD)),
		now_ns);
	if (guest) {
		copy_states(tree, guest, now_ns);
		states_set_integer(tree->states, now_ns, focused, "", "focus");
	} else {
		states_set_text(tree->states, now_ns, !focus ? "all" : *focus ? focus : "none", "focus");
	}
}
