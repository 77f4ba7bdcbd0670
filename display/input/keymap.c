/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/input/keymap.h"

#include <errno.h>
#include <linux/input-event-codes.h>
#include <stdlib.h>
#include <xkbcommon/xkbcommon.h>

#define XKB_OFFSET 8 /* an XKB key code is the kernel's and 8 */

struct keymap {
	struct xkb_context *context;
	struct xkb_keymap *map;
	struct xkb_state *state;
};

static const char *or_default(const char *text)
{
	return text && *text ? text : NULL;
}

int keymap_create(struct keymap **out, const char *layout, const char *variant, const char *options)
{
	struct xkb_rule_names names = {
		.layout = or_default(layout),
		.variant = or_default(variant),
		.options = or_default(options),
	};
	struct keymap *keymap = calloc(1, sizeof(*keymap));

	if (!keymap)
		return -ENOMEM;
	keymap->context = xkb_context_new(XKB_CONTEXT_NO_FLAGS);
	if (keymap->context) {
		/* Its own lines name no option of ours: the caller says what is wrong. */
		xkb_context_set_log_level(keymap->context, XKB_LOG_LEVEL_CRITICAL);
		keymap->map = xkb_keymap_new_from_names(keymap->context, &names, XKB_KEYMAP_COMPILE_NO_FLAGS);
	}
	if (keymap->map)
		keymap->state = xkb_state_new(keymap->map);
	if (!keymap->state) {
		keymap_destroy(keymap);
		return -EINVAL;
	}
	keymap_set_locks(keymap, false, true);
	*out = keymap;
	return 0;
}

void keymap_destroy(struct keymap *keymap)
{
	if (!keymap)
		return;
	xkb_state_unref(keymap->state);
	xkb_keymap_unref(keymap->map);
	xkb_context_unref(keymap->context);
	free(keymap);
}

uint32_t keymap_symbol(const struct keymap *keymap, unsigned code)
{
	return xkb_state_key_get_one_sym(keymap->state, code + XKB_OFFSET);
}

uint32_t keymap_key(struct keymap *keymap, unsigned code, bool down)
{
	uint32_t symbol = keymap_symbol(keymap, code);

	xkb_state_update_key(keymap->state, code + XKB_OFFSET, down ? XKB_KEY_DOWN : XKB_KEY_UP);
	return symbol;
}

static bool is_locked(const struct keymap *keymap, const char *modifier)
{
	return xkb_state_mod_name_is_active(keymap->state, modifier, XKB_STATE_MODS_LOCKED) > 0;
}

static void set_lock(struct keymap *keymap, const char *modifier, unsigned code, bool on)
{
	if (is_locked(keymap, modifier) == on)
		return;
	xkb_state_update_key(keymap->state, code + XKB_OFFSET, XKB_KEY_DOWN);
	xkb_state_update_key(keymap->state, code + XKB_OFFSET, XKB_KEY_UP);
}

void keymap_set_locks(struct keymap *keymap, bool caps, bool num)
{
	set_lock(keymap, XKB_MOD_NAME_CAPS, KEY_CAPSLOCK, caps);
	set_lock(keymap, XKB_MOD_NAME_NUM, KEY_NUMLOCK, num);
}

bool keymap_caps(const struct keymap *keymap)
{
	return is_locked(keymap, XKB_MOD_NAME_CAPS);
}

void keymap_forget(struct keymap *keymap)
{
	bool caps = keymap_caps(keymap), num = is_locked(keymap, XKB_MOD_NAME_NUM);
	struct xkb_state *fresh = xkb_state_new(keymap->map);

	if (!fresh)
		return;
	xkb_state_unref(keymap->state);
	keymap->state = fresh;
	keymap_set_locks(keymap, caps, num);
}
