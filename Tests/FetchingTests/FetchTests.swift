import Foundation
import HTTPEdge
import Interchange
import SpatiaLiteStore
import Synchronization
import Testing
import TimeBudgets
import Works

@testable import Fetching

@Suite("A fetch of a source")
struct FetchTests {
    let city: TestCity

    init() throws { city = try TestCity() }

    @Test("takes the list, keeps it, and says afterwards that nothing has changed")
    func conditional() async throws {
        let server = try ListServer { request in
            request.headers["if-none-match"] == "\"1\""
                ? .raw(["HTTP/1.1 304 Not Modified"], [])
                : .of(Lists.collection(1...3), ["ETag: \"1\"", "Last-Modified: Mon, 04 May 2026 10:00:00 GMT"])
        }
        let schedule = city.schedule(server.address())
        let first = try await city.fetch(schedule)
        #expect(first.reports.first?.inserted == 3)
        let kept = city.folder.appendingPathComponent("sources/holes/\(first.folder ?? "")/list.geojson")
        #expect(try String(contentsOf: kept, encoding: .utf8) == Lists.collection(1...3))
        #expect(FileStatus(path: kept.path)?.permissions == 0o640)
        city.pass(900)
        #expect(try await city.fetch(schedule).reports.isEmpty)
        #expect(server.requests.last?.headers["if-modified-since"] == "Mon, 04 May 2026 10:00:00 GMT")
        #expect(city.state().lastSuccess == city.now)
        #expect(city.state().next == city.now + 900)
    }

    @Test("imports a list once that comes again without a tag, and again once the mapping is another")
    func sameBytes() async throws {
        try city.write("layer: hazards\nfields: {source_id: source_id, category: category}", to: "own.yaml")
        let server = try ListServer { _ in .of(Lists.collection(1...3)) }
        var schedule = city.schedule(server.address())
        schedule.mapping = "own.yaml"
        #expect(try await city.fetch(schedule).reports.count == 1)
        city.pass(900)
        #expect(try await city.fetch(schedule).reports.isEmpty)
        try city.write(
            "layer: hazards\nfields: {source_id: source_id, category: category, title: title}", to: "own.yaml")
        city.pass(900)
        #expect(try await city.fetch(schedule).reports.first?.updated == 3)
    }

    @Test("changes no work of another source, and closes none, whatever ids and sources its rows name")
    func foreignWorks() async throws {
        let own = try ListServer { _ in .of(Lists.collection(1...3)) }
        try await city.fetch(city.schedule(own.address()))
        var works: [Work] = []
        func read() throws -> [Work] {
            var works: [Work] = []
            try city.store.forEachWork(WorkPage(), at: city.now, budget: .unlimited) { works.append(try $0.work()) }
            return works
        }
        works = try read()
        let rows = works.map {
            """
            {"type":"Feature","id":"\($0.id)","geometry":null,"properties":{"revision":7,"deadline_state":"none",\
            "kind":"hazard","status":"rejected","source":"holes","source_id":"\($0.sourceID ?? "")","title":"x"}}
            """
        }
        let stated = #"{"type":"Feature","geometry":null,"properties":{"source":"holes","source_id":"1","title":"x"}}"#
        let list = "{\"type\":\"FeatureCollection\",\"features\":[\((rows + [stated]).joined(separator: ","))]}"
        let server = try ListServer { _ in .of(list) }
        for (name, mapping) in [("other", nil), ("mapped", "own.yaml")] {
            try city.write(
                "layer: hazards\nfields: {source: source, source_id: source_id, title: title}", to: "own.yaml")
            var schedule = city.schedule(server.address(), name: name)
            schedule.mapping = mapping
            let report = try #require(try await city.fetch(schedule).reports.first)
            #expect(report.updated == 0 && report.closed == 0)
            #expect(report.refused == (mapping == nil ? 3 : 1))
            #expect(try read().filter { $0.source == "holes" } == works)
        }
    }

    @Test("unpacks what comes packed")
    func gzip() async throws {
        let server = try ListServer { request in
            let body = GzipEncoder.encode(Array(Lists.collection(1...3).utf8))
            return request.headers["accept-encoding"] == "gzip"
                ? .of(body, type: "application/json", ["Content-Encoding: gzip"]) : .of("", status: "406 No")
        }
        #expect(try await city.fetch(city.schedule(server.address())).reports.first?.inserted == 3)
    }

