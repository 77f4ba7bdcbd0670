/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/core/sandbox.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAME_MAX_BYTES 32
#define COUNT(array)   (sizeof(array) / sizeof((array)[0]))

/* By name: an architecture that lacks one passes it over. glibc and musl take different ones for the same work. */
static const char *const allowed[] = {
	/* memory and threads */
	"brk madvise mmap mmap2 mprotect mremap munmap membarrier futex futex_time64 "
	"get_robust_list set_robust_list set_tid_address set_thread_area arch_prctl rseq "
	"sched_getaffinity sched_yield exit exit_group",
	/* time and signals */
	"clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep "
	"clock_nanosleep_time64 nanosleep gettimeofday time timerfd_create timerfd_gettime "
	"timerfd_gettime64 timerfd_settime timerfd_settime64 signalfd4 restart_syscall "
	"rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack sigreturn",
	/* musl's pthread_cancel, by which libxenstore ends its thread; glibc's tgkill is below */
	"tkill",
	/* waiting */
	"epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd2 pipe pipe2 poll "
	"ppoll ppoll_time64 _newselect select pselect6 pselect6_time64",
	/* files and devices */
	"access faccessat faccessat2 open openat close close_range read readv pread64 write "
	"writev pwrite64 lseek _llseek stat stat64 lstat lstat64 fstat fstat64 fstatat64 "
	"newfstatat statx statfs statfs64 fstatfs fstatfs64 readlink readlinkat getcwd fcntl "
	"fcntl64 flock dup dup2 dup3 ioctl umask chmod fchmod fchmodat chown chown32 lchown fchown "
	"fchown32 fchownat unlink unlinkat",
	/* sockets that are there; which may be made, below */
	"accept accept4 bind connect listen getpeername getsockname getsockopt setsockopt recv "
	"recvfrom recvmsg recvmmsg send sendto sendmsg sendmmsg shutdown",
	/* who and where one is */
	"getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getpid getppid "
	"gettid getuid getuid32 getrandom getrlimit ugetrlimit getrusage sysinfo uname",
};

static const int families[] = { AF_UNIX, AF_INET, AF_INET6 };

static int allow_name(scmp_filter_ctx filter, const char *name)
{
	int number = seccomp_syscall_resolve_name(name);
	int rc = number == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);

	/* A call that this architecture knows by another way only. */
	return rc == -EDOM || rc == -EINVAL ? 0 : rc;
}

/* Separated by blanks. */
static int allow_names(scmp_filter_ctx filter, const char *names)
{
	int rc = 0;

	while (*names && !rc) {
		size_t len = strcspn(names, " ");
		char name[NAME_MAX_BYTES];

		snprintf(name, sizeof(name), "%.*s", (int)len, names);
		rc = allow_name(filter, name);
		names += len + strspn(names + len, " ");
	}
	return rc;
}

static int allow_family(scmp_filter_ctx filter, int family)
{
	int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
				  SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family));

	return rc ? rc
		  : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 1,
				     SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family));
}

/* Calls that depend on what is asked of them. */
static int allow_some(scmp_filter_ctx filter)
{
	int rc = 0;

	for (size_t i = 0; i < COUNT(families) && !rc; i++)
		rc = allow_family(filter, families[i]);
	/* Threads, no processes. clone3 hides its flags behind a pointer: without it, libc takes clone. */
	if (!rc)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				      SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (!rc)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	/* abort and raise; no other process. */
	if (!rc)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				      SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	if (!rc)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
				      SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
	/* Limits may be asked for, of oneself, and not set. */
	if (!rc)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2, SCMP_A0(SCMP_CMP_EQ, 0),
				      SCMP_A2(SCMP_CMP_EQ, 0));
	return rc;
}

bool sandbox_is_built(void)
{
	return true;
}

int sandbox_enter(const struct sandbox_needs *needs)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int rc = 0;

	if (!filter)
		return -ENOMEM;
	/*
	 * The event path pays for each look at the list: a tree where the kernel keeps no cache. Nor is speculation a danger to a
	 * process that runs nobody else's code. Where libseccomp knows neither, it works all the same.
	 */
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
	for (size_t i = 0; i < COUNT(allowed) && !rc; i++)
		rc = allow_names(filter, allowed[i]);
	if (!rc && needs->calls)
		rc = allow_names(filter, needs->calls);
	if (!rc && needs->netlink)
		rc = allow_family(filter, AF_NETLINK);
	if (!rc)
		rc = allow_some(filter);
	/* Sets no_new_privs, too. */
	if (!rc)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}
