/* Without libseccomp, or with a sanitizer. */
#include <errno.h>

#include "hub/daemon/sandbox.h"

bool sandbox_is_built(void)
{
	return false;
}

int sandbox_enter(void)
{
	return -ENOSYS;
}
