import NIOCore
import NIOPosix
import Synchronization

/// Tells if event loops still do their work: each is sent a task now and then and has to run it in time.
///
/// A class, because the loops answer to it.
final class EventLoopPulse: Sendable {
    private struct Watched {
        var loop: any EventLoop
        /// When the loop was sent the task that it has not run yet.
        var asked: ContinuousClock.Instant?
    }

    private let watched = Mutex<[Watched]>([])

    /// Watches the loops that serve clients, and others beside them.
    func begin(_ others: [any EventLoop]) {
        let loops = Array(MultiThreadedEventLoopGroup.singleton.makeIterator()) + others
        watched.withLock { $0 = loops.map { Watched(loop: $0) } }
    }

    /// Sends a task to those that have none, and tells if none waits for longer than `time`.
    func isAlive(within time: Duration) -> Bool {
        let now = ContinuousClock.now
        let (asked, isAlive) = watched.withLock { watched in
            let asked = watched.indices.filter { watched[$0].asked == nil }
            for index in asked { watched[index].asked = now }
            return (asked.map { ($0, watched[$0].loop) }, watched.allSatisfy { now - $0.asked! <= time })
        }
        for (index, loop) in asked {
            loop.execute { [self] in watched.withLock { $0[index].asked = nil } }
        }
        return isAlive
    }
}
