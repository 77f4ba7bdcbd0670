/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ways to present, by name: apart from present.h, so that the configuration needs no SDL. */
#ifndef XENHUB_DISPLAY_PRESENT_KIND_H
#define XENHUB_DISPLAY_PRESENT_KIND_H

enum present_kind {
	PRESENT_AUTO,
	PRESENT_SURFACE,
	PRESENT_STREAM,
	PRESENT_GPU,
	PRESENT_GPU_ANY, /* software renderers, too: slow, for tests */
};

/* In the enum's order. */
#define PRESENT_KIND_NAMES "auto surface stream gpu gpu-any"

#endif
