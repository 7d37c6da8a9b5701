import CLinux
import Glibc

/// What a program that reads foreign files for us may use up.
public struct ConversionLimits: Hashable, Sendable {
    /// Seconds of computing, and seconds that we wait for it in all.
    public var seconds = 1800
    /// Megabytes of address space.
    public var memory = 4096
    /// Megabytes that it may hand over, and that its temporary files may have, each and all together.
    public var output = 16_384
    /// Files that it may have open at the same time.
    static let files = 256

    public init() {}
}

/// A program that runs beside ours and whose output we read.
///
/// It gets its limits and its confinement before it starts, keeps them for good, and the system kills it when the thread that started it ends,
/// however that happens.
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
        /// Its temporary files are larger than they may be, all together.
        case tooMuchTemporary
    }

    let pid: pid_t
    /// Megabytes, seconds.
    private let limits: ConversionLimits
    /// The folder whose size is watched; nil if it writes nothing.
    private let folder: String?
    private var output: CInt
    private var errors: CInt
    private var waited = 0.0
    private var folderChecked = ChildProcess.now
    private(set) var bytesRead = 0
    /// The beginning of what it has complained about.
    private(set) var complaints: [UInt8] = []
    private var end: End?

    private static let complaintLimit = 1 << 16

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: Its path. It must be a program of the machine's, not a script, whose interpreter would be a second program.
    ///   - environment: All that it sees of ours.
    ///   - reach: All that it may read and write; all else is kept from it by `confinement`.
    ///   - isTrusted: No filter of system calls even if there is no other confinement.
    /// - Throws: ``SpawnFailure``.
    init(
        _ program: String, _ arguments: [String], environment: [String: String], limits: ConversionLimits,
        reach: Reach, confinement: Confinement, isTrusted: Bool = false
    ) throws(SpawnFailure) {
        self.limits = limits
        folder = isTrusted ? nil : reach.folder
        var pipes = Pipes()
        do {
            let start = try ConfinedStart(
                program, arguments, environment: environment, limits: limits, reach: reach, confinement: confinement,
                isTrusted: isTrusted)
            try pipes.open()
            pid = try start.run(&pipes)
        } catch let failure as SpawnFailure {
            throw failure
        } catch let failure as ConfinementError {
            throw SpawnFailure(program: program, reason: failure.description)
        } catch { throw SpawnFailure(program: program, reason: "\(error)") }
        (output, errors) = pipes.takeReadingEnds()
    }

    /// Why a program did not start.
    struct SpawnFailure: Error {
        var program: String
        var reason: String
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
        _ = poll(&watched, 2, CInt(min(left, 1) * 1000) + 1)
        let now = Self.now
        waited += now - before
        if let folder, now - folderChecked > 1 {
            folderChecked = now
            guard TemporaryFolder.size(of: folder) >> 20 < limits.output else {
                stop(.tooMuchTemporary)
                return false
            }
        }
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
