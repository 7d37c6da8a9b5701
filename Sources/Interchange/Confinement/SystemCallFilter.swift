import CLinux
import Glibc

/// A filter of system calls (seccomp) in the kernel's BPF: those on a list are allowed, all others answer that they do not exist.
///
/// Not on the list is all that reaches beyond files, memory, time and threads of one process: sockets, other processes, mounts, keys, tracing,
/// links, modes and owners of files, notification, queues, modules, and whatever future kernels bring. A new program replaces the process
/// once: by the descriptor that the filter names, which closes when that happens and which no later one can equal, because the limit of open
/// files lies below it.
struct SystemCallFilter {
    /// How the program itself may be executed, after the filter is there.
    enum Execution {
        /// By `execveat` of this descriptor.
        case descriptor(CInt)
        /// By another program, which installs the filter and confines executions itself.
        case any
    }

    private(set) var program: [sock_filter] = []

    init(_ execution: Execution) {
        load(Self.architectureOffset)
        skipUnless(equal: Self.architecture, past: [Self.answer(SECCOMP_RET_KILL_PROCESS)], isInverted: true)
        load(Self.numberOffset)
        #if arch(x86_64)
        // Numbers of the x32 interface.
        append(Self.jump(UInt32(BPF_JGE), 0x4000_0000, 0, 1))
        append(Self.answer(SECCOMP_RET_KILL_PROCESS))
        #endif
        for number in Self.allowed { rule(number, [Self.answer(SECCOMP_RET_ALLOW)]) }
        rules(for: execution)
        append(Self.refuse(ENOSYS))
    }

    private mutating func rules(for execution: Execution) {
        switch execution {
        case .descriptor(let descriptor):
            rule(
                __NR_execveat,
                [Self.load(argument: 0), Self.jump(UInt32(BPF_JEQ), UInt32(bitPattern: descriptor), 0, 3)]
                    + [Self.load(argument: 4), Self.jump(UInt32(BPF_JEQ), worksmap_at_empty_path.rawValue, 0, 1)]
                    + [Self.answer(SECCOMP_RET_ALLOW), Self.refuse(EPERM)])
        case .any:
            for number in [__NR_execve, __NR_wait4] { rule(number, [Self.answer(SECCOMP_RET_ALLOW)]) }
        }
        // Threads, with nothing in the flags but what belongs to them. clone3, whose flags a filter cannot see, does not exist.
        rule(
            __NR_clone,
            [Self.load(argument: 0), Self.jump(UInt32(BPF_JSET), ~Self.threadFlags, 2, 0)]
                + [Self.jump(UInt32(BPF_JSET), worksmap_clone_thread.rawValue, 0, 1)]
                + [Self.answer(SECCOMP_RET_ALLOW), Self.refuse(EPERM)])
        // Limits may be read, not set.
        rule(
            __NR_prlimit64,
            [Self.load(argument: 2), Self.jump(UInt32(BPF_JEQ), 0, 0, 3)]
                + [Self.load(argument: 2, upperHalf: true), Self.jump(UInt32(BPF_JEQ), 0, 0, 1)]
                + [Self.answer(SECCOMP_RET_ALLOW), Self.refuse(EPERM)])
        // Kernels before 6.2 would let a file that is opened for reading be emptied.
        let opening = [(__NR_openat, 2)] + Self.olderOpening
        for (number, flags) in opening {
            rule(
                number,
                [Self.load(argument: flags), Self.and(UInt32(O_TRUNC | O_ACCMODE))]
                    + [Self.jump(UInt32(BPF_JEQ), UInt32(O_TRUNC), 1, 0)]
                    + [Self.answer(SECCOMP_RET_ALLOW), Self.refuse(EPERM)])
        }
        // F_SETOWN and F_SETOWN_EX choose a process that gets signals.
        rule(
            __NR_fcntl,
            [Self.load(argument: 1), Self.jump(UInt32(BPF_JEQ), 8, 2, 0), Self.jump(UInt32(BPF_JEQ), 15, 1, 0)]
                + [Self.answer(SECCOMP_RET_ALLOW), Self.refuse(EPERM)])
        // It has no devices: the answer of every other file.
        rule(__NR_ioctl, [Self.refuse(ENOTTY)])
    }

    /// The filter as the bytes that a program reads which is to install it.
    var bytes: [UInt8] { program.withUnsafeBytes { Array($0) } }

    // MARK: Instructions

    private mutating func append(_ instruction: sock_filter) { program.append(instruction) }

    private mutating func load(_ offset: UInt32) {
        append(Self.statement(UInt32(BPF_LD | BPF_W | BPF_ABS), offset))
    }

    /// What happens when the system call has this number; `body` answers in any case.
    private mutating func rule(_ number: CInt, _ body: [sock_filter]) {
        skipUnless(equal: UInt32(bitPattern: number), past: body, isInverted: false)
    }

    private mutating func skipUnless(equal value: UInt32, past body: [sock_filter], isInverted: Bool) {
        let length = UInt8(body.count)
        append(Self.jump(UInt32(BPF_JEQ), value, isInverted ? length : 0, isInverted ? 0 : length))
        program += body
    }

