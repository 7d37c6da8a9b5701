import Dispatch
import Foundation
import Glibc
import Synchronization

/// Output of log lines that never blocks and never fails for those who log.
///
/// Lines go into a bounded buffer, and one thread writes them to a descriptor. While nobody takes them, because the pipe is full or the
/// disk is, further lines are dropped and counted. A class, because all loggers share the buffer and the thread.
public final class LogWriter: Sendable {
    /// Errors of opening a log file.
    public struct OpeningError: Error, Hashable, CustomStringConvertible {
        public var path: String
        public var reason: String

        public var description: String { "\(path): the log cannot be written there: \(reason)" }
    }

    private struct State {
        /// Lines that wait for the thread.
        var pending: [UInt8] = []
        var pendingLines = 0
        /// Lines that were dropped since the start.
        var dropped = 0
        /// Lines that were dropped since the log last said so.
        var untold = 0
        /// True while the thread waits for lines.
        var isIdle = false
        /// A descriptor that takes the place of the present one before the next line.
        var replacement: Int32?
        /// Semaphores of those who wait until everything is written.
        var flushes: [DispatchSemaphore] = []
    }

    /// Bytes that may wait; as many again may be on their way to the descriptor.
    private let capacity: Int
    private let path: String?
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)

    /// A writer to standard error.
    public convenience init(capacity: Int = 1 << 20) {
        self.init(descriptor: STDERR_FILENO, capacity: capacity)
    }

    /// A writer to a descriptor, which stays open.
    public init(descriptor: Int32, capacity: Int) {
        path = nil
        self.capacity = capacity
        start(descriptor)
    }

    /// A writer that appends to a file.
    ///
    /// - Throws: ``OpeningError``
    public init(path: String, capacity: Int = 1 << 20) throws(OpeningError) {
        self.path = path
        self.capacity = capacity
        start(try Self.open(path))
    }

    private func start(_ descriptor: Int32) {
        let thread = Thread { [self] in run(descriptor) }
        thread.name = "log"
        thread.stackSize = 256 << 10
        thread.start()
    }

    // MARK: Those who log

    /// Lines that were dropped since the start.
    public var dropped: Int { state.withLock { $0.dropped } }

    /// Takes a line with its end; drops it if the buffer is full.
    public func write(_ line: String) {
        var line = line
        let isIdle = line.withUTF8 { bytes in
            state.withLock { state in
                guard state.pending.count + bytes.count <= capacity else {
                    state.dropped += 1
                    state.untold += 1
                    return false
                }
                state.pending.append(contentsOf: bytes)
                state.pendingLines += 1
                defer { state.isIdle = false }
                return state.isIdle
            }
        }
        if isIdle { wake.signal() }
    }

    /// Waits until all lines are written that were taken before, but not longer than `time`.
    public func flush(within time: Duration) {
        let done = DispatchSemaphore(value: 0)
        let (isWritten, isIdle) = state.withLock { state in
            if state.isIdle, state.pending.isEmpty, state.untold == 0 { return (true, false) }
            state.flushes.append(done)
            defer { state.isIdle = false }
            return (false, state.isIdle)
        }
        if isIdle { wake.signal() }
        let milliseconds = Int(time / .milliseconds(1))
        if !isWritten { _ = done.wait(timeout: .now() + .milliseconds(milliseconds)) }
    }

    /// Opens the log file anew, as after a rotation that moved it away. Without a file it does nothing.
    ///
    /// - Throws: ``OpeningError``; the log goes on into the old file then.
    public func reopen() throws(OpeningError) {
        guard let path else { return }
        let descriptor = try Self.open(path)
        let (superseded, isIdle) = state.withLock { state in
            let superseded = state.replacement
            state.replacement = descriptor
            defer { state.isIdle = false }
            return (superseded, state.isIdle)
        }
        if let superseded { close(superseded) }
        if isIdle { wake.signal() }
    }

    private static func open(_ path: String) throws(OpeningError) -> Int32 {
        // Not blocking: a pipe without a reader would hold up the start.
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o640)
        guard descriptor >= 0 else { throw OpeningError(path: path, reason: String(cString: strerror(errno))) }
        return descriptor
    }

    // MARK: The thread

    private enum Step {
        case wait
        case write(lines: Int)
    }

    private func run(_ first: Int32) {
        var descriptor = first
        var batch: [UInt8] = []
        // True if the last line was cut by a failure, so that the next needs a line of its own.
        var isTorn = false
        while true {
            batch.removeAll(keepingCapacity: true)
            let (step, replacement, untold) = state.withLock { state -> (Step, Int32?, Int) in
                let replacement = state.replacement
                state.replacement = nil
                let untold = state.untold
                state.untold = 0
                guard !state.pending.isEmpty || replacement != nil || untold > 0 else {
                    for flush in state.flushes { flush.signal() }
                    state.flushes = []
                    state.isIdle = true
                    return (.wait, nil, 0)
                }
                swap(&state.pending, &batch)
                defer { state.pendingLines = 0 }
                return (.write(lines: state.pendingLines), replacement, untold)
            }
            if let replacement {
                close(descriptor)
                descriptor = replacement
                isTorn = false
            }
            switch step {
            case .wait: wake.wait()
            case .write(let lines):
                let isContinued = isTorn && !batch.isEmpty
                if isContinued { batch.insert(UInt8(ascii: "\n"), at: 0) }
                if untold > 0 { batch.append(contentsOf: Self.notice(untold)) }
                let written = Self.write(batch, to: descriptor)
                guard written < batch.count else {
                    isTorn = false
                    continue
                }
                if written > 0 { isTorn = batch[written - 1] != UInt8(ascii: "\n") }
                let ends = batch[..<written].count { $0 == UInt8(ascii: "\n") }
                let lost = lines - min(max(ends - (isContinued ? 1 : 0), 0), lines)
                state.withLock { $0.dropped += lost }
                // A descriptor that takes nothing would be asked again at once for each line.
                if written == 0 { usleep(10_000) }
            }
        }
    }

    /// The line that tells about dropped ones, in the form of the others.
    private static func notice(_ lines: Int) -> [UInt8] {
        var now = time(nil)
        var local = tm()
        localtime_r(&now, &local)
        var text = [CChar](repeating: 0, count: 64)
        strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S%z", &local)
        let stamp = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return Array("\(stamp) warning worksmap: [Daemon] \(lines) lines of the log were dropped here\n".utf8)
    }

    /// Writes as much as can be written, and waits as long as the other end wants; the number of bytes that left.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int {
        bytes.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                if count > 0 {
                    written += count
                } else if errno == EAGAIN {
                    var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wanted, 1, 1000)
                } else if errno != EINTR {
                    break
                }
            }
            return written
        }
    }
}
