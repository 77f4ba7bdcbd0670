/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What xenhub-display is told: one INI file, then the command line over it.
 *
 * Every option is declared once, in the tables of config.c. Errors read FILE:LINE: [SECTION] KEY: WHY.
 */
#ifndef XENHUB_DISPLAY_CONFIG_H
#define XENHUB_DISPLAY_CONFIG_H

#include <stdbool.h>
#include <stdio.h>
#include "display/geometry.h"
#include "display/remote/remote.h"
#include "display/view/view.h"

#define CONFIG_CONNECTIONS_MAX 16
#define CONFIG_TEXT_MAX        256

enum config_encoding {
	ENCODING_AUTO, /* what the link carries: display/remote/quality.h */
	ENCODING_RAW,
	ENCODING_HEXTILE,
	ENCODING_ZRLE,
	ENCODING_TIGHT,
};

enum config_input {
	INPUT_SDL,
	INPUT_HUB,
};

/* What the other end of a pen is to a server that knows only a pointer. */
enum config_eraser {
	ERASER_MIDDLE, /* the eraser of some drawing programs */
	ERASER_LEFT,   /* as the tip */
	ERASER_RIGHT,
	ERASER_NONE,
};

enum config_indicators {
	INDICATORS_AUTO, /* for a while when something changes, and while something is wrong */
	INDICATORS_ALWAYS,
	INDICATORS_NEVER,
};

/* -1 in place of an enum rotation: follow the hub's orientation. */
#define ROTATE_AUTO (-1)

struct config_connection {
	char name[REMOTE_NAME_MAX];
	unsigned line; /* of its section */
	char uri[CONFIG_TEXT_MAX];
	char username[CONFIG_TEXT_MAX];
	char password_file[CONFIG_TEXT_MAX];
	char ca[CONFIG_TEXT_MAX];
	char pin[CONFIG_TEXT_MAX];
	char host_subject[CONFIG_TEXT_MAX];
	int encoding; /* enum config_encoding */
	long quality; /* of JPEG in Tight, in auto the best one: 0..9; -1 lossless */
	bool view_only, clipboard, tls;
};

struct config {
	int rotate;  /* enum rotation or ROTATE_AUTO */
	int mounted; /* the rotation that is upright when the tablet's orientation is "normal" */
	int scale;   /* enum view_scale */
	bool fullscreen;
	bool windowed_given;
	int windowed_w, windowed_h;
	char output[CONFIG_TEXT_MAX]; /* which screen: a number or a part of its name; "" the first */
	int present;                  /* enum present_kind */
	bool resize_remote;           /* ask the server for the window's size */
	bool stats;
	int indicators; /* enum config_indicators */
	bool may_quit;  /* whether the quit key works */
	char font[CONFIG_TEXT_MAX];
	char log_level[CONFIG_TEXT_MAX];

	char hub[CONFIG_TEXT_MAX];
	int input; /* enum config_input */

	long long_press_ms, slop_px, scroll_px, repeat_delay_ms, repeat_interval_ms;
	bool natural_scroll;
	int eraser; /* enum config_eraser */
	char layout[CONFIG_TEXT_MAX], variant[CONFIG_TEXT_MAX], xkb_options[CONFIG_TEXT_MAX];

	struct config_connection connections[CONFIG_CONNECTIONS_MAX];
	unsigned connection_count;
};

void config_init(struct config *config);

/* 0; -EINVAL with lines on `errors`; -ENOENT and other negative errnos when the file cannot be read, without a line. */
int config_load(struct config *config, const char *path, FILE *errors);

/* One option as in the file, of a section other than a connection's. -EINVAL with a sentence in why. */
int config_set(struct config *config, const char *section, const char *key, const char *value, char *why,
	       size_t size);

/* An option of a connection. */
int config_set_connection(struct config_connection *connection, const char *key, const char *value, char *why,
			  size_t size);

/* A new connection with the defaults; NULL when there are CONFIG_CONNECTIONS_MAX already. */
struct config_connection *config_add_connection(struct config *config, const char *name);

/* All options with their defaults and what they mean, as a file. */
void config_print_help(FILE *out);

#endif
