import CLinux
import Glibc

/// All that a confined program is started with, made before the fork: after it only system calls are safe.
struct ConfinedStart {
    private let program: String
    private let words: [String]
    private let environment: [String: String]
    private let folder: String
    private let limits: ConversionLimits
    private let executable: Descriptor
    private let rules: LandlockRules?
    private let filter: SystemCallFilter?
    private let inherited: Descriptor?

    /// - Throws: ``ConfinementError`` or ``ChildProcess/SpawnFailure``.
    init(
        _ program: String, _ arguments: [String], environment: [String: String], limits: ConversionLimits,
        reach: Reach, confinement: Confinement, isTrusted: Bool
    ) throws {
        self.program = program
        self.environment = environment
        self.limits = limits
        folder = reach.folder
        switch confinement {
        case .landlock:
            executable = try Descriptor(executable: program)
            rules = try LandlockRules(program: program, environment: environment, reach: reach)
            filter = SystemCallFilter(.descriptor(executable.number))
            inherited = nil
            words = [program] + arguments
        case .bubblewrap:
            guard let wrapper = Program.find("bwrap", in: environment["PATH"] ?? "") else {
                throw ConfinementError("bwrap", ENOENT)
            }
            executable = try Descriptor(executable: wrapper)
            rules = nil
            filter = nil
            let descriptor = Descriptor(try Bubblewrap.descriptor(of: SystemCallFilter(.any)))
            inherited = descriptor
            words =
                ["bwrap"]
                + Bubblewrap.arguments(
                    for: program, arguments, environment: environment, reach: reach, filter: descriptor.number)
        case .none:
            executable = try Descriptor(executable: program)
            rules = nil
            let isFiltered = !isTrusted && SystemCallFilter.isAvailable
            filter = isFiltered ? SystemCallFilter(.descriptor(executable.number)) : nil
            inherited = nil
            words = [program] + arguments
        }
    }

    /// Starts it; its process.
    func run(_ pipes: inout Pipes) throws(ChildProcess.SpawnFailure) -> pid_t {
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard nothing >= 0 else { throw failure("/dev/null", errno) }
        defer { close(nothing) }
        let argv = words.map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        let bounds = self.bounds
        let (output, errors, failing) = (pipes.output.write, pipes.errors.write, pipes.failure.write)
        let child = argv.withUnsafeBufferPointer { argv in
            envp.withUnsafeBufferPointer { envp in
                folder.withCString { folder in
                    bounds.withUnsafeBufferPointer { bounds in
                        (filter?.program ?? []).withUnsafeBufferPointer { filter in
                            var start = worksmap_start()
                            start.program = executable.number
                            start.arguments = argv.baseAddress
                            start.environment = envp.baseAddress
                            start.folder = folder
                            start.input = nothing
                            start.output = output
                            start.errors = errors
                            start.failure = failing
                            start.inherited = inherited?.number ?? -1
                            start.ruleset = rules?.descriptor ?? -1
                            start.filter = filter.baseAddress
                            start.filter_length = UInt16(filter.count)
                            start.limits = bounds.baseAddress
                            start.limit_count = CInt(bounds.count)
                            return worksmap_start_confined(&start)
                        }
                    }
                }
            }
        }
        guard child > 0 else { throw failure("fork", errno) }
        if let (step, code) = pipes.reportedFailure() {
            var status: CInt = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
            throw failure(Self.names[step] ?? "step \(step)", code)
        }
        return child
    }

    private var bounds: [worksmap_limit] {
        func limit(_ resource: __rlimit_resource, _ soft: Int, _ hard: Int? = nil) -> worksmap_limit {
            worksmap_limit(resource: CInt(resource.rawValue), soft: UInt64(soft), hard: UInt64(hard ?? soft))
        }
        return [
            limit(RLIMIT_AS, limits.memory << 20), limit(RLIMIT_FSIZE, limits.output << 20), limit(RLIMIT_CORE, 0),
            // The signal that says why comes at the first, death at the second.
            limit(RLIMIT_CPU, limits.seconds, limits.seconds + 5), limit(RLIMIT_NOFILE, Descriptor.fileLimit),
        ]
    }

    private static let names: [Int32: String] = [
        Int32(worksmap_step_parent.rawValue): "prctl", Int32(worksmap_step_descriptors.rawValue): "dup2",
        Int32(worksmap_step_folder.rawValue): "chdir", Int32(worksmap_step_privileges.rawValue): "no_new_privs",
        Int32(worksmap_step_limits.rawValue): "setrlimit", Int32(worksmap_step_landlock.rawValue): "Landlock",
        Int32(worksmap_step_filter.rawValue): "seccomp", Int32(worksmap_step_execution.rawValue): "execution",
    ]

    private func failure(_ step: String, _ code: CInt) -> ChildProcess.SpawnFailure {
        ChildProcess.SpawnFailure(program: program, reason: "\(step): \(String(cString: strerror(code)))")
    }
}

/// A descriptor that closes when nobody needs it any more.
///
/// A class for that reason.
final class Descriptor {
    let number: CInt

    init(_ number: CInt) { self.number = number }

    /// A program's file, under a number that no file of the program itself can get: its limit of open files lies below.
    convenience init(executable path: String) throws(ConfinementError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw ConfinementError(path, errno) }
        defer { close(file) }
        let high = worksmap_duplicate(file, CInt(Self.fileLimit))
        guard high >= 0 else { throw ConfinementError(path, errno) }
        self.init(high)
    }

    deinit { close(number) }

    /// Open files that a program may have: ``ConversionLimits/files``, or fewer where our own limit is lower.
    static var fileLimit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return ConversionLimits.files }
        return max(16, min(ConversionLimits.files, Int(clamping: limit.rlim_cur) - 32))
    }
}

/// The pipes between us and a program; what is not taken out closes.
struct Pipes: ~Copyable {
    private(set) var output = (read: CInt(-1), write: CInt(-1))
    private(set) var errors = (read: CInt(-1), write: CInt(-1))
    /// Closed by the execution; before that the child writes into it why it fails.
    private(set) var failure = (read: CInt(-1), write: CInt(-1))

    mutating func open() throws(ConfinementError) {
        output = try Self.pipe()
        errors = try Self.pipe()
        failure = try Self.pipe()
    }

    private static func pipe() throws(ConfinementError) -> (read: CInt, write: CInt) {
        var ends: [CInt] = [0, 0]
        guard worksmap_pipe(&ends) == 0 else { throw ConfinementError("pipe", errno) }
        // Numbers 0 to 2 become the program's own.
        for index in 0..<2 where ends[index] < 3 {
            let other = worksmap_duplicate(ends[index], 3)
            close(ends[index])
            ends[index] = other
        }
        return (ends[0], ends[1])
    }

    /// The step at which the child failed and its errno; nil if the program runs. The writing ends are closed.
    mutating func reportedFailure() -> (step: Int32, code: Int32)? {
        close(failure.write)
        failure.write = -1
        var report: [Int32] = [0, 0]
        var count = 0
        report.withUnsafeMutableBytes { bytes in
            repeat { count = read(failure.read, bytes.baseAddress, bytes.count) } while count < 0 && errno == EINTR
        }
        return count == 8 ? (report[0], report[1]) : nil
    }

    mutating func takeReadingEnds() -> (output: CInt, errors: CInt) {
        let taken = (output.read, errors.read)
        output.read = -1
        errors.read = -1
        return taken
    }

    deinit {
        for end in [output.read, output.write, errors.read, errors.write, failure.read, failure.write] where end >= 0 {
            close(end)
        }
    }
}
