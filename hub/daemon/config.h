/*
 * The configuration of xenhubd, each option declared once: parsing, defaults, --help-config and the test that every option is
 * documented all come from CONFIG_OPTIONS.
 */
#ifndef HUB_DAEMON_CONFIG_H
#define HUB_DAEMON_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define CONFIG_TEXT_MAX	  1024
#define CONFIG_LIST_MAX	  128
#define CONFIG_ERRORS_MAX 20
#define CONFIG_DEFAULT	  "/etc/xenhub/xenhub.conf"

struct config_list {
	unsigned count;
	char **items; /* owned */
};

/* X(section, member, key, kind, default, minimum, maximum, help) */
#define CONFIG_OPTIONS(X)                                                                                                    \
	X(daemon, listen, "listen", LIST, "unix:/run/xenhub/hub.sock", 0, 0,                                                 \
	  "endpoints for consumers, separated by blanks: unix:PATH, tcp:127.0.0.1:PORT")                                     \
	X(daemon, control, "control", TEXT, "/run/xenhub/control.sock", 0, 0, "path of the control socket")                  \
	X(daemon, group, "group", TEXT, "", 0, 0, "group of the sockets (mode 0660); empty: root and xenhubd's user only")   \
	X(daemon, log_level, "log-level", TEXT, "info", 0, 0, "error, warning, info or debug")                               \
	X(input, source, "source", LIST, "evdev", 0, 0, "sources: evdev, evemu:FILE, evemu:FILE,fast")                       \
	X(input, grab, "grab", BOOL, "yes", 0, 0, "keep the devices for the hub alone, so that Dom0's console hears nothing")\
	X(input, ignore, "ignore", LIST, "", 0, 0,                                                                           \
	  "devices to leave alone: patterns of BUS:VENDOR:PRODUCT:UNIQ:PHYS with * and ?, hexadecimal numbers")              \
	X(input, panic_chord, "panic-chord", TEXT, "KEY_BACKSPACE+KEY_ESC+KEY_ENTER", 0, 0,                                  \
	  "keys that, held together on a local device, let go of every grab; empty: none")                                   \
	X(input, suspend_release, "suspend-release", BOOL, "yes", 0, 0, "let go of everything held when the machine slept")  \
	X(screen, width, "width", INT, "1280", 1, 65535, "pixels: the pointer's position is integrated within")              \
	X(screen, height, "height", INT, "800", 1, 65535, "pixels")                                                          \
	X(publish, interval_ms, "interval-ms", INT, "50", 10, 10000, "states are published at most this often")              \
	X(publish, xenstore, "xenstore", TEXT, "auto", 0, 0, "yes, no, or auto: where there is a XenStore")                  \
	X(publish, keys, "keys", BOOL, "no", 0, 0, "whether the key codes of keyboards stand in the state tree")             \
	X(sensors, sensors, "enable", TEXT, "auto", 0, 0, "yes, no, or auto: beside the machine's own input devices")        \
	X(sensors, backend, "backend", TEXT, "auto", 0, 0, "how IIO is read: libiio, sysfs, or auto: libiio where it is built in") \
	X(sensors, always, "always", LIST, "power", 0, 0,                                                                    \
	  "classes read although no consumer asks: light, orientation, proximity, lid, power (without it, no warnings)")      \
	X(sensors, sensors_interval_ms, "interval-ms", INT, "2000", 50, 3600000, "how often those are read")                  \
	X(sensors, power_interval_ms, "power-interval-ms", INT, "30000", 1000, 3600000,                                      \
	  "how often power is read at least; what the kernel tells of is read at once")                                      \
	X(sensors, stream_interval_ms, "stream-interval-ms", INT, "200", 20, 3600000,                                        \
	  "how often light and orientation are read at most, for consumers that wish for states")                            \
	X(sensors, poll_min_ms, "poll-min-ms", INT, "500", 20, 60000, "sensors without a working buffer are polled at most this often") \
	X(sensors, mount_matrix, "mount-matrix", TEXT, "", 0, 0,                                                             \
	  "of the accelerometer, row by row: 0, 1, 0; -1, 0, 0; 0, 0, 1; empty: as quirks, udev and the kernel say")           \
	X(sensors, low_percent, "low-percent", INT, "20", 0, 100, "the battery is low from here on; 0: never")                \
	X(sensors, low_minutes, "low-minutes", INT, "20", 0, 1440, "or from so little time left on; 0: never")                \
	X(sensors, critical_percent, "critical-percent", INT, "5", 0, 100, "the battery is critical from here on")            \
	X(sensors, critical_minutes, "critical-minutes", INT, "5", 0, 1440, "or from so little time left on")                 \
	X(sensors, action_percent, "action-percent", INT, "2", 0, 100, "the action is taken from here on")                    \
	X(sensors, action_minutes, "action-minutes", INT, "2", 0, 1440, "or from so little time left on")                     \
	X(sensors, action, "action", TEXT, "", 0, 0,                                                                         \
	  "a command and its arguments, run without a shell when the battery is that low; empty: none")

#define CONFIG_MEMBER_TEXT(member) char member[CONFIG_TEXT_MAX];
#define CONFIG_MEMBER_BOOL(member) bool member;
#define CONFIG_MEMBER_INT(member)  long member;
#define CONFIG_MEMBER_LIST(member) struct config_list member;
#define CONFIG_MEMBER(section, member, key, kind, value, min, max, help) CONFIG_MEMBER_##kind(member)

struct config {
	CONFIG_OPTIONS(CONFIG_MEMBER)
};

/* The defaults. Texts live in the structure, lists on the heap. */
void config_init(struct config *config);
void config_finish(struct config *config);

/*
 * Reads a file over what is there. Every error is a line "FILE:LINE: [section] key: what was expected" to `errors` (at most
 * CONFIG_ERRORS_MAX). 0; -EINVAL when there was any; -errno when the file cannot be read.
 */
int config_load(struct config *config, const char *path, FILE *errors);

/* Sets one option as a file would: for tests and fuzzing. 0, or -EINVAL with the sentence in why. */
int config_set(struct config *config, const char *section, const char *key, const char *value, bool first, char *why,
	       size_t size);

/* Adds one item, blanks and all, to a list: for the command line. first: in place of what was there. */
int config_add_item(struct config *config, const char *section, const char *key, const char *item, bool first, char *why,
		    size_t size);

/* All options with defaults and help, as a commented file. */
void config_print_help(FILE *out);

#endif
