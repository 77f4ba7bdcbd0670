/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/source/evdev_describe.h"

#include <libevdev/libevdev.h>
#include <string.h>

#include "hub/core/text.h"

void evdev_describe(struct libevdev *evdev, struct descriptor *d)
{
	const char *name = libevdev_get_name(evdev), *phys = libevdev_get_phys(evdev),
		   *uniq = libevdev_get_uniq(evdev);

	memset(d, 0, sizeof(*d));
	text_copy(d->name, sizeof(d->name), name ? name : "", sizeof(d->name));
	text_copy(d->phys, sizeof(d->phys), phys ? phys : "", sizeof(d->phys));
	text_copy(d->uniq, sizeof(d->uniq), uniq ? uniq : "", sizeof(d->uniq));
	d->bustype = (uint16_t)libevdev_get_id_bustype(evdev);
	d->vendor = (uint16_t)libevdev_get_id_vendor(evdev);
	d->product = (uint16_t)libevdev_get_id_product(evdev);
	d->version = (uint16_t)libevdev_get_id_version(evdev);
	for (unsigned p = 0; p < INPUT_PROP_CNT; p++)
		if (libevdev_has_property(evdev, p))
			bit_set(d->props, p);
	for (unsigned type = 0; type < EV_CNT; type++) {
		int max = libevdev_event_type_get_max(type);

		if (!libevdev_has_event_type(evdev, type))
			continue;
		bit_set(d->types, type);
		for (int code = 0; type != EV_SYN && code <= max; code++)
			if (libevdev_has_event_code(evdev, type, (unsigned)code))
				descriptor_add(d, type, (unsigned)code);
	}
	for (unsigned code = 0; code < ABS_CNT; code++) {
		const struct input_absinfo *info = libevdev_get_abs_info(evdev, code);

		if (info)
			d->absinfo[code] = *info;
	}
}

void evdev_read_state(struct libevdev *evdev, const struct descriptor *d, struct device_state *s)
{
	for (unsigned code = 0; code < KEY_CNT; code++)
		bit_put(s->keys, code, libevdev_get_event_value(evdev, EV_KEY, code) > 0);
	for (unsigned code = 0; code < SW_CNT; code++)
		bit_put(s->sws, code, libevdev_get_event_value(evdev, EV_SW, code) > 0);
	for (unsigned code = 0; code < LED_CNT; code++)
		bit_put(s->leds, code, libevdev_get_event_value(evdev, EV_LED, code) > 0);
	for (unsigned code = 0; code < ABS_CNT; code++)
		if (descriptor_has(d, EV_ABS, code) && !(s->slots && code >= ABS_MT_SLOT))
			s->abs[code] = libevdev_get_event_value(evdev, EV_ABS, code);
	s->held = bits_count(s->keys, sizeof(s->keys));
	if (s->slots)
		s->slot = (unsigned)libevdev_get_current_slot(evdev);
	for (unsigned slot = 0; slot < s->slots; slot++) {
		for (unsigned code = MT_CODE_FIRST; code <= MT_CODE_LAST; code++)
			if (descriptor_has(d, EV_ABS, code))
				s->mt[slot][MT_INDEX(code)] = libevdev_get_slot_value(evdev, slot, code);
		s->held += s->mt[slot][MT_TRACKING_ID] >= 0;
	}
}
