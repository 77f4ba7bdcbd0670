/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration of xenhubd, each option declared once: parsing, defaults, --help-config and the test that
 * every option is documented all come from CONFIG_OPTIONS.
 */
#ifndef HUB_DAEMON_CONFIG_H
#define HUB_DAEMON_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "hub/model/chord.h"
#include "hub/model/policy.h"

#define CONFIG_TEXT_MAX         1024
#define CONFIG_LIST_MAX         128
#define CONFIG_CHORDS_MAX       (CHORDS_MAX - 1) /* beside the panic chord */
#define CONFIG_ROUTES_MAX       16
#define CONFIG_SECTION_NAME_MAX 42 /* inih cuts a section's line at 49 */
#define CONFIG_DEFAULT          "/etc/xenhub/xenhub.conf"

struct config_list {
	unsigned count;
	char **items; /* owned */
};

/* X(section, member, key, kind, default, minimum, maximum, help) */
#define CONFIG_OPTIONS(X)                                                                                    \
	X(daemon, listen, "listen", LIST, "unix:/run/xenhub/hub.sock", 0, 0,                                 \
	  "endpoints for consumers, separated by blanks: unix:PATH, tcp:127.0.0.1:PORT")                     \
	X(daemon, control, "control", TEXT, "/run/xenhub/control.sock", 0, 0, "path of the control socket")  \
	X(daemon, group, "group", TEXT, "", 0, 0,                                                            \
	  "group of the sockets (mode 0660); empty: root and xenhubd's user only")                           \
	X(daemon, sandbox, "sandbox", BOOL, "yes", 0, 0,                                                     \
	  "whether system calls that xenhubd does not need are refused")                                     \
	X(daemon, log_level, "log-level", TEXT, "info", 0, 0, "error, warning, info or debug")               \
	X(input, source, "source", LIST, "evdev", 0, 0,                                                      \
	  "sources: evdev, evemu:FILE, evemu:FILE,fast, peer:ENDPOINT")                                      \
	X(input, grab, "grab", BOOL, "yes", 0, 0,                                                            \
	  "keep the devices for the hub alone, so that Dom0's console hears nothing")                        \
	X(input, ignore, "ignore", LIST, "", 0, 0,                                                           \
	  "devices to leave alone: patterns of BUS:VENDOR:PRODUCT:UNIQ:PHYS with * and ?, hexadecimal "      \
	  "numbers")                                                                                         \
	X(input, panic_chord, "panic-chord", TEXT, "KEY_BACKSPACE+KEY_ESC+KEY_ENTER", 0, 0,                  \
	  "keys that, held together on a local device, let go of every grab; empty: none")                   \
	X(input, suspend_release, "suspend-release", BOOL, "yes", 0, 0,                                      \
	  "let go of everything held when the machine slept")                                                \
	X(screen, width, "width", INT, "1280", 1, 65535,                                                     \
	  "pixels: the pointer's position is integrated within")                                             \
	X(screen, height, "height", INT, "800", 1, 65535, "pixels")                                          \
	X(publish, interval_ms, "interval-ms", INT, "50", 10, 10000,                                         \
	  "states are published at most this often")                                                         \
	X(publish, xenstore, "xenstore", TEXT, "auto", 0, 0, "yes, no, or auto: where there is a XenStore")  \
	X(publish, keys, "keys", BOOL, "no", 0, 0,                                                           \
	  "whether the key codes of keyboards stand in the state tree")                                      \
	X(sensors, sensors, "enable", TEXT, "auto", 0, 0,                                                    \
	  "yes, no, or auto: beside the machine's own input devices")                                        \
	X(sensors, backend, "backend", TEXT, "auto", 0, 0,                                                   \
	  "how IIO is read: libiio, sysfs, or auto: libiio where it is built in")                            \
	X(sensors, always, "always", LIST, "power", 0, 0,                                                    \
	  "classes read although no consumer asks: light, orientation, proximity, lid, power (without it, "  \
	  "no warnings)")                                                                                    \
	X(sensors, sensors_interval_ms, "interval-ms", INT, "2000", 50, 3600000, "how often those are read") \
	X(sensors, power_interval_ms, "power-interval-ms", INT, "30000", 1000, 3600000,                      \
	  "how often power is read at least; what the kernel tells of is read at once")                      \
	X(sensors, stream_interval_ms, "stream-interval-ms", INT, "200", 20, 3600000,                        \
	  "how often light and orientation are read at most, for consumers that wish for states")            \
	X(sensors, poll_min_ms, "poll-min-ms", INT, "500", 20, 60000,                                        \
	  "sensors without a working buffer are polled at most this often")                                  \
	X(sensors, mount_matrix, "mount-matrix", TEXT, "", 0, 0,                                             \
	  "of the accelerometer, row by row: 0, 1, 0; -1, 0, 0; 0, 0, 1; empty: as quirks, udev and the "    \
	  "kernel say")                                                                                      \
	X(sensors, low_percent, "low-percent", INT, "20", 0, 100,                                            \
	  "the battery is low from here on; 0: never")                                                       \
	X(sensors, low_minutes, "low-minutes", INT, "20", 0, 1440,                                           \
	  "or from so little time left on; 0: never")                                                        \
	X(sensors, critical_percent, "critical-percent", INT, "5", 0, 100,                                   \
	  "the battery is critical from here on")                                                            \
	X(sensors, critical_minutes, "critical-minutes", INT, "5", 0, 1440,                                  \
	  "or from so little time left on")                                                                  \
	X(sensors, action_percent, "action-percent", INT, "2", 0, 100, "the action is taken from here on")   \
	X(sensors, action_minutes, "action-minutes", INT, "2", 0, 1440, "or from so little time left on")    \
	X(sensors, action, "action", TEXT, "", 0, 0,                                                         \
	  "a command and its arguments, run without a shell when the battery is that low; empty: none")

