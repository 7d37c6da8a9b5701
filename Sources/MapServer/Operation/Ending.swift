import ServiceLifecycle
import Synchronization

/// The way to tell a running server to end. A class, because the server runs in one place and is told in another.
final class Ending: Sendable {
    private struct State {
        var group: ServiceGroup?
        var isAsked = false
    }

    private let state = Mutex(State())

    /// True once the server was told to end.
    var isAsked: Bool { state.withLock { $0.isAsked } }

    /// The services run from now on.
    func begin(_ group: ServiceGroup) {
        let isAsked = state.withLock { state in
            state.group = group
            return state.isAsked
        }
        if isAsked { Self.end(group) }
    }

    /// Tells the services to end. Neither blocks nor waits; it may be called from any thread.
    func ask() {
        let group = state.withLock { state in
            defer { state.isAsked = true }
            return state.isAsked ? nil : state.group
        }
        if let group { Self.end(group) }
    }

    private static func end(_ group: ServiceGroup) {
        Task(priority: .high) { await group.triggerGracefulShutdown() }
    }
}
