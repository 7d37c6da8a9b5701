import Foundation
import Glibc
import Synchronization

/// A thread that looks after the process: it takes signals, tells the service manager, and ends the process when its time has come.
///
/// It needs no event loop and no task, so that the process can be told to end whatever the others do. A class, because it is told about the
/// service once that runs.
public final class ServiceThread: Sendable {
    /// The functions of the service that the thread calls. None of them may block but `reload`, which has a thread of its own.
    public struct Service: Sendable {
        /// True once the service answers; asked until it is.
        public var isReady: @Sendable () -> Bool
        /// True if all event loops still do their work within the time.
        public var isAlive: @Sendable (_ time: Duration) -> Bool
        /// Reads rules, styles and whatever else can be read anew.
        public var reload: @Sendable () -> Void
        /// Begins to finish: no new connections, and the end of ``ServiceThread`` when all answers are out.
        public var stop: @Sendable () -> Void
        /// Called before the process ends without waiting any longer.
        public var abandon: @Sendable (_ reason: String) -> Void

        public init(
            isReady: @escaping @Sendable () -> Bool, isAlive: @escaping @Sendable (_ time: Duration) -> Bool,
            reload: @escaping @Sendable () -> Void, stop: @escaping @Sendable () -> Void,
            abandon: @escaping @Sendable (_ reason: String) -> Void
        ) {
            self.isReady = isReady
            self.isAlive = isAlive
            self.reload = reload
            self.stop = stop
            self.abandon = abandon
        }
    }

    private struct State {
        var service: Service?
        var isFinished = false
        var isReloading = false
        /// True if a reload was asked for during another.
        var reloadsAgain = false
    }

    private static let tick = Duration.milliseconds(50)
    /// The number that stands in the pipe for a look at the state.
    private static let glance: Int32 = 0

    private let notifier: ServiceNotifier?
    private let shutdownTimeout: Duration
    private let state = Mutex(State())
    /// True if the process was started from a terminal, whose end comes as SIGHUP.
    private let hadTerminal = isatty(STDIN_FILENO) == 1 || isatty(STDERR_FILENO) == 1

    /// Takes over the signals of the process. Until a service is handed over SIGTERM and SIGINT end it at once.
    ///
    /// - Parameter shutdownTimeout: The longest time between SIGTERM and the end.
    public init(shutdownTimeout: Duration, notifier: ServiceNotifier?) {
        self.shutdownTimeout = shutdownTimeout
        self.notifier = notifier
        SignalPipe.ignore([SIGPIPE, SIGUSR1, SIGUSR2])
        let signals = SignalPipe.open(for: [SIGTERM, SIGINT, SIGHUP])
        let thread = Thread { [self] in run(signals) }
        thread.name = "service"
        thread.stackSize = 512 << 10
        thread.start()
    }

    /// Hands over the service.
    public func look(after service: Service) {
        state.withLock { $0.service = service }
        SignalPipe.note(Self.glance)
    }

    /// Ends the thread; the process ends by itself.
    public func finish() {
        state.withLock { $0.isFinished = true }
        SignalPipe.note(Self.glance)
    }

    // MARK: The thread

    private func run(_ signals: Int32) {
        var isReady = false
        var deadline: ContinuousClock.Instant?
        var nextPing = ContinuousClock.now
        while !state.withLock({ $0.isFinished }) {
            let service = state.withLock { $0.service }
            let now = ContinuousClock.now
            if let service, !isReady, deadline == nil, service.isReady() {
                isReady = true
                notifier?.ready()
            }
            if let service, let period = notifier?.watchdog, now >= nextPing {
                // Twice within the time that the manager allows is what sd_watchdog_enabled(3) asks for.
                nextPing = now + period / 4
                if service.isAlive(period / 2) { notifier?.alive() }
            }
            if let deadline, now >= deadline {
                service?.abandon("the time for running answers is over")
                _exit(EXIT_SUCCESS)
            }
            var next: ContinuousClock.Instant? = deadline
            if notifier?.watchdog != nil, service != nil { next = min(next ?? nextPing, nextPing) }
            if service != nil, !isReady, deadline == nil { next = min(next ?? now + Self.tick, now + Self.tick) }
            for signal in Self.wait(for: signals, until: next) {
                switch signal {
                case SIGTERM, SIGINT: stop(signal, &deadline)
                case SIGHUP where hadTerminal && Self.isTerminalGone: stop(SIGHUP, &deadline)
                case SIGHUP: reload()
                default: break
                }
            }
        }
    }

    private static func wait(for signals: Int32, until time: ContinuousClock.Instant?) -> [Int32] {
        var wanted = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
        let milliseconds = time.map { max(Int32(clamping: Int(($0 - .now) / .milliseconds(1)) + 1), 0) }
        guard poll(&wanted, 1, milliseconds ?? -1) > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(signals, &bytes, bytes.count)
        return bytes.prefix(max(count, 0)).map { Int32($0) }
    }

    private func stop(_ signal: Int32, _ deadline: inout ContinuousClock.Instant?) {
        guard let service = state.withLock({ $0.service }) else { SignalPipe.die(of: signal) }
        guard deadline == nil else {
            service.abandon("told to end a second time")
            SignalPipe.die(of: signal)
        }
        deadline = .now + shutdownTimeout
        notifier?.stopping()
        service.stop()
    }

    /// True if the terminal that the process was started from has hung up.
    private static var isTerminalGone: Bool {
        [STDIN_FILENO, STDERR_FILENO].contains { descriptor in
            var settings = termios()
            return tcgetattr(descriptor, &settings) < 0 && errno == EIO
        }
    }

    private func reload() {
        let service = state.withLock { state -> Service? in
            guard let service = state.service else { return nil }
            if state.isReloading {
                state.reloadsAgain = true
                return nil
            }
            state.isReloading = true
            return service
        }
        guard let service else { return }
        notifier?.reloading()
        let thread = Thread { [self] in
            repeat { service.reload() } while reloadsAgain()
            notifier?.ready()
        }
        thread.name = "reload"
        thread.stackSize = 4 << 20
        thread.start()
    }

    private func reloadsAgain() -> Bool {
        state.withLock { state in
            defer { state.reloadsAgain = false }
            state.isReloading = state.reloadsAgain
            return state.reloadsAgain
        }
    }
}