/* Of each [guest NAME], the domain's name or UUID. */
#define CONFIG_GUEST_OPTIONS(X)                                                                              \
	X(guest, link, "link", TEXT, "vchan", 0, 0,                                                          \
	  "how it is reached: vchan, channel:NAME (a PV channel), unix (a process here that says this "      \
	  "name)")                                                                                           \
	X(guest, classes, "classes", LIST, "", 0, 0,                                                         \
	  "what it gets while it has focus: keyboard mouse trackpoint touchpad touchscreen pen pad buttons " \
	  "switch other, or all")                                                                            \
	X(guest, devices, "devices", LIST, "", 0, 0,                                                         \
	  "single devices besides: BUS:VENDOR:PRODUCT:UNIQ:PHYS with * and ?, \\ before a colon within "     \
	  "UNIQ")                                                                                            \
	X(guest, leds, "leds", BOOL, "no", 0, 0, "whether it may set LEDs while it has focus")               \
	X(guest, sensors, "sensors", LIST, "", 0, 0,                                                         \
	  "what it may read: light orientation proximity lid power, or all")                                 \
	X(guest, state_interval, "state_interval", INT, "0", 0, 3600000,                                     \
	  "milliseconds: how often that is read while its domain runs; 0: as [sensors] always is")           \
	X(guest, motion, "motion", BOOL, "no", 0, 0, "whether it gets pointers' motion without focus, too")  \
	X(guest, power, "power", BOOL, "no", 0, 0, "whether it gets the keys for power and sleep")           \
	X(guest, lid, "lid", BOOL, "no", 0, 0, "whether it is told of the lid")                              \
	X(guest, publish_keys, "publish_keys", BOOL, "no", 0, 0,                                             \
	  "whether the key codes of keyboards stand in its XenStore view while it has focus")

