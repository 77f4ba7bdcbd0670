/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device_corpus FOLDER    classifies every described device of the corpus of real recordings: XENHUB_CORPUS, or else this folder.
 *
 * What a device is stands in the name of its folder, and for drawing tablets in its own. Exits 77 where there is no corpus.
 */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/device/classify.h"
#include "hub/source/recording.h"

#define FILE_BYTES_MAX (16u << 20)

static const struct {
	const char *part; /* of the path; the first that is there counts */
	uint32_t any;     /* one of these it must be */
} expected[] = {
	{ "/QEMU 0.12.1 QEMU USB Tablet", CLASS_MOUSE },
	{ "/tablets/Wacom Serial Penabled 2FG Touchscreen", CLASS_TOUCHSCREEN },
	{ " Pad.", CLASS_PAD },
	{ " Pen.", CLASS_PEN },
	{ "_pen.", CLASS_PEN },
	{ "_touch.", CLASS_TOUCHSCREEN },
	{ " Finger", CLASS_TOUCHPAD | CLASS_TOUCHSCREEN },
	{ "/tablets/eGalax", CLASS_TOUCHSCREEN },
	{ "/tablets/", CLASS_PEN },
	{ "TrackPoint.trackpoint.", CLASS_TRACKPOINT },
	{ ".keyboard", CLASS_KEYBOARD },
	{ "/keyboards/", CLASS_KEYBOARD },
	{ "/mice/", CLASS_MOUSE },
	{ "/trackballs/", CLASS_MOUSE },
	{ "/trackpoints/", CLASS_TRACKPOINT },
	{ "/touchpads/", CLASS_TOUCHPAD },
	{ "/touchscreens/", CLASS_TOUCHSCREEN },
	{ "/joysticks/", CLASS_OTHER },
	{ "Headset", CLASS_BUTTONS },
	{ "Yubikey", CLASS_KEYBOARD },
	{ "Nano Transceiver", CLASS_KEYBOARD },
	{ "HP WMI hotkeys", CLASS_BUTTONS },
	{ "CIR transceiver", CLASS_BUTTONS },
};

static unsigned checked, wrong;

static void check(const char *path, const struct descriptor *d)
{
	char reason[CLASSIFY_REASON_MAX], is[128], want[128];
	uint32_t classes = classify(d, 0, reason);
	size_t i = 0;

	while (i < sizeof(expected) / sizeof(expected[0]) && !strstr(path, expected[i].part))
		i++;
	checked++;
	if (i == sizeof(expected) / sizeof(expected[0])) {
		printf("%s: nobody has written down what it is\n", path);
		wrong++;
	} else if (!(classes & expected[i].any) || (classes & ~expected[i].any & CLASS_OTHER)) {
		class_names(classes, is, sizeof(is));
		class_names(expected[i].any, want, sizeof(want));
		printf("%s: %s, should be %s (%s)\n", path, is, want, reason);
		wrong++;
	}
}

static int visit(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	char err[RECORDING_ERROR_MAX];
	struct recording r;
	char *text;
	FILE *f;
	size_t n;

	if (kind != FTW_F || st->st_size > FILE_BYTES_MAX || strstr(path, "LICENSE"))
		return 0;
	text = malloc((size_t)st->st_size + 1);
	f = fopen(path, "r");
	if (!text || !f) {
		printf("%s: %s\n", path, strerror(errno));
		exit(1);
	}
	n = fread(text, 1, (size_t)st->st_size, f);
	fclose(f);
	if (recording_parse(&r, path, text, n, err) == 0) {
		for (unsigned i = 0; i < r.n_devices; i++)
			if (r.devices[i].described)
				check(path, &r.devices[i].descriptor);
		recording_finish(&r);
	}
	free(text);
	return 0;
}

int main(int argc, char **argv)
{
	const char *folder = getenv("XENHUB_CORPUS");

	if (!folder && argc == 2)
		folder = argv[1];
	if (!folder || access(folder, R_OK) < 0) {
		printf("no corpus at %s: set XENHUB_CORPUS to a folder of recordings\n",
		       folder ? folder : "(nowhere)");
		return 77;
	}
	if (nftw(folder, visit, 8, FTW_PHYS) < 0) {
		printf("%s: %s\n", folder, strerror(errno));
		return 1;
	}
	printf("%u devices, %u of them not what they are\n", checked, wrong);
	return wrong || !checked;
}
