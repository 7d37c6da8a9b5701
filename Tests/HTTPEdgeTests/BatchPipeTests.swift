import NIOCore
import Synchronization
import TestConditions
import Testing
import TimeBudgets

@testable import HTTPEdge

@Suite("Bodies made ahead of their clients")
struct BatchPipeTests {
    private static let least = BatchPipe.capacities.lowerBound
    private static let most = BatchPipe.capacities.upperBound

    /// Reads 64 MiB of a pipe without a rest.
    ///
    /// - Returns: The most that was made ahead of the reader, and the least that was free in `room` meanwhile, in bytes.
    private func readQuickly(sharing room: StreamRoom) async throws -> (ahead: Int, free: Int) {
        let made = Atomic(0)
        let pool = WorkerPool(name: "test", workers: 1, capacity: 8)
        let client = ClientAddress(IPAddress(high: 0x2001_0DB8_0000_0001, low: 0))
        let pipe = BatchPipe(pool: pool, sharing: room, until: .now + .seconds(120), of: client) { octets, _ in
            made.add(octets, ordering: .relaxed)
            return ByteBuffer(repeating: 0x20, count: octets)
        }
        defer { pipe.cancel() }
        pipe.start()
        var (taken, ahead, free) = (0, 0, Int.max)
        while taken < 64 << 20 {
            let batch = try #require(try await pipe.next())
            ahead = max(ahead, made.load(ordering: .relaxed) - taken)
            free = min(free, room.bytes)
            taken += batch.readableBytes
        }
        return (ahead, free)
    }

    @Test("A quick client has more made ahead as long as there is room that all share, and gives it back")
    func sharedRoom() async throws {
        let room = StreamRoom(bytes: Self.most)
        let (_, free) = try await readQuickly(sharing: room)
        #expect(free == Self.least)
        try await eventually("the room of a pipe that has ended") { room.bytes == Self.most }
    }

    @Test("Without room no client has more than the least made ahead")
    func noRoom() async throws {
        let (ahead, free) = try await readQuickly(sharing: StreamRoom(bytes: 0))
        #expect(ahead <= 2 * Self.least)
        #expect(free == 0)
    }
}
