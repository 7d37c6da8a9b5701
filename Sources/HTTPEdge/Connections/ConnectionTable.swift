import NIOCore
import Synchronization

/// Open connections, with a limit on all of them and on those of one client address.
///
/// At a limit the connection that has been idle longest is closed for the new one: at an address's limit one of the same address, at the limit of
/// all one of the address with the most. A new connection is refused only if no such connection is idle. So idle and half-open connections lock
/// nobody out, and an address with many connections gives way before others do.
///
/// A class, because all event loops share it.
package final class ConnectionTable: Sendable {
    private struct State {
        var connections: [ClientAddress: [ObjectIdentifier: Connection]] = [:]
        var counts = ConnectionCounts()

        mutating func remove(_ connection: Connection) {
            let key = ObjectIdentifier(connection)
            guard connections[connection.client]?.removeValue(forKey: key) != nil else { return }
            if connections[connection.client]?.isEmpty ?? false { connections[connection.client] = nil }
            counts.open -= 1
        }
    }

    private let limit: Int
    private let limitPerAddress: Int
    private let state = Mutex(State())

    package init(limits: ConnectionLimits) {
        limit = max(limits.connections, 1)
        limitPerAddress = max(limits.connectionsPerAddress ?? limits.connections / 4, 1)
    }

    /// Current counts.
    package var counts: ConnectionCounts { state.withLock { $0.counts } }

    /// The connection of a channel, added until it is closed. Where there is no room the channel is closed soon.
    func connection(on channel: any Channel, proxies: TrustedProxies) -> Connection {
        let connection = Connection(channel: channel, proxies: proxies)
        if admit(connection) {
            channel.closeFuture.whenComplete { [self] _ in remove(connection) }
        } else {
            // Not a failed set-up, which would end the server's list of connections.
            channel.eventLoop.execute { channel.close(promise: nil) }
        }
        return connection
    }

    /// Adds a connection, closing an idle one for it at a limit. Returns false if there is no room; the connection is not added then.
    func admit(_ connection: Connection) -> Bool {
        let (isAdmitted, closed) = state.withLock { state -> (Bool, Connection?) in
            let own = state.connections[connection.client] ?? [:]
            var closed: Connection?
            if own.count >= limitPerAddress, !connection.isProxy {
                closed = Self.longestIdle(own)
                guard closed != nil else { return refuse(&state) }
            } else if state.counts.open >= limit {
                // Of several addresses with the most, the idlest counts: a client that has just come is about to ask.
                let most = state.connections.values.lazy.map(\.count).max() ?? 0
                closed =
                    Self.longestIdle(of: state.connections.values.lazy.filter { $0.count == most })
                    ?? Self.longestIdle(of: state.connections.values)
                guard closed != nil else { return refuse(&state) }
            }
            if let closed {
                state.remove(closed)
                state.counts.displaced += 1
            }
            state.connections[connection.client, default: [:]][ObjectIdentifier(connection)] = connection
            state.counts.open += 1
            return (true, closed)
        }
        closed?.closeIfIdle()
        return isAdmitted
    }

    private func refuse(_ state: inout State) -> (Bool, Connection?) {
        state.counts.refused += 1
        return (false, nil)
    }

    /// Removes a connection that was closed.
    func remove(_ connection: Connection) {
        state.withLock { $0.remove(connection) }
    }

    private static func longestIdle(
        of clients: some Sequence<[ObjectIdentifier: Connection]>
    ) -> Connection? {
        clients.compactMap(longestIdle).min { $0.idleSince < $1.idleSince }
    }

    private static func longestIdle(_ connections: [ObjectIdentifier: Connection]) -> Connection? {
        connections.values.filter { $0.idleSince != Connection.busy }.min { $0.idleSince < $1.idleSince }
    }
}

/// Counts of connections: open now, and refused or closed for others since the start.
package struct ConnectionCounts: Hashable, Sendable {
    package var open = 0
    /// New connections refused at a limit.
    package var refused = 0
    /// Idle connections closed to make room for new ones.
    package var displaced = 0
}
