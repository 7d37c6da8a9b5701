import Testing
import Works

@Suite("Addresses on the web") struct WebAddressTests {
    @Test(
        "An absolute address with http or https is one",
        arguments: [
            "https://example.org/a.jpg", "http://example.org", "HTTPS://EXAMPLE.org:8443/a?b=c#d", "http://192.0.2.1/x",
            "http://[2001:db8::1]/x", "https://пример.рф/яма.jpg",
        ])
    func plain(text: String) { #expect(WebAddress.isPlain(text)) }

    @Test(
        "Everything else is none",
        arguments: [
            "", "example.org/a.jpg", "//example.org/a", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)", "javascript://example.org/%0Aalert(1)", "data:text/html,<script>", "vbscript:x",
            "file:///etc/passwd",
            "ftp://example.org/a", "http:example.org", "http://", "https:///a", "http://user:pass@example.org/",
            "http://a b/",
            "http://example.org/\"onclick=alert(1)", "http://example.org/<script>", "http://example.org/'x",
            "http://example.org/\u{202E}gpj",
            "http://example.org/\u{0}", "\u{1}http://example.org/", "http://.example.org/", "http://?x",
            "blob:https://example.org/1",
            "http://example.org/" + String(repeating: "a", count: 5000),
        ])
    func other(text: String) { #expect(!WebAddress.isPlain(text)) }
}
