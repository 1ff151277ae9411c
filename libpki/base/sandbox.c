#include "pki/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define CODE_MAX  128 /* instructions; the list below makes 26 */
#define FRONT_MAY 2

/*
 * What no tool does. sendto and its like are here for a socket that was
 * inherited; io_uring because its work passes no filter.
 */
static const int forbidden[] = {
    SCMP_SYS(execve), /* the front's whole duty: the first FRONT_MAY calls are open to it */
    SCMP_SYS(execveat),
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd),
#if !PKI_SANITIZED
    SCMP_SYS(ptrace), /* the leak sanitizer stops its own process with it */
#endif
};

bool pki_harden(struct pki_error *err)
{
    const struct rlimit none = {0};

    (void)umask(077);
    if (setrlimit(RLIMIT_CORE, &none) != 0)
        return pki_fail(err, PKI_E_IO, "core dumps cannot be turned off: %s", strerror(errno));
    /* Not dumpable also means not traceable, which the leak sanitizer has to be. */
    if (!PKI_SANITIZED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return pki_fail(err, PKI_E_IO, "process cannot be made undumpable: %s", strerror(errno));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return pki_fail(err, PKI_E_IO, "new privileges cannot be refused: %s", strerror(errno));
    return true;
}

/* 0 or a negative errno, as libseccomp has it. */
static int build(scmp_filter_ctx filter, size_t first)
{
    /* Calls of another architecture (i386, x32) have other numbers: none of them is let through. */
    int status = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);

    for (size_t i = first; status == 0 && i < PKI_COUNT(forbidden); i++)
        status = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, forbidden[i], 0);
    return status;
}

/*
 * libseccomp writes the filter; it is loaded by prctl and not by seccomp_load,
 * which needs a system call that valgrind does not know, and asks the kernel
 * nine questions whose answers level 3 (KILL_PROCESS, Linux 4.14) fixes.
 */
static int load(scmp_filter_ctx filter)
{
    struct sock_filter code[CODE_MAX];
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return -errno;
    int status = seccomp_export_bpf(filter, ends[1]);
    ssize_t size = status == 0 ? read(ends[0], code, sizeof(code)) : 0;
    (void)close(ends[0]);
    (void)close(ends[1]);
    if (status != 0)
        return status;
    if (size <= 0 || size == sizeof(code))
        return -E2BIG;

    const struct sock_fprog program = {
        .len = (unsigned short)((size_t)size / sizeof(code[0])),
        .filter = code,
    };
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 ? 0 : -errno;
}

static bool enter(size_t first, struct pki_error *err)
{
    scmp_filter_ctx filter = seccomp_api_set(3) == 0 ? seccomp_init(SCMP_ACT_ALLOW) : NULL;

    if (!filter)
        return pki_fail(err, PKI_E_MEMORY, "no memory for the network sandbox");
    int status = build(filter, first);
    if (status == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        status = -errno;
    if (status == 0)
        status = load(filter);
    seccomp_release(filter);
    if (status != 0)
        return pki_fail(err, PKI_E_IO, "network sandbox is refused by the kernel: %s",
                        strerror(-status));
    return true;
}

bool pki_sandbox_enter(struct pki_error *err)
{
    return enter(0, err);
}

bool pki_sandbox_enter_front(struct pki_error *err)
{
    return enter(FRONT_MAY, err);
}
