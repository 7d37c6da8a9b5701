import Geometry
import HTTPTypes
import HummingbirdTesting
import Testing
import Works

@testable import HTTPEdge
@testable import MapServer

@Suite("The public address")
struct PublicAddressTests {
    @Test(
        "A host is followed only if nobody outside can have made it up, with any port",
        arguments: [
            ("localhost", true), ("localhost:9999", true), ("map.localhost:80", true), ("127.0.0.1:18", true),
            ("[::1]:8080", true),
            ("192.168.1.7:8080", true), ("10.0.0.1", true), ("172.16.0.1", true), ("172.31.255.1", true),
            ("[fd00::1]", true),
            ("169.254.1.1", true), ("evil.example", false), ("evil.example:80", false), ("6.6.6.6", false),
            ("172.32.0.1", false),
            ("192.169.1.1", false), ("[2001:db8::1]", false), ("[::ffff:6.6.6.6]", false),
            ("localhost.evil.example", false),
            ("evil-localhost", false), ("127.0.0.1.evil.example", false), ("127.0.0.1@evil.example", false),
            ("localhost/evil", false),
            ("localhost:80:evil", false), ("localhost:123456", false), ("[::1", false), ("0x7f000001", false),
            ("2130706433", false),
            ("localhost\"onclick", false), ("xn--e1afmkfd.example", false),
        ])
    func hosts(host: String, isFollowed: Bool) async throws {
        try await TestMap().over(.live) { client in
            let raw = RawClient(port: try #require(client.port))
            for path in [
                "/tiles/works.json", "/ogc", "/ogc/collections/works/items?limit=1", "/wmts/1.0.0/WMTSCapabilities.xml",
                "/works",
            ] {
                let reply = await raw.exchange(
                    "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nX-Forwarded-Host: forwarded.example\r\n"
                        + "X-Forwarded-Proto: https\r\nForwarded: host=forwarded.example\r\nConnection: close\r\n\r\n")
                guard reply.status == 200 else {
                    #expect(!isFollowed && reply.status == 400, "\(path): \(reply.text.prefix(200))")
                    continue
                }
                #expect(reply.text.contains("http://\(host)/") == isFollowed, "\(path)")
                let own = ["127.0.0.1", "[::1]"].contains { reply.text.contains("http://\($0):\(raw.port)/") }
                #expect(isFollowed || own, "\(path)")
                #expect(!reply.text.contains("evil") && !reply.text.contains("forwarded.example"), "\(path)")
            }
        }
    }

    @Test("The name that the server was told to listen on is followed, the address that was configured before all")
    func configured() async throws {
        try await TestMap { $0.host = "works.example.org" }.over(.live) { client in
            let raw = RawClient(port: try #require(client.port))
            for (host, isFollowed) in [("Works.Example.org:8080", true), ("evil.example", false)] {
                let reply = await raw.exchange("GET /ogc HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
                #expect(reply.status == 200 && reply.text.contains("http://\(host)/") == isFollowed)
            }
        }
        let known = try PublicURL("HTTPS://Works.example.org/map/")
        try await TestMap { $0.publicURL = known }.over(.live) { client in
            let raw = RawClient(port: try #require(client.port))
            for path in ["/tiles/works.json", "/ogc", "/works", "/wmts/1.0.0/WMTSCapabilities.xml"] {
                let reply = await raw.exchange("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                #expect(reply.text.contains("https://works.example.org/map/"), "\(path)")
                #expect(!reply.text.contains("http://localhost"), "\(path)")
            }
        }
    }

    @Test(
        "An address is taken as its parts",
        arguments: [
            ("https://works.example.org", true, "https://works.example.org"),
            ("http://192.0.2.1:8080/", false, "http://192.0.2.1:8080"),
            ("HTTPS://Works.Example.ORG/Map/", true, "https://works.example.org/Map"),
            ("https://[2001:db8::1]:444/a/b", true, "https://[2001:db8::1]:444/a/b"),
        ])
    func urls(text: String, isSecure: Bool, base: String) throws {
        let url = try PublicURL(text)
        #expect(url.isSecure == isSecure && url.base == base)
    }

    @Test(
        "What no map can have is refused with what would be taken",
        arguments: [
            ("works.example.org", "https://"), ("ftp://works.example.org", "https://"), ("https://", "host"),
            ("https:///map", "host"),
            ("https://user:secret@works.example.org", "user"), ("https://works.example.org?a=b", "query"),
            ("https://works.example.org/#a", "query"), ("https://works.example.org:0", "port"),
            ("https://works.example.org:99999", "port"),
            ("https://works example.org", "blanks"), ("https://пример.рф", "xn--"),
            ("https://works.example.org/a//b", "path"),
            ("https://works.example.org/../b", "path"), ("https://a..b", "host"), ("javascript:alert(1)", "https://"),
            ("", "https://"),
        ])
    func badURLs(text: String, reason: String) {
        let error = #expect(throws: PublicURLError.self) { try PublicURL(text) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test("Over TLS the session's cookie is taken over TLS only, and by this host only where the map has it to itself")
    func cookies() throws {
        #expect(
            StaffCookie(nil).field("s", seconds: 60)
                == "worksmap_staff=s; Path=/staff; Max-Age=60; HttpOnly; SameSite=Strict")
        #expect(try StaffCookie(PublicURL("http://a/b")).field("s", seconds: 1).contains("Path=/b/staff; Max-Age"))
        let host = try StaffCookie(PublicURL("https://a.example")).field("s", seconds: 60)
        #expect(host.hasPrefix("__Host-worksmap_staff=s; Path=/; Secure; ") && !host.contains("Domain"))
        let path = try StaffCookie(PublicURL("https://a.example/map")).field("s", seconds: 60)
        #expect(path.hasPrefix("__Secure-worksmap_staff=s; Path=/map/staff; Secure; "))
    }
}

@Suite("Paths in the log")
struct LoggedPathTests {
    private static let secret = String(repeating: "0123456789abcdef", count: 4)

    @Test(
        "A secret is hidden, under addresses that nobody answers too",
        arguments: [
            ("/open311/v2/tokens/\(secret)", "/open311/v2/tokens/{token}", "/open311/v2/tokens/…"),
            ("/open311/v2/tokens/\(secret).json", "/open311/v2/tokens/{token}", "/open311/v2/tokens/…"),
            ("/open311/v2/tokens/short", nil, "/open311/v2/tokens/…"),
            ("/open311/v2//tokens//short/x", nil, "/open311/v2//tokens//…/x"),
            ("/open311/v2/Tokens/%73hort", nil, "/open311/v2/Tokens/…"),
            ("/open311/v2/%74okens/short", nil, "/open311/v2/%74okens/…"),
            ("/staff/reports/\(secret)", "/staff/reports/{token}", "/staff/reports/…"),
            ("/reports/abc", "/reports/{key}", "/reports/…"),
            ("/x/\(secret.uppercased())", nil, "/x/…"), ("/x/wm_0123/y", nil, "/x/…/y"),
            ("/x/%30\(secret)", nil, "/x/…"),
        ])
    func hidden(path: String, route: String?, shown: String) {
        #expect(LoggedPath.text(of: path, route: route) == shown)
    }

    @Test(
        "Everything else stands as it was asked for",
        arguments: [
            "/", "/works/0190f3a1-7b1e-7cc3-98c4-dc0c0c07398f", "/tiles/works/12/2551/1281@2x.png",
            "/open311/v2/requests/26-10482", "",
            "/ogc/collections/works/items", "/%zz", "/staff/works/0190f3a1-7b1e-7cc3-98c4-dc0c0c07398f",
            "/open311/v2/tokens", "/reports/",
        ])
    func plain(path: String) {
        #expect(LoggedPath.text(of: path, route: "/works/{id}") == path)
    }
}
