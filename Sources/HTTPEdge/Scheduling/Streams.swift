package import Hummingbird
import NIOCore
import Synchronization
import TimeBudgets

/// Bodies that are made while their clients read them, a bounded number at a time.
///
/// A class, because all requests share the count.
package final class Streams: Sendable {
    private let pool: WorkerPool
    /// Bodies that may be open at once.
    private let capacity: Int
    /// Bodies that one client may have open: a quarter, so that no client takes all places.
    private let capacityPerClient: Int

    private struct State {
        var open = 0
        var openByClient: [ClientAddress: Int] = [:]
    }

    private let state = Mutex(State())
    /// Shared by all bodies: 16 quick clients have the most that a pipe may hold.
    private let room = StreamRoom(bytes: 16 * (BatchPipe.capacities.upperBound - BatchPipe.capacities.lowerBound))

    package init(pool: WorkerPool, capacity: Int) {
        self.pool = pool
        self.capacity = capacity
        capacityPerClient = max(capacity / 4, 1)
    }

    /// Number of open bodies.
    package var open: Int { state.withLock { $0.open } }

    /// Bytes that open bodies may still take to be made further ahead.
    package var freeRoom: Int { room.bytes }

    /// The body that `source` makes batch by batch on the pool's threads.
    ///
    /// It returns when the first batch is there, so that whatever goes wrong before can still be told with a status. A
    /// later failure aborts the connection, so that nobody takes a part for the whole.
    ///
    /// - Throws: ``Problem/overloaded`` if there is no room, ``TimeBudgetError``, and what `source` throws for the
    ///   first batch.
    package func stream(
        until deadline: ContinuousClock.Instant, for connection: Connection?, of client: ClientAddress,
        _ source: @escaping BatchPipe.Source
    ) async throws -> ResponseBody {
        guard let place = takePlace(for: client) else { throw Problem.overloaded }
        let pipe = BatchPipe(pool: pool, sharing: room, until: deadline, of: client, source)
        connection?.onLeave { pipe.cancel() }
        do {
            pipe.start()
            let first = try await pipe.next()
            return ResponseBody { writer in
                // A client that has only closed its sending side goes on reading; one that is gone is noticed by
                // writing to it.
                connection?.onLeave(.gone) { pipe.cancel() }
                defer {
                    pipe.cancel()
                    withExtendedLifetime(place) {}
                }
                do {
                    var batch = first
                    while let piece = batch {
                        try await writer.write(piece)
                        batch = try await pipe.next()
                    }
                } catch {
                    connection?.abort()
                    throw error
                }
                connection?.stay()
                try await writer.finish(nil)
            }
        } catch {
            connection?.stay()
            pipe.cancel()
            throw error
        }
    }

    /// One of the places, given back when nobody holds it any more: also if the body is never sent.
    private final class Place: Sendable {
        private let streams: Streams
        private let client: ClientAddress

        init(_ streams: Streams, _ client: ClientAddress) {
            self.streams = streams
            self.client = client
        }

        deinit {
            streams.state.withLock { state in
                state.open -= 1
                let own = (state.openByClient[client] ?? 1) - 1
                state.openByClient[client] = own > 0 ? own : nil
            }
        }
    }

    /// Takes a place; nil if there is none for the client.
    private func takePlace(for client: ClientAddress) -> Place? {
        let isTaken = state.withLock { state in
            let own = state.openByClient[client] ?? 0
            guard state.open < capacity, own < capacityPerClient else { return false }
            state.open += 1
            state.openByClient[client] = own + 1
            return true
        }
        return isTaken ? Place(self, client) : nil
    }
}