    static let list = Array(Lists.collection(1...3).utf8)
    static let packed = GzipEncoder.encode(list)
    static let chunk = "\(String(list.count, radix: 16))\r\n\(String(decoding: list, as: UTF8.self))"

    /// Bad answers, and the kind of error that each is.
    static let badAnswers: [(String, ListServer.Reply, FetchError.Kind)] = [
        ("an error of the server", .of("{}", status: "500 Oops"), .status),
        ("nothing there", .of("{}", status: "404 Not Found"), .status),
        ("a part", .of(Lists.collection(1...3), status: "206 Partial Content"), .status),
        ("not changed, unasked", .raw(["HTTP/1.1 304 Not Modified"], []), .status),
        ("a page", .of("<html>sign in</html>", type: "text/html; charset=utf-8"), .content),
        ("a page in disguise", .of("\n <!DOCTYPE html><p>", type: "application/json"), .content),
        ("a picture", .of("GIF89a", type: "image/gif"), .content),
        ("an unknown packing", .of("abc", type: "text/csv", ["Content-Encoding: br"]), .content),
        ("cut off, by its length", .raw(["HTTP/1.1 200 OK", "Content-Length: 9999"], list), .cut),
        (
            "cut off, in a chunk",
            .raw(["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"], Array(chunk.utf8.dropLast(20))), .cut
        ),
        (
            "cut off, before the last chunk",
            .raw(["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"], Array((chunk + "\r\n").utf8)), .cut
        ),
        (
            "cut off, packed", .of(packed.dropLast(6), type: "application/json", ["Content-Encoding: gzip"]), .cut
        ),
        ("empty", .of("", type: "text/csv"), .cut),
        (
            "CSV without an end", .raw(["HTTP/1.1 200 OK", "Content-Type: text/csv"], Array("id,name\n1,a\n".utf8)),
            .cut
        ),
        ("JSON cut off without an end", .raw(["HTTP/1.1 200 OK"], list.dropLast(3)), .cut),
        ("endless", .raw(["HTTP/1.1 200 OK", "Content-Type: text/csv"], [], then: .endless), .tooLarge),
        (
            "small, and huge unpacked",
            .of(
                GzipEncoder.encode([UInt8](repeating: 32, count: 2_000_000)), type: "text/csv",
                ["Content-Encoding: gzip"]),
            .tooLarge
        ),
        ("silent in the middle", .raw(["HTTP/1.1 200 OK", "Content-Length: 9999"], list, then: .silence), .tooSlow),
        ("no answer at all", ListServer.Reply(bytes: [], then: .silence), .tooSlow),
        ("no HTTP", ListServer.Reply(bytes: Array("SSH-2.0-OpenSSH\r\n".utf8)), .cut),
        ("no list", .of("{\"error\":{\"code\":400}}", type: "application/json"), .content),
        ("nothing any more", .of(Lists.collection([])), .refused),
    ]

    @Test("that goes wrong says why, tries again later, and leaves what is there", arguments: badAnswers.indices)
    func badAnswer(_ index: Int) async throws {
        let (_, reply, kind) = Self.badAnswers[index]
        let isBad = Mutex(false)
        let server = try ListServer { _ in isBad.withLock { $0 } ? reply : .of(Lists.collection(1...3)) }
        var schedule = city.schedule(server.address())
        schedule.limits.idleSeconds = 1
        try await city.fetch(schedule)
        let lastGood = city.state().lastGood
        isBad.withLock { $0 = true }
        city.pass(900)
        let error = await #expect(throws: FetchError.self) { try await city.fetch(schedule) }
        #expect(error?.kind == kind, "\(Self.badAnswers[index].0): \(error?.description ?? "")")
        #expect(try city.openWorks() == 3)
        let state = city.state()
        #expect(state.problem?.kind == kind)
        #expect(state.lastGood == lastGood && state.failures == 1)
        #expect(state.next == city.now + (kind == .refused ? 900 : 60))
        let folder = city.folder.appendingPathComponent("sources/holes")
        #expect(FileStatus(path: folder.appendingPathComponent("incoming").path) == nil)
        #expect((FileStatus(path: folder.appendingPathComponent("refused").path) != nil) == (kind == .refused))
    }