    private static func statement(_ code: UInt32, _ value: UInt32) -> sock_filter {
        sock_filter(code: UInt16(code), jt: 0, jf: 0, k: value)
    }

    private static func jump(_ test: UInt32, _ value: UInt32, _ then: UInt8, _ otherwise: UInt8) -> sock_filter {
        sock_filter(code: UInt16(UInt32(BPF_JMP | BPF_K) | test), jt: then, jf: otherwise, k: value)
    }

    private static func and(_ value: UInt32) -> sock_filter { statement(UInt32(BPF_ALU | BPF_AND | BPF_K), value) }

    private static func answer(_ action: UInt32) -> sock_filter { statement(UInt32(BPF_RET | BPF_K), action) }

    private static func refuse(_ code: CInt) -> sock_filter { answer(0x0005_0000 | UInt32(code)) }

    // MARK: The call that is judged: struct seccomp_data, little-endian

    private static let numberOffset: UInt32 = 0
    private static let architectureOffset: UInt32 = 4

    private static func load(argument index: Int, upperHalf: Bool = false) -> sock_filter {
        statement(UInt32(BPF_LD | BPF_W | BPF_ABS), UInt32(16 + index * 8 + (upperHalf ? 4 : 0)))
    }

    #if arch(x86_64)
    private static let architecture: UInt32 = 0xC000_003E
    private static let olderOpening: [(CInt, Int)] = [(__NR_open, 1)]
    #elseif arch(arm64)
    private static let architecture: UInt32 = 0xC000_00B7
    private static let olderOpening: [(CInt, Int)] = []
    #endif

    /// CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, SETTLS, PARENT_SETTID, CHILD_CLEARTID, DETACHED and CHILD_SETTID.
    private static let threadFlags: UInt32 = 0x017D_0F00

    // MARK: What is allowed

    private static let allowed: [CInt] = files + memory + threads + time + own + older

    private static let files: [CInt] = [
        __NR_read, __NR_write, __NR_readv, __NR_writev, __NR_pread64, __NR_pwrite64, __NR_preadv, __NR_pwritev,
        __NR_lseek, __NR_close, __NR_close_range, __NR_dup, __NR_dup3, __NR_flock, __NR_fstat, __NR_newfstatat,
        __NR_statx, __NR_faccessat, __NR_faccessat2, __NR_readlinkat, __NR_getcwd, __NR_getdents64, __NR_mkdirat,
        __NR_unlinkat, __NR_renameat, __NR_renameat2, __NR_ftruncate, __NR_fallocate, __NR_fsync, __NR_fdatasync,
        __NR_fadvise64, __NR_statfs, __NR_fstatfs, __NR_umask, __NR_chdir, __NR_fchdir, __NR_copy_file_range,
        __NR_sendfile, __NR_pipe2, __NR_ppoll, __NR_pselect6, __NR_eventfd2, __NR_epoll_create1, __NR_epoll_ctl,
        __NR_epoll_pwait,
    ]
    private static let memory: [CInt] = [
        __NR_brk, __NR_mmap, __NR_munmap, __NR_mremap, __NR_mprotect, __NR_madvise, __NR_msync, __NR_mincore,
        __NR_membarrier,
    ]
    private static let threads: [CInt] = [
        __NR_futex, __NR_set_robust_list, __NR_get_robust_list, __NR_set_tid_address, __NR_rseq, __NR_sched_yield,
        __NR_sched_getaffinity, __NR_sched_getparam, __NR_sched_getscheduler, __NR_getcpu, __NR_rt_sigaction,
        __NR_rt_sigprocmask, __NR_rt_sigreturn, __NR_sigaltstack, __NR_restart_syscall, __NR_exit, __NR_exit_group,
    ]
    private static let time: [CInt] = [
        __NR_clock_gettime, __NR_clock_getres, __NR_clock_nanosleep, __NR_nanosleep, __NR_gettimeofday, __NR_times,
    ]
    /// What it is told about itself and the system.
    private static let own: [CInt] = [
        __NR_getpid, __NR_gettid, __NR_getppid, __NR_getuid, __NR_geteuid, __NR_getgid, __NR_getegid, __NR_getgroups,
        __NR_getpgid, __NR_getsid, __NR_uname, __NR_sysinfo, __NR_getrusage, __NR_getrlimit, __NR_getpriority,
        __NR_getrandom,
    ]
    #if arch(x86_64)
    private static let older: [CInt] = [
        __NR_arch_prctl, __NR_stat, __NR_lstat, __NR_access, __NR_readlink, __NR_getdents, __NR_mkdir, __NR_rmdir,
        __NR_unlink, __NR_rename, __NR_dup2, __NR_pipe, __NR_poll, __NR_select, __NR_eventfd, __NR_epoll_create,
        __NR_epoll_wait, __NR_time,
    ]
    #else
    private static let older: [CInt] = []
    #endif
}
