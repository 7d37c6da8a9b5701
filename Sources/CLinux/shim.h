// What Linux offers to confine a program and Swift cannot call by itself: variadic calls of the C library, system calls that it has no
// names for, and the steps between a fork and the start of a program, where nothing but system calls is safe.
#pragma once

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

// Constants that the C library's headers hide or that would bring half of it along.
enum worksmap_constant {
    worksmap_at_empty_path = 0x1000,
    worksmap_clone_thread = 0x10000,
    worksmap_duplicate_close_on_execution = 1030,
    worksmap_set_flags = 2,
    worksmap_close_on_execution = 1,
    worksmap_open_close_on_execution = 02000000,
    worksmap_open_path = 010000000,
};

// Landlock's numbers are the same on every architecture; older headers lack them.
static inline long worksmap_landlock_create(const void *attributes, size_t size, uint32_t flags) {
    return syscall(444, attributes, size, flags);
}

static inline long worksmap_landlock_allow(int ruleset, int descriptor, uint64_t rights) {
    struct __attribute__((packed)) {
        uint64_t rights;
        int32_t descriptor;
    } beneath = {rights, descriptor};
    return syscall(445, ruleset, 1, &beneath, 0);
}

/// 0 if the kernel runs filters of system calls that kill a process.
static inline long worksmap_seccomp_available(void) {
    uint32_t action = SECCOMP_RET_KILL_PROCESS;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
}

/// A file in memory that closes on execution.
static inline int worksmap_memory_file(const char *name) { return (int)syscall(SYS_memfd_create, name, 1U); }

/// Another descriptor of the same file, the first free one from `least` on; it closes on execution.
static inline int worksmap_duplicate(int descriptor, int least) { return (int)syscall(SYS_fcntl, descriptor, worksmap_duplicate_close_on_execution, least); }

static inline int worksmap_pipe(int ends[2]) { return (int)syscall(SYS_pipe2, ends, worksmap_open_close_on_execution); }


/// A limit that the program cannot raise beyond `hard`.
struct worksmap_limit {
    int resource;
    uint64_t soft, hard;
};

/// All that a program starts with. Everything is made before the fork.
struct worksmap_start {
    /// The program's file; it must close on execution.
    int program;
    char *const *arguments;
    char *const *environment;
    const char *folder;
    /// What become its standard input, output and errors.
    int input, output, errors;
    /// Another descriptor that it inherits, or -1.
    int inherited;
    /// Where the step that failed and its errno are written, 4 bytes each; it must close on execution.
    int failure;
    /// Landlock's rules, or -1.
    int ruleset;
    const struct sock_filter *filter;
    /// 0 if there is no filter.
    uint16_t filter_length;
    const struct worksmap_limit *limits;
    int limit_count;
};

enum worksmap_step {
    worksmap_step_parent = 1,
    worksmap_step_descriptors,
    worksmap_step_folder,
    worksmap_step_privileges,
    worksmap_step_limits,
    worksmap_step_landlock,
    worksmap_step_filter,
    worksmap_step_execution,
};

static inline void worksmap_fail(const struct worksmap_start *start, int32_t step) {
    int32_t report[2] = {step, errno};
    ssize_t ignored = write(start->failure, report, sizeof report);
    (void)ignored;
    _exit(127);
}

/// Runs in the child. Each step that takes something away comes after those that need it.
static inline void worksmap_become(const struct worksmap_start *start, pid_t parent) {
    for (int number = 1; number < 65; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, 0);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent) worksmap_fail(start, worksmap_step_parent);
    if (dup2(start->input, 0) < 0 || dup2(start->output, 1) < 0 || dup2(start->errors, 2) < 0)
        worksmap_fail(start, worksmap_step_descriptors);
    // close_range with CLOSE_RANGE_CLOEXEC: whatever else is open ends with the execution.
    if (syscall(436, 3, ~0U, 4) != 0)
        for (int descriptor = 3; descriptor < 65536; descriptor++) syscall(SYS_fcntl, descriptor, worksmap_set_flags, worksmap_close_on_execution);
    if (start->inherited >= 0 && syscall(SYS_fcntl, start->inherited, worksmap_set_flags, 0) != 0)
        worksmap_fail(start, worksmap_step_descriptors);
    if (chdir(start->folder) != 0) worksmap_fail(start, worksmap_step_folder);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) worksmap_fail(start, worksmap_step_privileges);
    for (int index = 0; index < start->limit_count; index++) {
        struct rlimit limit;
        // One that is lower already stays.
        if (getrlimit(start->limits[index].resource, &limit) != 0) worksmap_fail(start, worksmap_step_limits);
        if (limit.rlim_max > start->limits[index].hard) limit.rlim_max = start->limits[index].hard;
        limit.rlim_cur = start->limits[index].soft < limit.rlim_max ? start->limits[index].soft : limit.rlim_max;
        if (setrlimit(start->limits[index].resource, &limit) != 0) worksmap_fail(start, worksmap_step_limits);
    }
    if (start->ruleset >= 0 && syscall(446, start->ruleset, 0) != 0) worksmap_fail(start, worksmap_step_landlock);
    if (start->filter_length > 0) {
        struct sock_fprog program = {start->filter_length, (struct sock_filter *)start->filter};
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) worksmap_fail(start, worksmap_step_filter);
    }
    syscall(SYS_execveat, start->program, "", start->arguments, start->environment, worksmap_at_empty_path);
    worksmap_fail(start, worksmap_step_execution);
}

/// Starts a program; its process, or -1 and errno.
static inline pid_t worksmap_start_confined(const struct worksmap_start *start) {
    pid_t parent = getpid();
    // A signal handler of ours must not run in the child.
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    if (child == 0) worksmap_become(start, parent);
    int reason = errno;
    sigprocmask(SIG_SETMASK, &before, 0);
    errno = reason;
    return child;
}
