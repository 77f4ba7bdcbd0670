/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may have what. By default a guest gets nothing: each class of devices, each single device, LEDs,
 * sensors, the power key and the lid are given to it by name. Pure; made from the configuration once, before
 * there are devices or consumers.
 *
 * A device of several classes (a receiver for a keyboard and a mouse) is given in parts: a guest with `mouse`
 * alone gets its motion and buttons, and never a key of it.
 */
#ifndef HUB_MODEL_POLICY_H
#define HUB_MODEL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/device/classify.h"
#include "hub/device/descriptor.h"

#define POLICY_GUESTS_MAX  16
#define POLICY_NAME_MAX    64 /* a domain's name or UUID, with its terminator */
#define POLICY_CHANNEL_MAX 32

enum policy_link {
	POLICY_LINK_VCHAN,
	POLICY_LINK_CHANNEL, /* a PV channel of this name */
	POLICY_LINK_UNIX,    /* a process here that says this name in HELLO */
};

/* The same names as [sensors] always has. */
enum policy_sensor {
	POLICY_LIGHT = 1 << 0,
	POLICY_ORIENTATION = 1 << 1,
	POLICY_PROXIMITY = 1 << 2,
	POLICY_HINGE = 1 << 3, /* "lid": the angle */
	POLICY_POWER = 1 << 4,
	POLICY_SENSORS_ALL = (1 << 5) - 1,
};

struct policy_guest {
	char name[POLICY_NAME_MAX];
	enum policy_link link;
	char channel[POLICY_CHANNEL_MAX];
	uint32_t classes; /* enum device_class */
	char **devices;   /* patterns that policy_check_pattern accepts; the caller's */
	unsigned n_devices;
	uint32_t sensors;           /* enum policy_sensor */
	uint32_t state_interval_ms; /* at which these are read for its view; 0: as for everyone */
	bool leds;                  /* may set them, while it has focus */
	bool motion;                /* gets pointers' motion without focus, too; never their buttons */
	bool power;                 /* the keys for power and sleep */
	bool lid;                   /* SW_LID */
	bool publish_keys; /* key codes of keyboards stand in its view of XenStore while it has focus */
};

struct policy {
	unsigned count;
	struct policy_guest guests[POLICY_GUESTS_MAX];
};

/* -EEXIST: the name is there already; -ENOSPC: POLICY_GUESTS_MAX are. */
int policy_add(struct policy *policy, const struct policy_guest *guest);

/* NULL when no guest is called that. */
const struct policy_guest *policy_find(const struct policy *policy, const char *name);

/* "vchan", "channel:NAME" or "unix" into the guest. 0, or -EINVAL with what was expected. */
int policy_parse_link(struct policy_guest *guest, const char *text, char *why, size_t size);

/* Adds one sensor by name, or "all". 0, or -EINVAL with what was expected. */
int policy_parse_sensor(uint32_t *sensors, const char *name, char *why, size_t size);

/*
 * A pattern names a device as BUS:VENDOR:PRODUCT:UNIQ:PHYS, numbers as four lower-case hexadecimal digits,
 * with * and ? in each part; parts left out at the end match anything. \ takes the next character as it is: a
 * colon within UNIQ needs that, one within PHYS does not. 0; -EINVAL, with the reason, for one that no device
 * can match.
 */
int policy_check_pattern(const char *pattern, char *why, size_t size);
bool policy_pattern_matches(const char *pattern, const struct descriptor *d);

/*
 * Of the device's classes, those that the guest may have. claimed: its ids come from an untrusted domain, and
 * patterns do not count.
 */
uint32_t policy_grant(const struct policy_guest *guest, const struct descriptor *d, uint32_t classes,
		      bool claimed);

/*
 * Whether an event of a device with these classes, of which `granted` are the guest's, may reach it while it
 * has focus; and what of it may reach it without.
 */
bool policy_passes(const struct policy_guest *guest, uint32_t classes, uint32_t granted, uint16_t type,
		   uint16_t code);
bool policy_passes_unfocused(const struct policy_guest *guest, uint32_t classes, uint32_t granted,
			     uint16_t type, uint16_t code);

/* Whether the guest may read this node of the state tree: what sensors say, and switches. Devices are not
 * decided here. */
bool policy_shows_state(const struct policy_guest *guest, const char *path);

#endif
