/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a device is: everything EVIOCG* tells of it, as plain data. Sizes are the kernel's (linux/input-event-codes.h).
 */
#ifndef HUB_DEVICE_DESCRIPTOR_H
#define HUB_DEVICE_DESCRIPTOR_H

#include <linux/input.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/core/bits.h"

#define DESCRIPTOR_TEXT_MAX 128 /* name, phys, uniq, with the terminator; the kernel's own limit is 80 */
#define DESCRIPTOR_SLOTS_MAX                                                                                 \
	32 /* a panel that says more is no touch device for us; the largest real one says 21 */

/* The per-slot axes, ABS_MT_TOUCH_MAJOR .. ABS_MT_TOOL_Y: ABS_MT_SLOT itself selects and is not one of them. */
#define MT_CODE_FIRST ABS_MT_TOUCH_MAJOR
#define MT_CODE_LAST  ABS_MT_TOOL_Y
#define MT_CODE_COUNT (MT_CODE_LAST - MT_CODE_FIRST + 1)

struct descriptor {
	char name[DESCRIPTOR_TEXT_MAX];
	char phys[DESCRIPTOR_TEXT_MAX];
	char uniq[DESCRIPTOR_TEXT_MAX];
	uint16_t bustype, vendor, product, version;
	uint8_t props[BITS_BYTES(INPUT_PROP_CNT)];
	uint8_t types[BITS_BYTES(EV_CNT)];
	uint8_t keys[BITS_BYTES(KEY_CNT)];
	uint8_t rels[BITS_BYTES(REL_CNT)];
	uint8_t abss[BITS_BYTES(ABS_CNT)];
	uint8_t mscs[BITS_BYTES(MSC_CNT)];
	uint8_t sws[BITS_BYTES(SW_CNT)];
	uint8_t leds[BITS_BYTES(LED_CNT)];
	uint8_t snds[BITS_BYTES(SND_CNT)];
	uint8_t reps[BITS_BYTES(REP_CNT)];
	uint8_t ffs[BITS_BYTES(FF_CNT)];
	struct input_absinfo
		absinfo[ABS_CNT]; /* meaningful where abss has the bit; value is the one at hand-over */
};

/* The bit set of an event type (EV_KEY → keys …) with its size in bytes, or NULL for a type that has none. */
uint8_t *descriptor_bits(struct descriptor *d, unsigned type, unsigned *bytes);
const uint8_t *descriptor_bits_const(const struct descriptor *d, unsigned type, unsigned *bytes);

/* Whether the device says that it can send (type, code). EV_SYN is always possible. */
bool descriptor_has(const struct descriptor *d, unsigned type, unsigned code);

/* Declares (type, code) and its type. Out-of-range pairs are ignored; false for them. */
bool descriptor_add(struct descriptor *d, unsigned type, unsigned code);

/*
 * Whether the MT axes are none: the kernel maps unknown HID usages to ABS_MISC and on, and a consumer-control or headset node
 * with many of them runs right through ABS_MT_*. No driver of a multitouch device declares the code before ABS_MT_SLOT.
 */
bool descriptor_mt_is_fake(const struct descriptor *d);

/* How many MT slots the device has: 0 when it is not a protocol B device, at most DESCRIPTOR_SLOTS_MAX. */
unsigned descriptor_slots(const struct descriptor *d);

/*
 * Whether the descriptor makes sense. On nonsense (an axis with minimum > maximum, more than DESCRIPTOR_SLOTS_MAX slots)
 * returns -EINVAL and a sentence in why.
 */
int descriptor_check(const struct descriptor *d, char *why, size_t size);

bool descriptor_equal(const struct descriptor *a, const struct descriptor *b);

/*
 * The stable name of a device: BUS-VENDOR-PRODUCT-HASH, such as "usb-046d-c52b-1f3a9c02". The hash covers name, version, the
 * capabilities and uniq, or, where there is no uniq, phys: the same device in the same place has the same id after a replug,
 * a restart and a reboot. Two alike in one place (the caller sees the clash) get "-2", "-3" appended by identity_number.
 */
#define IDENTITY_MAX 64
void identity_make(const struct descriptor *d, char id[IDENTITY_MAX]);
void identity_number(char id[IDENTITY_MAX], unsigned number);

/* The kernel's name of a bus ("usb", "i2c", "virtual" …), or "bus-NN" in hex. Static text or buf. */
const char *bus_name(uint16_t bustype, char buf[16]);

#endif
