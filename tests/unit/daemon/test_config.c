/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections with a name: guests and chords, and every way of getting them wrong. */
#include "hub/daemon/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/testing.h"

/* The result of config_load, and what it complained about without the file's name. */
static int load(struct config *config, const char *text, char **errors)
{
	int fd = memfd_create("config", MFD_CLOEXEC);
	char path[64];
	size_t n;
	FILE *out = open_memstream(errors, &n);
	int rc;

	assert_true(fd >= 0 && out);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	config_init(config);
	rc = config_load(config, path, out);
	fclose(out);
	close(fd);
	return rc;
}

static void guests_become_a_policy(void **state)
{
	struct policy policy;
	struct config config;
	char *errors;

	assert_int_equal(load(&config,
			      "[guest gui]\nclasses = keyboard mouse\nclasses = touchscreen\nleds = yes\n"
			      "[screen]\nwidth = 1200\n"
			      "[guest 6a3f7c1e-0f3b-4d0c-9d7e-1b2a3c4d5e6f]\nlink = channel:xenhub\nsensors "
			      "= light power\n"
			      "devices = usb:046d:*:a\\:b i2c\npower = yes\n[guest nothing]\n[daemon]\n",
			      &errors),
			 0);
	assert_string_equal(errors, "");
	assert_int_equal(config.width, 1200);
	config_policy(&config, &policy);
	assert_int_equal(policy.count, 3);
	assert_string_equal(policy.guests[0].name, "gui");
	assert_int_equal(policy.guests[0].link, POLICY_LINK_VCHAN);
	assert_int_equal(policy.guests[0].classes, CLASS_KEYBOARD | CLASS_MOUSE | CLASS_TOUCHSCREEN);
	assert_true(policy.guests[0].leds);
	assert_false(policy.guests[0].power || policy.guests[0].lid || policy.guests[0].motion);
	assert_int_equal(policy.guests[1].link, POLICY_LINK_CHANNEL);
	assert_string_equal(policy.guests[1].channel, "xenhub");
	assert_int_equal(policy.guests[1].sensors, POLICY_LIGHT | POLICY_POWER);
	assert_int_equal(policy.guests[1].n_devices, 2);
	assert_true(policy.guests[1].power);
	assert_int_equal(policy.guests[2].classes, 0);
	config_finish(&config);
	free(errors);
}

