import Glibc

/// What a program that reads foreign files for us may use up.
public struct ConversionLimits: Hashable, Sendable {
    /// Seconds of computing, and seconds that we wait for it in all.
    public var seconds = 1800
    /// Megabytes of address space.
    public var memory = 4096
    /// Megabytes that it may hand over, and that any of its temporary files may have.
    public var output = 16_384

    public init() {}
}

/// A program that runs beside ours and whose output we read.
///
/// It gets limits of the system before it starts, and the system kills it when the thread that started it ends, however that happens.
/// A class, because there is one process, which ends with it.
final class ChildProcess {
    /// How it ended.
    enum End: Equatable {
        case exited(Int32)
        case killed(signal: Int32)
        /// It kept us waiting for longer than it may.
        case outOfTime
        /// It wrote more than it may.
        case tooMuchOutput
    }

    let pid: pid_t
    /// Megabytes, seconds.
    private let limits: ConversionLimits
    private var output: CInt
    private var errors: CInt
    private var waited = 0.0
    private(set) var bytesRead = 0
    /// The beginning of what it has complained about.
    private(set) var complaints: [UInt8] = []
    private var end: End?

    private static let complaintLimit = 1 << 16

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: Its path.
    ///   - environment: All that it sees of ours.
    /// - Throws: ``SpawnFailure``.
    init(_ program: String, _ arguments: [String], environment: [String: String], limits: ConversionLimits)
        throws(SpawnFailure)
    {
        self.limits = limits
        let megabyte = 1 << 20
        // Both are of util-linux, which every Debian has; each replaces itself by the next.
        let words =
            ["setpriv", "--pdeathsig", "KILL", "prlimit", "--as=\(limits.memory * megabyte)"]
            + ["--cpu=\(limits.seconds)", "--fsize=\(limits.output * megabyte)", "--core=0", program] + arguments
        let out = try Self.pipe()
        let err: (read: CInt, write: CInt)
        do throws(SpawnFailure) { err = try Self.pipe() } catch {
            close(out.read)
            close(out.write)
            throw error
        }
        defer {
            close(out.write)
            close(err.write)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, out.write, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, err.write, STDERR_FILENO)
        // A pipe that nobody reads any more ends the program, even if ours has chosen otherwise for itself.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        let argv = words.map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var started: pid_t = 0
        let code = posix_spawnp(&started, words[0], &actions, &attributes, argv, envp)
        guard code == 0 else {
            close(out.read)
            close(err.read)
            throw SpawnFailure(program: words[0], reason: String(cString: strerror(code)))
        }
        pid = started
        output = out.read
        errors = err.read
    }

    /// Why a program did not start.
    struct SpawnFailure: Error {
        var program: String
        var reason: String
    }

    private static func pipe() throws(SpawnFailure) -> (read: CInt, write: CInt) {
        var ends: [CInt] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else {
            throw SpawnFailure(program: "pipe", reason: String(cString: strerror(errno)))
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    deinit {
        if end == nil {
            kill(pid, SIGKILL)
            var status: CInt = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        }
        for descriptor in [output, errors] where descriptor >= 0 { close(descriptor) }
    }

    /// Reads what it writes; 0 once it has ended, or was made to.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        while end == nil, output >= 0 {
            guard wait() else { break }
            if let count = take(&output, into: buffer), count > 0 {
                bytesRead += count
                if bytesRead >> 20 >= limits.output { stop(.tooMuchOutput) }
                return count
            }
        }
        return 0
    }

    /// Waits until it has ended.
    func finish() -> End {
        while end == nil, errors >= 0 || output >= 0 {
            guard wait() else { break }
            // Whoever finishes early is not interested in the rest.
            if output >= 0 {
                close(output)
                output = -1
            }
        }
        if let end { return end }
        var status: CInt = 0
        while waitpid(pid, &status, 0) < 0 { if errno != EINTR { break } }
        let signal = status & 0x7F
        let result: End = signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal)
        end = result
        return result
    }

    /// Waits until there is something to read and takes in what it complains about; false if it may not go on.
    private func wait() -> Bool {
        var watched = [pollfd(fd: output, events: Int16(POLLIN), revents: 0)]
        watched.append(pollfd(fd: errors, events: Int16(POLLIN), revents: 0))
        let before = Self.now
        let left = Double(limits.seconds) - waited
        guard left > 0 else {
            stop(.outOfTime)
            return false
        }
        _ = poll(&watched, 2, CInt(min(left * 1000, 1_000_000)) + 1)
        waited += Self.now - before
        if watched[1].revents != 0 {
            var chunk = [UInt8](repeating: 0, count: 1 << 12)
            let count = chunk.withUnsafeMutableBytes { take(&errors, into: $0) } ?? 0
            complaints += chunk[..<min(count, Self.complaintLimit - complaints.count)]
        }
        return true
    }

    /// Reads once from a pipe that may have something, and closes it at its end; nil if there was nothing.
    private func take(_ descriptor: inout CInt, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&state, 1, 0) > 0 else { return nil }
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR { return nil }
        if count <= 0 {
            close(descriptor)
            descriptor = -1
        }
        return max(count, 0)
    }

    private func stop(_ reason: End) {
        kill(pid, SIGKILL)
        var status: CInt = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        end = reason
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
