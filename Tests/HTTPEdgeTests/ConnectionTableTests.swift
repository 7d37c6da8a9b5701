import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPEdge

@Suite("Table of connections")
struct ConnectionTableTests {
    private func connection(_ address: String, idleSince: UInt64?) throws -> (Connection, EmbeddedChannel) {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: address, port: 4711)).wait()
        let connection = Connection(channel: channel)
        if let idleSince {
            connection.becomeIdle(at: .uptimeNanoseconds(idleSince))
        } else {
            connection.beginRequest()
        }
        return (connection, channel)
    }

    private func table(_ all: Int, perAddress: Int) -> ConnectionTable {
        var limits = ConnectionLimits()
        limits.connections = all
        limits.connectionsPerAddress = perAddress
        return ConnectionTable(limits: limits)
    }

    @Test("closes an address's longest idle connection for its new one, and no busy one")
    func ownLimit() throws {
        let table = table(100, perAddress: 3)
        let busy = try connection("192.0.2.1", idleSince: nil)
        let older = try connection("192.0.2.1", idleSince: 10)
        let newer = try connection("192.0.2.1", idleSince: 20)
        for (connection, _) in [busy, newer, older] { #expect(table.admit(connection)) }
        let next = try connection("192.0.2.1", idleSince: nil)
        #expect(table.admit(next.0))
        older.1.embeddedEventLoop.run()
        #expect(!older.1.isActive)
        #expect(newer.1.isActive && busy.1.isActive)
        #expect(table.counts == ConnectionCounts(open: 3, refused: 0, displaced: 1))
        // Another address is not concerned.
        #expect(table.admit(try connection("192.0.2.2", idleSince: nil).0))
    }

    @Test("refuses a connection of an address that has only busy ones")
    func onlyBusy() throws {
        let table = table(100, perAddress: 2)
        for _ in 0..<2 { #expect(table.admit(try connection("192.0.2.1", idleSince: nil).0)) }
        #expect(!table.admit(try connection("192.0.2.1", idleSince: nil).0))
        #expect(table.counts == ConnectionCounts(open: 2, refused: 1, displaced: 0))
    }

    @Test("at the limit of all, an idle connection of the address with the most gives way")
    func commonLimit() throws {
        let table = table(4, perAddress: 4)
        let many = try (1...3).map { try connection("192.0.2.1", idleSince: UInt64(10 + $0)) }
        let single = try connection("192.0.2.2", idleSince: 1)
        for (connection, _) in many + [single] { #expect(table.admit(connection)) }
        #expect(table.admit(try connection("192.0.2.3", idleSince: nil).0))
        many[0].1.embeddedEventLoop.run()
        #expect(!many[0].1.isActive)
        #expect(single.1.isActive)
    }

    @Test(
        "of many addresses with as many connections each, the one idle longest gives way, never one that has just come")
    func equalAddresses() throws {
        let table = table(200, perAddress: 4)
        let clients = try (0..<200).map { try connection("192.0.2.\($0)", idleSince: UInt64(1000 + $0)) }
        for (connection, _) in clients { #expect(table.admit(connection)) }
        for number in 0..<200 {
            #expect(table.admit(try connection("198.51.100.\(number)", idleSince: UInt64(2000 + number)).0))
            clients[number].1.embeddedEventLoop.run()
            #expect(!clients[number].1.isActive)
            #expect(clients[(number + 1)...].allSatisfy { $0.1.isActive })
        }
    }

    @Test("a closed connection leaves its place")
    func closed() throws {
        let table = table(1, perAddress: 1)
        let first = try connection("192.0.2.1", idleSince: nil).0
        #expect(table.admit(first))
        table.remove(first)
        table.remove(first)
        #expect(table.counts.open == 0)
        #expect(table.admit(try connection("192.0.2.1", idleSince: nil).0))
    }
}
