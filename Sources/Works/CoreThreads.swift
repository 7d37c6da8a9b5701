import Foundation
import Synchronization

/// Threads of our own for computations that use all cores: one fewer than there are cores, since the caller works too.
///
/// The threads of Dispatch and of Swift's tasks stay free for whoever needs them, however long a computation takes.
/// Several computations at once share these threads; each goes on at least on its caller's.
public enum CoreThreads {
    /// Calls `body` with 0, 1, … `iterations` − 1, on several threads at once, and returns when all calls have returned.
    ///
    /// `body` may call this again.
    public static func perform(iterations: Int, _ body: @Sendable (Int) -> Void) {
        guard iterations > 1, CoreThreadPool.shared.hasThreads else {
            for index in 0..<max(iterations, 0) { body(index) }
            return
        }
        withoutActuallyEscaping(body) { body in
            let batch = CoreThreadPool.Batch(count: iterations, body)
            CoreThreadPool.shared.perform(batch)
        }
    }
}

/// The threads behind ``CoreThreads``. A class, because threads and whoever waits for them share one queue.
private final class CoreThreadPool: @unchecked Sendable {
    /// Calls that belong together.
    final class Batch: Sendable {
        private let count: Int
        private let body: @Sendable (Int) -> Void
        private let next = Atomic<Int>(0)
        /// The pool's threads that are inside; guarded by the pool's condition.
        nonisolated(unsafe) var helpers = 0

        init(count: Int, _ body: @escaping @Sendable (Int) -> Void) {
            self.count = count
            self.body = body
        }

        /// Makes calls until none is left.
        func run() {
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                body(index)
            }
        }
    }

    static let shared = CoreThreadPool(threads: ProcessInfo.processInfo.activeProcessorCount - 1)

    let hasThreads: Bool
    /// Guards `waiting` and the batches' `helpers`; signalled when a batch is added and when a thread leaves one.
    private let condition = NSCondition()
    private var waiting: [Batch] = []

    private init(threads: Int) {
        hasThreads = threads > 0
        for number in 0..<max(threads, 0) {
            let thread = Thread { [unowned self] in self.work() }
            thread.name = "core-\(number + 1)"
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    func perform(_ batch: Batch) {
        condition.lock()
        waiting.append(batch)
        condition.broadcast()
        condition.unlock()
        batch.run()
        condition.lock()
        waiting.removeAll { $0 === batch }
        while batch.helpers > 0 { condition.wait() }
        condition.unlock()
    }

    private func work() {
        condition.lock()
        while true {
            guard let batch = waiting.first else {
                condition.wait()
                continue
            }
            batch.helpers += 1
            condition.unlock()
            batch.run()
            condition.lock()
            // Nothing is left to begin in it.
            waiting.removeAll { $0 === batch }
            batch.helpers -= 1
            condition.broadcast()
        }
    }
}
