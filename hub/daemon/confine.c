#define LOG_MODULE "sandbox"
#include "hub/daemon/confine.h"

#include "hub/core/log.h"
#include "hub/daemon/sandbox.h"

void confine(const struct config *config)
{
	int rc;

	if (!config->sandbox)
		return;
	if (!sandbox_is_built()) {
		log_info("built without a filter of system calls (libseccomp)");
		return;
	}
	rc = sandbox_enter();
	if (rc < 0)
		log_warn_errno(
			-rc,
			"system calls cannot be filtered; [daemon] sandbox = no says that this is meant");
}
