import Foundation
import Glibc
import Synchronization
import Testing
import TimeBudgets
import Works

/// Shared by tasks.
private final class Sum: Sendable {
    let value = Mutex(0)
}

@Suite("Threads for computations")
struct CoreThreadsTests {
    @Test("Every call is made once", arguments: [-1, 0, 1, 2, 1000])
    func once(_ count: Int) {
        let calls = Mutex<[Int]>([])
        CoreThreads.perform(iterations: count) { index in calls.withLock { $0.append(index) } }
        #expect(calls.withLock { $0.sorted() } == Array(0..<max(count, 0)))
    }

    @Test("Computations at once, and inside of others, all end")
    func nested() async {
        let sum = Sum()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    CoreThreads.perform(iterations: 20) { _ in
                        CoreThreads.perform(iterations: 20) { index in sum.value.withLock { $0 += index } }
                    }
                }
            }
        }
        #expect(sum.value.withLock { $0 } == 8 * 20 * 190)
    }

    @Test("All computations share the same few threads, beside their callers' own")
    func ownThreads() {
        let caller = pthread_self()
        let others = Mutex<Set<UInt>>([])
        for _ in 0..<20 {
            CoreThreads.perform(iterations: 20) { _ in
                if pthread_self() != caller { others.withLock { _ = $0.insert(UInt(pthread_self())) } }
                Thread.sleep(forTimeInterval: 0.0005)
            }
        }
        #expect(others.withLock { $0.count } <= ProcessInfo.processInfo.activeProcessorCount - 1)
    }

    @Test("A meter looks at its budget once in so many steps")
    func meter() {
        let budget = TimeBudget.unlimited
        var meter = BudgetMeter(budget)
        budget.cancel()
        var steps = 0
        let error = #expect(throws: TimeBudgetError.self) {
            while true {
                try meter.spend()
                steps += 1
            }
        }
        #expect(error == .cancelled && steps < BudgetMeter.interval)
        var other = BudgetMeter(budget)
        #expect(throws: TimeBudgetError.cancelled) { try other.spend(.max / 2) }
    }
}
