/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server made of libvncserver, as its own examples are: a picture, and what it is told goes to stdout, a line each. On
 * stdin: "bell", "text WORDS" (the clipboard), "map" (another colour map), "quit".
 *
 *      plain_vnc PORT WIDTH HEIGHT [map]       map: 8 bits a pixel through a colour map
 */
#include <fcntl.h>
#include <rfb/rfb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void on_pointer(int buttons, int x, int y, rfbClientPtr client)
{
	printf("pointer %d %d %d\n", x, y, buttons);
}

static void on_key(rfbBool down, rfbKeySym key, rfbClientPtr client)
{
	printf("key %s %x\n", down ? "down" : "up", (unsigned)key);
}

static void on_text(char *text, int length, rfbClientPtr client)
{
	printf("text %.*s\n", length, text);
}

static void on_text_utf8(char *text, int length, rfbClientPtr client)
{
	printf("utf8 %.*s\n", length, text);
}

static unsigned char *make_map(int shift)
{
	unsigned char *map = malloc(256 * 3);

	for (int i = 0; map && i < 256; i++) {
		map[3 * i] = (unsigned char)(i * 7 + shift);
		map[3 * i + 1] = (unsigned char)(i * 3 + 2 * shift);
		map[3 * i + 2] = (unsigned char)(255 - i);
	}
	return map;
}

static void paint(char *pixels, int width, int height, bool mapped)
{
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++) {
			if (mapped) {
				pixels[y * width + x] = (char)(x * 3 + y * 5);
				continue;
			}
			/* Red comes first in memory, where the usual order has blue. */
			char *at = pixels + 4 * (y * width + x);

			at[0] = (char)(x * 3 + 7);
			at[1] = (char)(y * 5 + 11);
			at[2] = (char)(x * y + x);
		}
}

static void obey(rfbScreenInfoPtr screen, char *line, int *quit)
{
	line[strcspn(line, "\n")] = '\0';
	if (!strcmp(line, "quit"))
		*quit = 1;
	if (!strcmp(line, "bell"))
		rfbSendBell(screen);
	if (!strncmp(line, "text ", 5))
		rfbSendServerCutText(screen, line + 5, (int)strlen(line + 5));
	if (!strcmp(line, "map")) {
		free(screen->colourMap.data.bytes);
		screen->colourMap.data.bytes = make_map(40);
		rfbSetClientColourMaps(screen, 0, 256);
		rfbMarkRectAsModified(screen, 0, 0, screen->width, screen->height);
	}
}

int main(int argc, char **argv)
{
	int own_argc = 1, width, height, quit = 0;
	bool mapped = argc > 4;
	rfbScreenInfoPtr screen;

	if (argc < 4)
		return EXIT_FAILURE;
	width = atoi(argv[2]);
	height = atoi(argv[3]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	rfbLogEnable(0);
	screen = rfbGetScreen(&own_argc, argv, width, height, 8, 3, mapped ? 1 : 4);
	if (!screen)
		return EXIT_FAILURE;
	screen->frameBuffer = calloc((size_t)width * (size_t)height, mapped ? 1 : 4);
	if (!screen->frameBuffer)
		return EXIT_FAILURE;
	paint(screen->frameBuffer, width, height, mapped);
	if (mapped) {
		screen->serverFormat.trueColour = FALSE;
		screen->colourMap = (rfbColourMap){ .count = 256, .data.bytes = make_map(0) };
	}
	screen->port = atoi(argv[1]);
	screen->ipv6port = 0;
	screen->listenInterface = htonl(INADDR_LOOPBACK);
	screen->desktopName = "plain";
	screen->alwaysShared = TRUE;
	screen->ptrAddEvent = on_pointer;
	screen->kbdAddEvent = on_key;
	screen->setXCutText = on_text;
	screen->setXCutTextUTF8 = on_text_utf8;
	rfbInitServer(screen);
	fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
	while (!quit && rfbIsActive(screen)) {
		char line[256];
		ssize_t n = read(STDIN_FILENO, line, sizeof(line) - 1);

		if (n > 0) {
			line[n] = '\0';
			obey(screen, line, &quit);
		} else if (n == 0) {
			quit = 1;
		}
		rfbProcessEvents(screen, 20000);
	}
	free(screen->frameBuffer);
	rfbScreenCleanup(screen);
	return EXIT_SUCCESS;
}