    @Test("takes JSON whose end is the connection's")
    func unmarkedEnd() async throws {
        let server = try ListServer { _ in .raw(["HTTP/1.0 200 OK"], Self.list) }
        #expect(try await city.fetch(city.schedule(server.address())).reports.first?.inserted == 3)
    }

    @Test(
        "rests as long as the server wants",
        arguments: [("120", 120), ("999999999", 86_400), ("Mon, 04 May 2026 13:00:00 GMT", 3600), ("soon", 60)])
    func retryAfter(_ value: String, _ seconds: Int) async throws {
        for status in ["429 Too Many Requests", "503 Busy"] {
            let server = try ListServer { _ in .of("", status: status, ["Retry-After: \(value)"]) }
            let schedule = city.schedule(server.address(), name: "s\(status.prefix(3))")
            await #expect(throws: FetchError.self) { try await city.fetch(schedule) }
            #expect(city.state(schedule.name).next == city.now + Int64(seconds))
        }
    }

    // MARK: Redirects

    @Test(
        "follows moved pages", arguments: ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
    func moved(_ status: String) async throws {
        let server = try ListServer { request in
            request.path == "/new.geojson" ? .of(Lists.collection(1...2)) : .redirect(status, to: "/new.geojson")
        }
        let result = try await city.fetch(city.schedule(server.address()))
        #expect(result.reports.first?.inserted == 2)
        #expect(
            (result.remark?.contains("/new.geojson") ?? false) == ["301", "308"].contains(String(status.prefix(3))))
    }

    @Test(
        "is not led astray",
        arguments: [
            ("http://127.0.0.1:PORT/", .forbidden), ("http://inside.test:PORT/", .forbidden),
            ("http://[::1]:PORT/", .forbidden), ("http://169.254.169.254/latest/meta-data", .forbidden),
            ("http://0x7f000001:PORT/", .unreachable), ("http://[::ffff:127.0.0.1]:PORT/", .forbidden),
            ("/again", .redirect), ("file:///etc/passwd", .redirect), ("ftp://city.test/", .redirect),
            ("http://user:word@city.test:PORT/x", .redirect), ("", .redirect),
        ] as [(String, FetchError.Kind)])
    func astray(_ location: String, _ kind: FetchError.Kind) async throws {
        let port = Mutex(0)
        let server = try ListServer { _ in
            .redirect("302 Found", to: location.replacingOccurrences(of: "PORT", with: "\(port.withLock { $0 })"))
        }
        port.withLock { $0 = server.port }
        let error = await #expect(throws: FetchError.self) { try await city.fetch(city.schedule(server.address())) }
        #expect(error?.kind == kind, "\(error?.description ?? "")")
    }

    @Test(
        "does not go from https to http",
        arguments: [
            ("http://city.test/", false), ("https://other.test/", true), ("/a", true), ("//other.test/a", true),
            ("ftp://city.test/", false), (nil, false),
        ] as [(String?, Bool)])
    func lessSafe(_ location: String?, _ isFollowed: Bool) throws {
        let url = try #require(URL(string: "https://city.test/list"))
        #expect(((try? WebRequest.target(of: location, from: url)) != nil) == isFollowed)
    }

    @Test(
        "connects to the address that was checked, however the host is written", arguments: ["CITY.test", "City.Test"])
    func spelling(_ host: String) async throws {
        let server = try ListServer { _ in .of(Lists.collection(1...2)) }
        #expect(try await city.fetch(city.schedule(server.address(host: host))).reports.first?.inserted == 2)
    }