/* Of each [chord NAME]. */
#define CONFIG_CHORD_OPTIONS(X)                                                                              \
	X(chord, keys, "keys", TEXT, "", 0, 0,                                                               \
	  "up to four, held together on local devices: KEY_POWER+KEY_VOLUMEUP")                              \
	X(chord, action, "action", TEXT, "", 0, 0,                                                           \
	  "focus NAME, focus next, panic, or run COMMAND, without a shell")

/* Of each [route NAME]: a vchan between two guests, which they know by this name. */
#define CONFIG_ROUTE_OPTIONS(X)                                                                              \
	X(route, server, "server", TEXT, "", 0, 0, "the domain that serves: its name or UUID")               \
	X(route, client, "client", TEXT, "", 0, 0, "the one that may connect to it, and no other")

#define CONFIG_MEMBER_TEXT(member)                                       char member[CONFIG_TEXT_MAX];
#define CONFIG_MEMBER_BOOL(member)                                       bool member;
#define CONFIG_MEMBER_INT(member)                                        long member;
#define CONFIG_MEMBER_LIST(member)                                       struct config_list member;
#define CONFIG_MEMBER(section, member, key, kind, value, min, max, help) CONFIG_MEMBER_##kind(member)

/* With what each of them begins that has a name. */
struct config_named {
	char name[POLICY_NAME_MAX];
	unsigned line; /* of its section */
};

struct config_guest {
	struct config_named named;
	CONFIG_GUEST_OPTIONS(CONFIG_MEMBER)
};

struct config_chord {
	struct config_named named;
	CONFIG_CHORD_OPTIONS(CONFIG_MEMBER)
};

struct config_route {
	struct config_named named;
	CONFIG_ROUTE_OPTIONS(CONFIG_MEMBER)
};

struct config {
	CONFIG_OPTIONS(CONFIG_MEMBER)
	struct config_guest *guests; /* owned, in the order of the file */
	unsigned n_guests;
	struct config_chord *chords; /* owned */
	unsigned n_chords;
	struct config_route *routes; /* owned */
	unsigned n_routes;
};

/* The defaults. Texts live in the structure, lists on the heap. */
void config_init(struct config *config);
void config_finish(struct config *config);

/*
 * Reads a file over what is there. Every error is a line "FILE:LINE: [section] key: what was expected" to
 * `errors` (at most INIFILE_ERRORS_MAX). 0; -EINVAL when there was any; -errno when the file cannot be read.
 */
int config_load(struct config *config, const char *path, FILE *errors);

/* Sets one option as a file would ("guest gui" is a section, and made): for tests and fuzzing. 0, or -EINVAL
 * with the sentence in why. */
int config_set(struct config *config, const char *section, const char *key, const char *value, bool first,
	       char *why, size_t size);

/* Adds one item, blanks and all, to a list: for the command line. first: in place of what was there. */
int config_add_item(struct config *config, const char *section, const char *key, const char *item, bool first,
		    char *why, size_t size);

/*
 * The guests as a policy. Patterns stay the configuration's, which must outlive it. Nothing can fail: what
 * could has been checked when it was read.
 */
void config_policy(const struct config *config, struct policy *policy);

/* The endpoint that a guest is served on; false: those that consumers connect to anyway. */
bool guest_endpoint(const struct policy_guest *guest, char *endpoint, size_t size);

enum config_action {
	CONFIG_ACTION_PANIC,
	CONFIG_ACTION_FOCUS, /* the argument has it */
	CONFIG_ACTION_FOCUS_NEXT,
	CONFIG_ACTION_RUN, /* the argument: a command and its arguments, separated by blanks */
};

/* "KEY_A+KEY_B", and what a chord does; *argument points into text. 0, or -EINVAL with the sentence in why.
 */
int config_parse_keys(const char *text, uint16_t keys[CHORD_KEYS_MAX], unsigned *count, char *why,
		      size_t size);
int config_parse_action(const char *text, enum config_action *action, const char **argument, char *why,
			size_t size);

/* All options with defaults and help, as a commented file. */
void config_print_help(FILE *out);

#endif
