import HummingbirdCore
import NIOCore
import Synchronization

/// An accepted channel, which is closed if nobody comes to handle it.
///
/// A server that stops drops the connections that it has accepted but not begun with, and NIO ends the process over an
/// asynchronous channel that is dropped without being closed.
final class AcceptedChannel: Sendable {
    private let http: HTTP1Channel.Value
    private let isTaken = Atomic(false)

    init(_ http: HTTP1Channel.Value) { self.http = http }

    var channel: any Channel { http.channel }

    /// The channel, for whoever handles it to its end.
    func take() -> HTTP1Channel.Value {
        isTaken.store(true, ordering: .releasing)
        return http
    }

    deinit {
        guard !isTaken.load(ordering: .acquiring) else { return }
        Task { [http] in try? await http.executeThenClose { _, _ in } }
    }
}
