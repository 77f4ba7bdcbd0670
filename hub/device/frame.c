#include "hub/device/frame.h"

static const char *const reason_names[REASON_COUNT] = {
	[REASON_NONE] = "none",		[REASON_CONNECT] = "connect", [REASON_UNPLUG] = "unplug",
	[REASON_FOCUS] = "focus",	[REASON_LEASE] = "lease",     [REASON_OVERFLOW] = "overflow",
	[REASON_SUSPEND] = "suspend",	[REASON_LINK] = "link",	      [REASON_END] = "end",
	[REASON_CHORD] = "chord",	[REASON_POLICY] = "policy",
};

const char *reason_name(unsigned reason)
{
	return reason < REASON_COUNT ? reason_names[reason] : "unknown";
}
