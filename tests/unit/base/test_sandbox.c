#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "pki/sandbox.h"
#include "test.h"

#define REFUSED 99

/* Runs act inside the sandbox in a child; its wait status. */
static int inside(void (*act)(void))
{
    pid_t child = fork();

    if (child == 0) {
        struct pki_error err = {0};
        const struct rlimit none = {0};

        (void)setrlimit(RLIMIT_CORE, &none);
        if (!pki_harden(&err) || !pki_sandbox_enter(&err))
            _exit(REFUSED);
        act();
        _exit(0);
    }
    int status = -1;
    CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);
    return status;
}

static void open_inet(void)
{
    (void)socket(AF_INET, SOCK_STREAM, 0);
}

static void open_unix(void)
{
    (void)socket(AF_UNIX, SOCK_STREAM, 0);
}

static void open_pair(void)
{
    int ends[2];

    (void)socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}

static void send_inherited(void)
{
    (void)send(0, "x", 1, MSG_NOSIGNAL);
}

static void run_program(void)
{
    (void)execl("/bin/true", "true", (char *)NULL);
}

static void run_open_program(void)
{
    (void)syscall(SYS_execveat, 0, "", NULL, NULL, 0);
}

static void set_up_ring(void)
{
    (void)syscall(SYS_io_uring_setup, 1, NULL);
}

static void read_process(void)
{
    (void)syscall(SYS_process_vm_readv, getpid(), NULL, 0, NULL, 0, 0);
}

#ifdef __x86_64__
static void open_by_x32(void)
{
    (void)syscall(0x40000000 | SYS_socket, AF_INET, SOCK_STREAM, 0);
}
#endif

static void test_sandbox_kills_what_is_forbidden(void)
{
    static const struct {
        const char *name;
        void (*act)(void);
    } cases[] = {
        {"socket", open_inet},       {"unix socket", open_unix},
        {"socketpair", open_pair},   {"sendto", send_inherited},
        {"execve", run_program},     {"execveat", run_open_program},
        {"io_uring", set_up_ring},   {"process_vm_readv", read_process},
#ifdef __x86_64__
        {"x32 socket", open_by_x32},
#endif
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        int status = inside(cases[i].act);
        bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;

        if (!killed)
            fprintf(stderr, "\n%s: not killed, wait status %x\n", cases[i].name, (unsigned)status);
        CU_ASSERT_TRUE(killed);
    }
}

static void work(void)
{
    char path[] = "/tmp/cellar-sandbox-XXXXXX";
    int fd = mkstemp(path);

    if (fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) != 0 || unlink(path) != 0)
        _exit(1);
}

static void test_sandbox_lets_ordinary_work_be_done(void)
{
    int status = inside(work);

    CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void look_at_hardening(void)
{
    struct rlimit core = {.rlim_cur = 1};

    if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 || core.rlim_max != 0)
        _exit(1);
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || umask(0) != 077)
        _exit(2);
    if (!PKI_SANITIZED && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
        _exit(3);
}

static void test_harden_turns_off_dumps_and_privileges(void)
{
    int status = inside(look_at_hardening);

    CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void enter_again(void)
{
    struct pki_error err = {0};

    if (!pki_sandbox_enter(&err))
        _exit(1);
}

static void test_sandbox_can_be_entered_twice(void)
{
    int status = inside(enter_again);

    CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* 0: refused as documented, for want of descriptors to hand the filter over with. */
static int enter_without_descriptors(void)
{
    const struct rlimit none = {0};
    struct pki_error err = {0};

    if (setrlimit(RLIMIT_NOFILE, &none) != 0)
        return 2;
    return !pki_sandbox_enter(&err) && err.code == PKI_E_IO ? 0 : 1;
}

static void test_sandbox_that_cannot_be_entered_is_told(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(enter_without_descriptors());
    int status = -1;
    CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);
    CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"sockets and programs end the process", test_sandbox_kills_what_is_forbidden},
        {"ordinary work goes on", test_sandbox_lets_ordinary_work_be_done},
        {"dumps and privileges are off", test_harden_turns_off_dumps_and_privileges},
        {"entering twice is harmless", test_sandbox_can_be_entered_twice},
        {"a sandbox that cannot be entered is told", test_sandbox_that_cannot_be_entered_is_told},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "sandbox", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
