#define LOG_MODULE "sandbox"
#include "hub/daemon/confine.h"

#include "hub/core/log.h"
#include "hub/daemon/sandbox.h"

static bool runs_commands(const struct config *config)
{
	enum config_action action;
	const char *argument;
	char why[256];

	for (unsigned i = 0; i < config->n_chords; i++)
		if (config_parse_action(config->chords[i].action, &action, &argument, why, sizeof(why)) ==
			    0 &&
		    action == CONFIG_ACTION_RUN)
			return true;
	return config->action[0];
}

void confine(const struct config *config)
{
	int rc;

	if (!config->sandbox)
		return;
	if (!sandbox_is_built()) {
		log_info("built without a filter of system calls (libseccomp)");
		return;
	}
	/* A command would inherit the filter for ever, and seldom get along with it. */
	if (runs_commands(config)) {
		log_info("a command is configured: system calls are not filtered");
		return;
	}
	rc = sandbox_enter();
	if (rc < 0)
		log_warn_errno(
			-rc,
			"system calls cannot be filtered; [daemon] sandbox = no says that this is meant");
}
