/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/device/descriptor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/text.h"

uint8_t *descriptor_bits(struct descriptor *d, unsigned type, unsigned *bytes)
{
	switch (type) {
	case EV_KEY:
		*bytes = sizeof(d->keys);
		return d->keys;
	case EV_REL:
		*bytes = sizeof(d->rels);
		return d->rels;
	case EV_ABS:
		*bytes = sizeof(d->abss);
		return d->abss;
	case EV_MSC:
		*bytes = sizeof(d->mscs);
		return d->mscs;
	case EV_SW:
		*bytes = sizeof(d->sws);
		return d->sws;
	case EV_LED:
		*bytes = sizeof(d->leds);
		return d->leds;
	case EV_SND:
		*bytes = sizeof(d->snds);
		return d->snds;
	case EV_REP:
		*bytes = sizeof(d->reps);
		return d->reps;
	case EV_FF:
		*bytes = sizeof(d->ffs);
		return d->ffs;
	default:
		*bytes = 0;
		return NULL;
	}
}

const uint8_t *descriptor_bits_const(const struct descriptor *d, unsigned type, unsigned *bytes)
{
	return descriptor_bits((struct descriptor *)d, type, bytes);
}

bool descriptor_has(const struct descriptor *d, unsigned type, unsigned code)
{
	unsigned bytes;
	const uint8_t *bits;

	if (type == EV_SYN)
		return true;
	bits = descriptor_bits_const(d, type, &bytes);
	return bits && bit_test(d->types, type) && code < bytes * 8 && bit_test(bits, code);
}

bool descriptor_add(struct descriptor *d, unsigned type, unsigned code)
{
	unsigned bytes;
	uint8_t *bits = descriptor_bits(d, type, &bytes);

	if (!bits || code >= bytes * 8)
		return false;
	bit_set(d->types, EV_SYN);
	bit_set(d->types, type);
	bit_set(bits, code);
	return true;
}

bool descriptor_mt_is_fake(const struct descriptor *d)
{
	return descriptor_has(d, EV_ABS, ABS_MT_SLOT) && descriptor_has(d, EV_ABS, ABS_MT_SLOT - 1);
}

unsigned descriptor_slots(const struct descriptor *d)
{
	const struct input_absinfo *slot = &d->absinfo[ABS_MT_SLOT];

	if (!descriptor_has(d, EV_ABS, ABS_MT_SLOT) || slot->minimum != 0 || slot->maximum < 0 ||
	    descriptor_mt_is_fake(d))
		return 0;
	return slot->maximum < DESCRIPTOR_SLOTS_MAX ? (unsigned)slot->maximum + 1 : DESCRIPTOR_SLOTS_MAX;
}

int descriptor_check(const struct descriptor *d, char *why, size_t size)
{
	for (unsigned code = 0; code < ABS_CNT; code++) {
		const struct input_absinfo *a = &d->absinfo[code];

		if (!descriptor_has(d, EV_ABS, code))
			continue;
		if (a->minimum > a->maximum) {
			snprintf(why, size, "axis 0x%02x has minimum %d above maximum %d", code, a->minimum,
				 a->maximum);
			return -EINVAL;
		}
		if (code == ABS_MT_SLOT && (a->minimum != 0 || a->maximum >= DESCRIPTOR_SLOTS_MAX) &&
		    !descriptor_mt_is_fake(d)) {
			snprintf(why, size, "slots %d to %d, of which %d are possible", a->minimum,
				 a->maximum, DESCRIPTOR_SLOTS_MAX);
			return -EINVAL;
		}
	}
	return 0;
}

bool descriptor_equal(const struct descriptor *a, const struct descriptor *b)
{
	if (strcmp(a->name, b->name) || strcmp(a->phys, b->phys) || strcmp(a->uniq, b->uniq))
		return false;
	if (a->bustype != b->bustype || a->vendor != b->vendor || a->product != b->product ||
	    a->version != b->version)
		return false;
	if (memcmp(a->props, b->props, sizeof(a->props)) || memcmp(a->types, b->types, sizeof(a->types)))
		return false;
	for (unsigned type = 1; type < EV_CNT; type++) {
		unsigned bytes;
		const uint8_t *bits = descriptor_bits_const(a, type, &bytes);

		if (bits && memcmp(bits, descriptor_bits_const(b, type, &bytes), bytes))
			return false;
	}
	for (unsigned code = 0; code < ABS_CNT; code++) {
		const struct input_absinfo *x = &a->absinfo[code], *y = &b->absinfo[code];

		/* value is state, not description */
		if (bit_test(a->abss, code) &&
		    (x->minimum != y->minimum || x->maximum != y->maximum || x->fuzz != y->fuzz ||
		     x->flat != y->flat || x->resolution != y->resolution))
			return false;
	}
	return true;
}

static const struct {
	uint16_t bustype;
	const char *name;
} bus_names[] = {
	{ BUS_PCI, "pci" },
	{ BUS_ISAPNP, "isapnp" },
	{ BUS_USB, "usb" },
	{ BUS_HIL, "hil" },
	{ BUS_BLUETOOTH, "bluetooth" },
	{ BUS_VIRTUAL, "virtual" },
	{ BUS_ISA, "isa" },
	{ BUS_I8042, "i8042" },
	{ BUS_XTKBD, "xtkbd" },
	{ BUS_RS232, "rs232" },
	{ BUS_GAMEPORT, "gameport" },
	{ BUS_I2C, "i2c" },
	{ BUS_HOST, "host" },
	{ BUS_SPI, "spi" },
	{ BUS_RMI, "rmi" },
	{ BUS_CEC, "cec" },
	{ BUS_INTEL_ISHTP, "ishtp" },
};

const char *bus_name(uint16_t bustype, char buf[16])
{
	for (unsigned i = 0; i < sizeof(bus_names) / sizeof(bus_names[0]); i++)
		if (bus_names[i].bustype == bustype)
			return bus_names[i].name;
	snprintf(buf, 16, "bus-%02x", bustype);
	return buf;
}

void identity_make(const struct descriptor *d, char id[IDENTITY_MAX])
{
	const char *place = d->uniq[0] ? d->uniq : d->phys;
	uint64_t h = TEXT_HASH_SEED;
	char buf[16];

	/* Terminators are hashed too, so that text cannot move from one field to the next. */
	h = text_hash(h, d->name, strlen(d->name) + 1);
	h = text_hash(h, place, strlen(place) + 1);
	h = text_hash(h, &(uint8_t[]){ (uint8_t)d->version, (uint8_t)(d->version >> 8) }, 2);
	h = text_hash(h, d->types, sizeof(d->types));
	h = text_hash(h, d->keys, sizeof(d->keys));
	h = text_hash(h, d->abss, sizeof(d->abss));
	h = text_hash(h, d->rels, sizeof(d->rels));
	h = text_hash(h, d->sws, sizeof(d->sws));
	snprintf(id, IDENTITY_MAX, "%s-%04x-%04x-%08x", bus_name(d->bustype, buf), d->vendor, d->product,
		 (uint32_t)(h ^ h >> 32));
}

void identity_number(char id[IDENTITY_MAX], unsigned number)
{
	size_t n = strlen(id);

	snprintf(id + n, IDENTITY_MAX - n, "-%u", number);
}
