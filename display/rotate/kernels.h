/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernels behind rotate.h; NULL where the build's architecture does not have them. */
#ifndef XENHUB_DISPLAY_ROTATE_KERNELS_H
#define XENHUB_DISPLAY_ROTATE_KERNELS_H

#include "display/rotate/rotate.h"

extern const struct rotate_ops rotate_ops_c;

/* NULL also when this processor cannot run it. */
const struct rotate_ops *rotate_ops_sse2(void);
const struct rotate_ops *rotate_ops_avx2(void);
const struct rotate_ops *rotate_ops_neon(void);

#endif
