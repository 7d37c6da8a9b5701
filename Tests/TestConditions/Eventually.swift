import Foundation

/// Longest wait of a test for something that other threads do.
///
/// Tests beside it may keep all cores busy: only what never comes shall fail.
public let patience = Duration.seconds(120)

/// Waits until a condition holds; it is looked at every few milliseconds.
///
/// - Parameters:
///   - awaited: Words that name the condition in the message of a failure.
///   - limit: Time after which the wait fails.
/// - Throws: ``NeverHappened`` after the limit, and what the condition throws.
public func eventually(
    _ awaited: String, within limit: Duration = patience, _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < end else { throw NeverHappened(awaited: awaited, limit: limit) }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// Blocks the thread until a condition holds, as ``eventually(_:within:_:)`` waits; for threads of other makers.
public func block(
    until awaited: String, within limit: Duration = patience, _ condition: () throws -> Bool
) throws {
    let end = ContinuousClock.now + limit
    while try !condition() {
        guard ContinuousClock.now < end else { throw NeverHappened(awaited: awaited, limit: limit) }
        usleep(1000)
    }
}

/// Failure of a wait: the condition did not hold in time.
public struct NeverHappened: Error, CustomStringConvertible {
    let awaited: String
    let limit: Duration

    public var description: String { "waited \(limit) in vain for: \(awaited)" }
}
