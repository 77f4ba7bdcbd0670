/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/iio/libiio.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

#define LOG_MODULE "iio"
#include "hub/core/log.h"

/* The ABI of 0.x; version 1 is another one. */
#define SONAME "libiio.so.0"

static bool find(void *library, const char *name, void *function)
{
	/* POSIX lets a function's address pass through void *, C's cast does not. */
	*(void **)function = dlsym(library, name);
	if (!*(void **)function)
		log_warn("%s: has no %s", SONAME, name);
	return *(void **)function;
}

const struct libiio *libiio_load(void)
{
	static struct libiio functions;
	static void *library;
	bool all = true;

	if (library)
		return &functions;
	library = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		log_warn("%s", dlerror());
		return NULL;
	}
#define FIND(name) all = all && find(library, #name, &functions.name);
	LIBIIO_FUNCTIONS(FIND)
#undef FIND
	if (all)
		return &functions;
	dlclose(library);
	library = NULL;
	return NULL;
}
