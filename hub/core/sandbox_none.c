/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Without libseccomp, or with a sanitizer. */
#include <errno.h>

#include "hub/core/sandbox.h"

bool sandbox_is_built(void)
{
	return false;
}

int sandbox_enter(const struct sandbox_needs *needs)
{
	return -ENOSYS;
}
