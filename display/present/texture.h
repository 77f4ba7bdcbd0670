/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `stream` and `gpu` share: a renderer of SDL's, and a streaming texture of the window's size, made when it is locked. */
#ifndef XENHUB_DISPLAY_TEXTURE_H
#define XENHUB_DISPLAY_TEXTURE_H

#include "display/present/present.h"

struct texture_present {
	struct present base;
	SDL_Renderer *renderer;
	SDL_Texture *texture;
};

int texture_resize(struct present *present, int width, int height);
int texture_lock(struct present *present, struct rect part, struct surface *out);
void texture_unlock(struct present *present);
int texture_show(struct present *present, const struct rect *parts, unsigned count);
void texture_finish(struct texture_present *t);

#endif
