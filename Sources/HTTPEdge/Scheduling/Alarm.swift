import NIOCore
import NIOPosix

/// Timer on the event loops.
package struct Alarm {
    private let scheduled: Scheduled<Void>

    @discardableResult
    package static func schedule(at deadline: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Void) -> Alarm
    {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        return Alarm(scheduled: loop.scheduleTask(in: TimeAmount(max(deadline - .now, .zero)), body))
    }

    package func cancel() { scheduled.cancel() }
}
