package import NIOCore
import Synchronization

/// A client's connection, as the requests on it see it: who is there, whether the client still is, and a way to hang up.
package final class Connection: Sendable {
    /// The connection on which the current task answers requests; nil where requests do not come over a socket.
    @TaskLocal package static var current: Connection?

    /// Value of ``idleSince`` while requests are open.
    static let busy = UInt64.max

    private struct State {
        var presence = Presence.here
        var onLeave: (@Sendable () -> Void)?
        var patience = Presence.closing
    }

    /// Degrees of a client's presence.
    package enum Presence: Comparable {
        case here
        /// It sends nothing more; most likely it left, but it may still be reading.
        case closing
        case gone
    }

    /// Address at the other end of the socket; nil for Unix sockets.
    package let peer: IPAddress?
    /// Client that the peer's connections count for.
    package let client: ClientAddress
    /// True if the peer is a proxy that speaks for others, so that a request's client is told by its fields.
    package let isProxy: Bool

    private let channel: any Channel
    private let state = Mutex(State())
    /// Time since which no request is open, in nanoseconds of the event loops' clock, or ``busy``.
    private let idle = Atomic<UInt64>(0)

    package init(channel: any Channel, proxies: TrustedProxies = TrustedProxies()) {
        self.channel = channel
        peer = channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        client = peer.map(ClientAddress.init) ?? .unknown
        isProxy = peer.map(proxies.contains) ?? false
        idle.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed)
    }

    /// Address at which the server took the connection.
    package var localAddress: SocketAddress? { channel.localAddress }

    // MARK: Idleness

    var idleSince: UInt64 { idle.load(ordering: .relaxed) }

    /// Notes that a request is open.
    func beginRequest() { idle.store(Self.busy, ordering: .relaxed) }

    /// Notes that all requests so far were answered.
    func becomeIdle(at now: NIODeadline) { idle.store(now.uptimeNanoseconds, ordering: .relaxed) }

    /// Closes the connection unless a request has begun in the meantime.
    func closeIfIdle() {
        channel.eventLoop.execute { [self] in
            if idleSince != Self.busy { channel.close(promise: nil) }
        }
    }

    // MARK: Presence

    /// Calls `body` once when the client goes away, at once if it has gone already. It replaces the call that was set before: a connection
    /// answers one request at a time.
    ///
    /// - Parameter presence: Degree of presence that counts as away.
    package func onLeave(_ presence: Presence = .closing, _ body: @escaping @Sendable () -> Void) {
        let left = state.withLock { state in
            let left = state.presence >= presence
            state.onLeave = left ? nil : body
            state.patience = presence
            return left
        }
        if left { body() }
    }

    /// Cancels the call set by ``onLeave(_:_:)``.
    package func stay() {
        state.withLock { $0.onLeave = nil }
    }

    /// Notes that the client went away, wholly or as it seems.
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
    package func abort() {
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
