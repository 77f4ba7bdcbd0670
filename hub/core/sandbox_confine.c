/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "sandbox"
#include "hub/core/log.h"
#include "hub/core/sandbox.h"

void sandbox_confine(bool wanted, const struct sandbox_needs *needs, const char *option)
{
	int rc;

	if (!wanted)
		return;
	if (!sandbox_is_built()) {
		log_info("built without a filter of system calls (libseccomp)");
		return;
	}
	rc = sandbox_enter(needs);
	if (rc < 0)
		log_warn_errno(-rc, "system calls cannot be filtered; %s = no says that this is meant",
			       option);
}