static void errors_name_line_section_and_key(void **state)
{
	static const struct {
		const char *text, *where, *what;
	} bad[] = {
		{ "[guest a]\nlink = unix\nclasses = keybord\n", ":3: [guest a] classes: ", "'keybord'" },
		{ "[guest a]\nlink = unix\ndevices = ubs:*\n", ":3: [guest a] devices: ", "BUS" },
		{ "[guest a]\nlink = unix\nsensors = smell\n", ":3: [guest a] sensors: ", "'smell'" },
		{ "[guest a]\nlink = pigeon\n", ":2: [guest a] link: ", "channel:NAME" },
		{ "[guest a]\nlink = unix\nleds = yes\nleds = no\n", ":4: [guest a] leds: ", "line 3" },
		{ "[guest a]\nlink = unix\n\n[guest a]\n", ":4: [guest a]: ", "line 1" },
		{ "[guest a]\nlink = unix\n[guest  a]\nlink = unix\n", ":3: [guest  a]: ", "line 1" },
		{ "[guest 6A3F7C1E-0f3b-4d0c-9d7e-1b2a3c4d5e6f]\nlink = unix\n"
		  "[guest 6a3f7c1e-0f3b-4d0c-9d7e-1b2a3c4d5e6f]\nlink = unix\n",
		  ":3: [guest 6a3f7c1e-0f3b-4d0c-9d7e-1b2a3c4d5e6f]: ", "line 1" },
		{ "[guest Domain-0]\nclasses = all\n", ":1: [guest Domain-0] link: ", "link = unix" },
		{ "[guest]\nlink = unix\n", ":1: [guest]: ", "a name" },
		{ "[guest all]\nlink = unix\n", ":1: [guest all]: ", "UUID" },
		{ "[guest a/b]\nlink = unix\n", ":1: [guest a/b]: ", "slash" },
		{ "[guest a]\nlink = unix\ncolour = red\n", ":3: [guest a] colour: ", "no such option" },
		{ "[chord c]\nkeys = KEY_A\n", ":1: [chord c] action: ", "needs" },
		{ "[chord c]\naction = panic\n", ":1: [chord c] keys: ", "needs" },
		{ "[chord c]\nkeys = KEY_A+BTN_LEFT\naction = panic\n", ":2: [chord c] keys: ", "BTN_LEFT" },
		{ "[chord c]\nkeys = KEY_A+KEY_A\naction = panic\n", ":2: [chord c] keys: ", "twice" },
		{ "[chord c]\nkeys = KEY_A\naction = dance\n", ":3: [chord c] action: ", "run COMMAND" },
		{ "[chord c]\nkeys = KEY_A\naction = focus b\n[guest a]\nlink = unix\n",
		  ":1: [chord c] action: ", "[guest b]" },
		{ "[chord c]\nkeys = KEY_A+KEY_B\naction = panic\n[chord d]\nkeys = KEY_B+KEY_A\naction = "
		  "panic\n",
		  ":4: [chord d] keys: ", "line 1" },
		{ "[chord c]\nkeys = KEY_ESC+KEY_ENTER+KEY_BACKSPACE\naction = panic\n",
		  ":1: [chord c] keys: ", "panic-chord" },
		{ "[route r]\nserver = a\n", ":1: [route r] client: ", "needs one" },
		{ "[route r]\nclient = a\n", ":1: [route r] server: ", "needs one" },
		{ "[route r]\nclient = a\nserver =\n", ":1: [route r] server: ", "needs one" },
		{ "[route r]\nserver = a\nclient = a\n", ":1: [route r] client: ", "server as well" },
		{ "[route r]\nserver = 3\nclient = a\n", ":2: [route r] server: ", "number" },
		{ "[route r]\nserver = a\nclient = Domain-0\n", ":3: [route r] client: ", "vchan:DOMAIN" },
		{ "[route r]\nserver = a\nclient = b\nspeed = 3\n",
		  ":4: [route r] speed: ", "no such option" },
		{ "[route r]\nserver = a\nclient = b\n[route r]\nserver = c\n", ":4: [route r]: ", "line 1" },
		{ "[route R]\nserver = a\nclient = b\n", ":1: [route R]: ", "a to z" },
		{ "[route]\nserver = a\nclient = b\n", ":1: [route]: ", "a name" },
		{ "[input]\npanic-chord = KEY_NONSENSE\n", ":2: [input] panic-chord: ", "KEY_ESC" },
	};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct config config;
		bool says_it, lacks_xen;
		char *errors;

		says_it = load(&config, bad[i].text, &errors) == -EINVAL && strstr(errors, bad[i].where) &&
			  strstr(errors, bad[i].what) && strchr(errors, '\n') == strrchr(errors, '\n');
		/* Then a route is refused for that as well. */
		lacks_xen = strstr(errors, "built without") && !strncmp(bad[i].text, "[route", 6);
		if (!says_it && !lacks_xen)
			fail_msg("%s: not one line with %s and %s:\n%s", bad[i].text, bad[i].where,
				 bad[i].what, errors);
		config_finish(&config);
		free(errors);
	}
}

static void there_is_an_end_to_guests(void **state)
{
	struct config config;
	char why[256];
	char section[32];

	config_init(&config);
	for (unsigned i = 0; i < POLICY_GUESTS_MAX; i++) {
		snprintf(section, sizeof(section), "guest g%u", i);
		assert_int_equal(config_set(&config, section, "link", "unix", true, why, sizeof(why)), 0);
	}
	assert_int_equal(config_set(&config, "chord next", "action", "focus next", true, why, sizeof(why)),
			 0);
	assert_int_equal(config_set(&config, "guest g0", "leds", "yes", true, why, sizeof(why)), 0);
	assert_int_equal(config_set(&config, "guest more", "leds", "yes", true, why, sizeof(why)), -EINVAL);
	assert_int_equal(config.n_guests, POLICY_GUESTS_MAX);
	config_finish(&config);
}

static void actions_are_four(void **state)
{
	enum config_action action;
	const char *argument;
	char why[256];

	assert_int_equal(config_parse_action("panic", &action, &argument, why, sizeof(why)), 0);
	assert_int_equal(action, CONFIG_ACTION_PANIC);
	assert_int_equal(config_parse_action("focus next", &action, &argument, why, sizeof(why)), 0);
	assert_int_equal(action, CONFIG_ACTION_FOCUS_NEXT);
	assert_int_equal(config_parse_action("focus gui", &action, &argument, why, sizeof(why)), 0);
	assert_int_equal(action, CONFIG_ACTION_FOCUS);
	assert_string_equal(argument, "gui");
	assert_int_equal(config_parse_action("run  logger -t x", &action, &argument, why, sizeof(why)), 0);
	assert_int_equal(action, CONFIG_ACTION_RUN);
	assert_string_equal(argument, "logger -t x");
	assert_int_equal(config_parse_action("run", &action, &argument, why, sizeof(why)), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guests_become_a_policy),
		cmocka_unit_test(errors_name_line_section_and_key),
		cmocka_unit_test(there_is_an_end_to_guests),
		cmocka_unit_test(actions_are_four),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
