/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into Debian's own xenstored, lets that daemon run on a machine without Xen: the few calls it makes to the hypervisor
 * find a machine with no domain but Dom0. Clients on the unix socket are served by the real code. Permissions cannot be tested
 * this way, since every client counts as Dom0: the lab does that on real Xen.
 *
 *	XENSTORED_RUNDIR=DIR LD_PRELOAD=libxenstored_host.so xenstored --no-fork
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xenctrl.h>
#include <xenevtchn.h>
#include <xengnttab.h>

#define EXPORT __attribute__((visibility("default")))
#define PAGE   4096

/* Handles are only compared with NULL by their callers; each kind points at something of its own. */
static char hypervisor, events, grants;

EXPORT xc_interface *xc_interface_open(xentoollog_logger *logger, xentoollog_logger *dombuild, unsigned flags)
{
	return (xc_interface *)&hypervisor;
}

EXPORT int xc_interface_close(xc_interface *xch)
{
	return 0;
}

/* Any domain that is asked for runs: xenstored asks for those that introduced themselves, which is Dom0 alone. */
EXPORT int xc_domain_getinfo(xc_interface *xch, uint32_t first, unsigned max, xc_dominfo_t *info)
{
	memset(info, 0, sizeof(*info));
	info->domid = first;
	info->running = 1;
	return 1;
}

EXPORT xenevtchn_handle *xenevtchn_open(xentoollog_logger *logger, unsigned flags)
{
	return (xenevtchn_handle *)&events;
}

EXPORT xenevtchn_handle *xenevtchn_fdopen(xentoollog_logger *logger, int fd, unsigned flags)
{
	return (xenevtchn_handle *)&events;
}

EXPORT int xenevtchn_close(xenevtchn_handle *h)
{
	return 0;
}

/* Never readable: no event comes from a hypervisor that is not there. */
EXPORT int xenevtchn_fd(xenevtchn_handle *h)
{
	static int fd = -1;

	if (fd < 0)
		fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return fd;
}

EXPORT xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle *h)
{
	errno = EAGAIN;
	return -1;
}

EXPORT xenevtchn_port_or_error_t xenevtchn_bind_virq(xenevtchn_handle *h, unsigned virq)
{
	return 1;
}

EXPORT xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle *h, uint32_t domid,
							    evtchn_port_t port)
{
	return (xenevtchn_port_or_error_t)domid + 2;
}

EXPORT int xenevtchn_unbind(xenevtchn_handle *h, evtchn_port_t port)
{
	return 0;
}

EXPORT int xenevtchn_unmask(xenevtchn_handle *h, evtchn_port_t port)
{
	return 0;
}

EXPORT int xenevtchn_notify(xenevtchn_handle *h, evtchn_port_t port)
{
	return 0;
}

EXPORT xengnttab_handle *xengnttab_open(xentoollog_logger *logger, unsigned flags)
{
	return (xengnttab_handle *)&grants;
}

EXPORT int xengnttab_close(xengnttab_handle *h)
{
	return 0;
}

EXPORT int xengnttab_set_max_grants(xengnttab_handle *h, uint32_t count)
{
	return 0;
}

EXPORT void *xengnttab_map_grant_ref(xengnttab_handle *h, uint32_t domid, uint32_t ref, int prot)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? NULL : page;
}

EXPORT int xengnttab_unmap(xengnttab_handle *h, void *start, uint32_t count)
{
	return munmap(start, (size_t)count * PAGE);
}

/* The two files by which the kernel tells xenstored of Dom0's ring: a port number, and a page to map. */
static int open_fake(const char *path)
{
	int fd;

	if (!strcmp(path, "/proc/xen/xsd_port")) {
		fd = memfd_create("xsd_port", MFD_CLOEXEC);
		if (fd >= 0 && (write(fd, "1", 1) != 1 || lseek(fd, 0, SEEK_SET) < 0))
			return -1;
		return fd;
	}
	if (!strcmp(path, "/proc/xen/xsd_kva") || !strcmp(path, "/dev/xen/xsd_kva")) {
		fd = memfd_create("xsd_kva", MFD_CLOEXEC);
		if (fd >= 0 && ftruncate(fd, PAGE) < 0)
			return -1;
		return fd;
	}
	return -2;
}

static int open_real(const char *path, int flags, mode_t mode)
{
	static int (*real)(const char *path, int flags, ...);
	int fd = open_fake(path);

	if (fd != -2)
		return fd;
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "open");
	return real(path, flags, mode);
}

#define WRAP_OPEN(name)                                                                                      \
	EXPORT int name(const char *path, int flags, ...);                                                   \
	EXPORT int name(const char *path, int flags, ...)                                                    \
	{                                                                                                    \
		mode_t mode = 0;                                                                             \
		va_list args;                                                                                \
                                                                                                             \
		va_start(args, flags);                                                                       \
		if (flags & (O_CREAT | O_TMPFILE))                                                           \
			mode = va_arg(args, mode_t);                                                         \
		va_end(args);                                                                                \
		return open_real(path, flags, mode);                                                         \
	}

#undef open
#undef open64
WRAP_OPEN(open)
WRAP_OPEN(open64)

/* What the compiler makes of open with a constant mode when sources are fortified. */
EXPORT int __open_2(const char *path, int flags);
EXPORT int __open_2(const char *path, int flags)
{
	return open_real(path, flags, 0);
}

EXPORT int __open64_2(const char *path, int flags);
EXPORT int __open64_2(const char *path, int flags)
{
	return open_real(path, flags, 0);
}
