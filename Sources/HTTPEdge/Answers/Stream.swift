package import Hummingbird
import NIOCore
import TimeBudgets

/// Sends the pieces of a streamed body, compressed if the client wants that.
package struct PieceSender: ~Copyable {
    private let pipe: ChunkPipe
    private var gzip: GzipEncoder?

    package init(pipe: ChunkPipe, gzip: Bool) {
        self.pipe = pipe
        self.gzip = gzip ? GzipEncoder() : nil
    }

    /// Sends a piece.
    ///
    /// - Throws: `TimeBudgetError` if nobody wants more.
    package mutating func send(_ bytes: [UInt8]) throws {
        guard gzip != nil else {
            try pipe.write(ByteBuffer(bytes: bytes))
            return
        }
        let packed = gzip!.encode(bytes, last: false)
        if !packed.isEmpty { try pipe.write(ByteBuffer(bytes: packed)) }
    }

    /// Sends what the compressor has kept back.
    package mutating func finish() throws {
        guard gzip != nil else { return }
        try pipe.write(ByteBuffer(bytes: gzip!.encode([], last: true)))
    }
}

extension WorkerPool {
    /// The body that `produce` makes piece by piece on one of the pool's threads.
    ///
    /// It returns when the first piece is there, so that whatever goes wrong before can still be told with a status; what goes wrong
    /// later aborts the connection, so that nobody takes a part for the whole.
    package func stream(
        until deadline: ContinuousClock.Instant, for connection: Connection?, of client: ClientAddress = .unknown,
        _ produce: @escaping @Sendable (ChunkPipe) throws -> Void
    ) async throws -> ResponseBody {
        let pipe = ChunkPipe(until: deadline)
        connection?.onLeave { pipe.cancel() }
        do {
            try start(within: pipe.budget, of: client) {
                pipe.finish(Result { try produce(pipe) })
            } onFailure: {
                pipe.finish(.failure($0))
            }
            let first = try await pipe.next()
            return ResponseBody { writer in
                // A client that has only closed its sending side goes on reading; one that is gone is noticed by writing to it.
                connection?.onLeave(.gone) { pipe.cancel() }
                defer { pipe.cancel() }
                do {
                    var chunk = first
                    while let piece = chunk {
                        try await writer.write(piece)
                        chunk = try await pipe.next()
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
}
