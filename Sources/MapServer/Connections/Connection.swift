import NIOCore
import Synchronization

/// One client's connection, as far as the requests on it must know it: whether the client is still there, and how to hang up.
final class Connection: Sendable {
    /// The connection on which the current task answers requests; nil where requests do not come over a socket.
    @TaskLocal static var current: Connection?

    private struct State {
        var presence = Presence.here
        var onLeave: (@Sendable () -> Void)?
        var patience = Presence.closing
    }

    /// How much of the client is still there.
    enum Presence: Comparable {
        case here
        /// It sends nothing more; most likely it left, but it may still be reading.
        case closing
        case gone
    }

    private let channel: any Channel
    private let state = Mutex(State())

    init(channel: any Channel) {
        self.channel = channel
    }

    /// The address at which the server took the connection.
    var localAddress: SocketAddress? { channel.localAddress }

    /// Calls `body` once when the client goes away, at once if it has gone already. It replaces what was to be called before: a
    /// connection answers one request at a time.
    ///
    /// - Parameter presence: What counts as away.
    func onLeave(_ presence: Presence = .closing, _ body: @escaping @Sendable () -> Void) {
        let left = state.withLock { state in
            let left = state.presence >= presence
            state.onLeave = left ? nil : body
            state.patience = presence
            return left
        }
        if left { body() }
    }

    /// Forgets what was to be called when the client goes away.
    func stay() {
        state.withLock { $0.onLeave = nil }
    }

    /// The client went away, wholly or as it seems.
    func leave(_ presence: Presence) {
        let body = state.withLock { state -> (@Sendable () -> Void)? in
            state.presence = max(state.presence, presence)
            guard state.presence >= state.patience else { return nil }
            defer { state.onLeave = nil }
            return state.onLeave
        }
        body?()
    }

    /// Resets the connection, so that no client takes what it has received for the whole.
    ///
    /// An HTTP/1.1 client sees that the last chunk is missing; one of HTTP/1.0, which reads until the end, sees only the reset.
    func abort() {
        channel.eventLoop.execute { [channel] in
            guard let socket = channel as? any SocketOptionProvider else {
                channel.close(promise: nil)
                return
            }
            // `struct linger`: on, with no time to linger. Closing then resets.
            let linger: (CInt, CInt) = (1, 0)
            socket.unsafeSetSocketOption(level: .socket, name: .so_linger, value: linger).whenComplete { _ in
                channel.close(promise: nil)
            }
        }
    }
}