    @Test("asks nothing of this machine unless the source allows it")
    func inside() async throws {
        let server = try ListServer { _ in .of(Lists.collection(1...2)) }
        var schedule = city.schedule(server.address().replacingOccurrences(of: "city.test", with: "127.0.0.2"))
        var surroundings = city.surroundings()
        surroundings.policy = .publicOnly
        let error = await #expect(throws: FetchError.self) {
            try await SourceRun(of: schedule, in: surroundings).run()
        }
        #expect(error?.kind == .forbidden)
        schedule.allowsPrivate = true
        #expect(try await SourceRun(of: schedule, in: surroundings).run().reports.first?.inserted == 2)
    }

    @Test("wants a server of https to prove who it is")
    func tls() async throws {
        let server = try ListServer { _ in .of(Lists.collection(1...2)) }
        let address = server.address().replacingOccurrences(of: "http:", with: "https:")
        let error = await #expect(throws: FetchError.self) { try await city.fetch(city.schedule(address)) }
        #expect([.tls, .cut, .unreachable].contains(error?.kind))
        #expect(server.requests.isEmpty)
    }

    // MARK: Secrets

    @Test("tells its secrets to the source's own server and to nobody else")
    func secrets() async throws {
        let other = try ListServer { _ in .of(Lists.collection(1...2)) }
        let server = try ListServer { request in
            .redirect("302 Found", to: other.address("/x.geojson", host: "other.test"))
        }
        try city.write("s3cret-token\n", to: "secrets/token")
        try city.write("k/e+y", to: "secrets/key")
        var schedule = city.schedule(server.address())
        schedule.headers = [.init(name: "X-App-Token", value: .secret(file: "secrets/token"))]
        schedule.query = [.init(name: "api_key", value: .secret(file: "secrets/key"))]
        try await city.fetch(schedule)
        #expect(server.requests.first?.headers["x-app-token"] == "s3cret-token")
        #expect(server.requests.first?.query["api_key"] == "k/e+y")
        #expect(other.requests.count == 1)
        #expect(other.requests.first?.headers["x-app-token"] == nil)
        #expect(other.requests.first?.target == "/x.geojson")
        #expect(!(other.requests.first?.headers.values.contains { $0.contains("s3cret") } ?? true))
    }

    @Test("has no secret in its messages")
    func messages() async throws {
        let server = try ListServer { request in
            .redirect(
                "302 Found",
                to: "ftp://a.test/\(request.headers["x-app-token"] ?? "")/\(request.query["api_key"] ?? "")")
        }
        try city.write("s3cret-token", to: "secrets/token")
        var schedule = city.schedule(server.address())
        schedule.headers = [.init(name: "X-App-Token", value: .secret(file: "secrets/token"))]
        schedule.query = [.init(name: "api_key", value: .secret(file: "secrets/token"))]
        let error = await #expect(throws: FetchError.self) { try await city.fetch(schedule) }
        #expect(error?.kind == .redirect)
        #expect(!(error?.description.contains("s3cret") ?? true))
        #expect(!String(decoding: city.state().bytes, as: UTF8.self).contains("s3cret"))
    }

    @Test(
        "refuses secrets that others can read, and files that are none",
        arguments: [
            ("abc", 0o640), ("abc", 0o604), ("", 0o600), ("a\nInjected: b", 0o600),
        ])
    func looseSecrets(_ text: String, _ mode: Int) async throws {
        let server = try ListServer { _ in .of(Lists.collection(1...2)) }
        try city.write(text, to: "secrets/token", mode: mode)
        var schedule = city.schedule(server.address())
        schedule.headers = [.init(name: "X-App-Token", value: .secret(file: "secrets/token"))]
        let error = await #expect(throws: FetchError.self) { try await city.fetch(schedule) }
        #expect(error?.kind == .setup)
        #expect(server.requests.isEmpty)
    }
}

@Suite("Public addresses")
struct AddressPolicyTests {
    @Test(
        "are told from those of this machine, of links and of private networks",
        arguments: [
            ("8.8.8.8", true), ("2a01:4f8::1", true), ("64:ff9b::8.8.8.8", true), ("2002:0808:0808::1", true),
            ("127.0.0.1", false), ("0.0.0.0", false), ("10.1.2.3", false), ("100.64.0.1", false),
            ("169.254.169.254", false),
            ("172.31.255.255", false), ("172.32.0.1", true), ("192.168.1.1", false), ("198.18.0.1", false),
            ("224.0.0.1", false), ("255.255.255.255", false), ("::1", false), ("::", false), ("::ffff:10.0.0.1", false),
            ("::ffff:8.8.8.8", true), ("fe80::1", false), ("fc00::1", false), ("fd12::1", false), ("ff02::1", false),
            ("64:ff9b::127.0.0.1", false), ("2002:7f00:0001::1", false), ("2001:db8::1", false), ("::127.0.0.1", false),
        ])
    func isPublic(_ text: String, _ expected: Bool) throws {
        #expect(try #require(IPAddress(text)).isPublic == expected)
    }
}
