/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/client/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/input.h>

int device_create(struct xenhub_device **out, const struct wire_device *info, const struct descriptor *d)
{
	struct xenhub_device *device = calloc(1, sizeof(*device));

	if (!device)
		return -ENOMEM;
	device->handle = info->handle;
	device->info = *info;
	device->descriptor = *d;
	device->info.descriptor = &device->descriptor;
	if (state_init(&device->told, d) < 0 || state_init(&device->held, d) < 0 ||
	    state_init(&device->pending, d) < 0) {
		device_destroy(device);
		return -ENOMEM;
	}
	for (unsigned i = 0; i < DESCRIPTOR_SLOTS_MAX; i++)
		device->barred_contacts[i] = -1;
	*out = device;
	return 0;
}

void device_destroy(struct xenhub_device *device)
{
	if (!device)
		return;
	state_finish(&device->told);
	state_finish(&device->held);
	state_finish(&device->pending);
	free(device);
}

static void bar_update(struct xenhub_device *device)
{
	device->barred = bits_count(device->barred_keys, sizeof(device->barred_keys)) > 0;
	for (unsigned i = 0; i < device->told.slots; i++)
		device->barred |= device->barred_contacts[i] >= 0;
}

void device_bar(struct xenhub_device *device)
{
	memcpy(device->barred_keys, device->told.keys, sizeof(device->barred_keys));
	for (unsigned i = 0; i < device->told.slots; i++)
		device->barred_contacts[i] = device->told.mt[i][MT_TRACKING_ID];
	bar_update(device);
}

void device_unbar(struct xenhub_device *device)
{
	if (!device->barred)
		return;
	for (unsigned i = 0; i < sizeof(device->barred_keys); i++)
		device->barred_keys[i] &= device->told.keys[i];
	for (unsigned i = 0; i < device->told.slots; i++)
		if (device->told.mt[i][MT_TRACKING_ID] != device->barred_contacts[i])
			device->barred_contacts[i] = -1;
	bar_update(device);
}

void device_note_presses(struct xenhub_device *device, const struct event *events, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (events[i].type == EV_KEY && events[i].code < KEY_CNT && events[i].value == 1)
			bit_clear(device->barred_keys, events[i].code);
}

void device_target(const struct xenhub_device *device, struct device_state *target)
{
	state_copy(target, &device->told);
	for (unsigned i = 0; i < sizeof(target->keys); i++)
		target->keys[i] &= (uint8_t)~device->barred_keys[i];
	target->held = bits_count(target->keys, sizeof(target->keys));
	for (unsigned i = 0; i < target->slots; i++) {
		/* Where a finger goes that is not there is nobody's to know before it has gone. */
		if (device->barred_contacts[i] >= 0) {
			memcpy(target->mt[i], device->held.mt[i], sizeof(target->mt[i]));
			target->mt[i][MT_TRACKING_ID] = -1;
		}
		target->held += target->mt[i][MT_TRACKING_ID] >= 0;
	}
}

const char *xenhub_device_id(const struct xenhub_device *device)
{
	return device->info.id;
}

const char *xenhub_device_name(const struct xenhub_device *device)
{
	return device->descriptor.name;
}

const char *xenhub_device_phys(const struct xenhub_device *device)
{
	return device->descriptor.phys;
}

const char *xenhub_device_uniq(const struct xenhub_device *device)
{
	return device->descriptor.uniq;
}

const char *xenhub_device_origin(const struct xenhub_device *device)
{
	return device->info.origin;
}

const char *xenhub_device_class_reason(const struct xenhub_device *device)
{
	return device->info.reason;
}

uint32_t xenhub_device_classes(const struct xenhub_device *device)
{
	return device->info.classes;
}

bool xenhub_device_claimed(const struct xenhub_device *device)
{
	return device->info.claimed;
}

void xenhub_device_ids(const struct xenhub_device *device, uint16_t *bustype, uint16_t *vendor,
		       uint16_t *product, uint16_t *version)
{
	*bustype = device->descriptor.bustype;
	*vendor = device->descriptor.vendor;
	*product = device->descriptor.product;
	*version = device->descriptor.version;
}

bool xenhub_device_has(const struct xenhub_device *device, unsigned type, unsigned code)
{
	return descriptor_has(&device->descriptor, type, code);
}

bool xenhub_device_has_property(const struct xenhub_device *device, unsigned property)
{
	return property < INPUT_PROP_CNT && bit_test(device->descriptor.props, property);
}

bool xenhub_device_absinfo(const struct xenhub_device *device, unsigned code, struct input_absinfo *info)
{
	if (!descriptor_has(&device->descriptor, EV_ABS, code))
		return false;
	*info = device->descriptor.absinfo[code];
	if (code < MT_CODE_FIRST || code > MT_CODE_LAST)
		info->value = device->held.abs[code];
	else
		info->value = 0;
	return true;
}

unsigned xenhub_device_slots(const struct xenhub_device *device)
{
	return device->held.slots;
}

bool xenhub_device_key(const struct xenhub_device *device, unsigned code)
{
	return code < KEY_CNT && bit_test(device->held.keys, code);
}

bool xenhub_device_switch(const struct xenhub_device *device, unsigned code)
{
	return code < SW_CNT && bit_test(device->held.sws, code);
}

bool xenhub_device_led(const struct xenhub_device *device, unsigned code)
{
	return code < LED_CNT && bit_test(device->held.leds, code);
}

int32_t xenhub_device_slot_value(const struct xenhub_device *device, unsigned slot, unsigned abs_mt_code)
{
	if (slot >= device->held.slots || abs_mt_code < MT_CODE_FIRST || abs_mt_code > MT_CODE_LAST)
		return 0;
	return device->held.mt[slot][MT_INDEX(abs_mt_code)];
}

unsigned xenhub_device_held(const struct xenhub_device *device)
{
	return device->held.held;
}

void xenhub_device_set_data(struct xenhub_device *device, void *data)
{
	device->data = data;
}

void *xenhub_device_data(const struct xenhub_device *device)
{
	return device->data;
}

const char *xenhub_reason_name(unsigned reason)
{
	return reason_name(reason);
}
