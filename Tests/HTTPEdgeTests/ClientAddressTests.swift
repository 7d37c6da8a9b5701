import Testing

@testable import HTTPEdge

@Suite("Addresses of clients")
struct ClientAddressTests {
    @Test(
        "reads and writes addresses",
        arguments: [
            ("203.0.113.7", "203.0.113.7"), ("::ffff:203.0.113.7", "203.0.113.7"), ("2001:DB8::7", "2001:db8::7"),
            ("::1", "::1"), ("fe80::1%eth0", "fe80::1"),
        ])
    func addresses(_ text: String, _ written: String) {
        #expect(IPAddress(text)?.description == written)
    }

    @Test(
        "refuses what is no address",
        arguments: [
            "", "unknown", "1.2.3", "1.2.3.4.5", "::g", "_hidden", "1.2.3.4 ", String(repeating: "1", count: 99),
        ])
    func noAddresses(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(
        "tells loopback addresses",
        arguments: [("127.0.0.1", true), ("127.9.8.7", true), ("::1", true), ("128.0.0.1", false), ("::2", false)])
    func loopback(_ text: String, _ isLoopback: Bool) {
        #expect(IPAddress(text)?.isLoopback == isLoopback)
    }

    @Test("takes a /64 of IPv6 for one client, and each address of IPv4 for its own")
    func networks() throws {
        func client(_ text: String) throws -> ClientAddress { ClientAddress(try #require(IPAddress(text))) }
        #expect(try client("2001:db8:1:2::3") == client("2001:db8:1:2:ffff::4"))
        #expect(try client("2001:db8:1:2::3") != client("2001:db8:1:3::3"))
        #expect(try client("203.0.113.7") != client("203.0.113.8"))
        #expect(try client("203.0.113.7") == client("::ffff:203.0.113.7"))
        #expect(try client("2001:db8:1:2::3").description == "2001:db8:1:2::/64")
    }

    @Test(
        "tells whether an address is in a range",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false), ("0.0.0.0/0", "203.0.113.7", true), ("0.0.0.0/0", "2001:db8::7", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "2001:db9::1", true), ("192.0.2.128/25", "192.0.2.127", false),
        ])
    func ranges(_ range: String, _ address: String, _ contains: Bool) throws {
        let range = try #require(AddressRange(range))
        #expect(range.contains(try #require(IPAddress(address))) == contains)
    }

    @Test("refuses ranges that are none", arguments: ["", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/", "x/8"])
    func noRanges(_ text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test(
        "believes only trusted proxies, from the end of their list",
        arguments: [
            // Peer, fields, client.
            ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
            ("10.0.0.1", [], "10.0.0.1"),
            ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", ["1.1.1.1, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", ["198.51.100.1, made-up"], "10.0.0.1"),
            ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.1", ["[2001:db8::7]:4711"], "2001:db8::7"),
            ("10.0.0.1", [","], "10.0.0.1"),
        ] as [(String, [String], String)])
    func proxies(_ peer: String, _ forwarded: [String], _ client: String) throws {
        let proxies = TrustedProxies([try #require(AddressRange("10.0.0.0/8"))])
        let found = proxies.client(behind: try #require(IPAddress(peer)), forwarded: forwarded)
        #expect(found.description == client)
    }

    @Test("a rate limit counts for all addresses of a client together")
    func rates() throws {
        let limit = RateLimit(capacity: 2, in: 60)
        let start = ContinuousClock.now
        let one = ClientAddress(try #require(IPAddress("2001:db8::1")))
        let same = ClientAddress(try #require(IPAddress("2001:db8::ffff")))
        let other = ClientAddress(try #require(IPAddress("2001:db8:0:1::1")))
        #expect(limit.consume(one, at: start) == nil)
        #expect(limit.consume(same, at: start) == nil)
        #expect(limit.consume(same, at: start) == 30)
        #expect(limit.consume(other, at: start) == nil)
        #expect(limit.consume(one, at: start + .seconds(31)) == nil)
    }
}
