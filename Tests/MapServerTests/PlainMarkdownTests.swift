import Testing

@testable import MapServer

@Suite("A city's texts in Markdown")
struct PlainMarkdownTests {
    @Test(
        "Headings, paragraphs, lists and links are taken",
        arguments: [
            ("# Title\n\nOne\ntwo\n\nthree", "<p>One\ntwo</p>\n<p>three</p>\n"),
            ("## Part ##\ntext", "<h2>Part</h2>\n<p>text</p>\n"), ("####### no", "<p>####### no</p>\n"),
            ("#no", "<p>#no</p>\n"),
            ("# A\n# B", "<h2>B</h2>\n"),
            ("- a\n- b\n  more\n\nc", "<ul>\n<li>a</li>\n<li>b\nmore</li>\n</ul>\n<p>c</p>\n"),
            ("1. a\n2) b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"),
            ("text\n* a\n1. b", "<p>text</p>\n<ul>\n<li>a</li>\n</ul>\n<ol>\n<li>b</li>\n</ol>\n"),
            (
                "see [us](https://x.org/a?b=1&c=2)!",
                "<p>see <a rel=\"noreferrer noopener\" href=\"https://x.org/a?b=1&amp;c=2\">us</a>!</p>\n"
            ),
            ("<mailto:a@x.org>", "<p><a rel=\"noreferrer noopener\" href=\"mailto:a@x.org\">mailto:a@x.org</a></p>\n"),
            ("one\r\ntwo", "<p>one\ntwo</p>\n"), ("-", "<p>-</p>\n"), ("2026. год", "<ol>\n<li>год</li>\n</ol>\n"),
            ("", ""),
        ])
    func taken(_ text: String, _ html: String) {
        #expect(PlainMarkdown(text).html.text == html)
    }

    @Test(
        "Everything else is text: markup, scripts, pictures, other addresses",
        arguments: [
            ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
            ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
            ("[x](JAVASCRIPT://a)", "<p>[x](JAVASCRIPT://a)</p>\n"),
            ("[x](data:text/html,1)", "<p>[x](data:text/html,1)</p>\n"), ("[x](/relative)", "<p>[x](/relative)</p>\n"),
            ("[x](https://a\" onclick=\"b)", "<p>[x](https://a&quot; onclick=&quot;b)</p>\n"),
            ("[x](http:a)", "<p>[x](http:a)</p>\n"),
            ("[<b>](https://x.org)", "<p><a rel=\"noreferrer noopener\" href=\"https://x.org\">&lt;b&gt;</a></p>\n"),
            ("**bold** `code` | a | b |", "<p>**bold** `code` | a | b |</p>\n"),
            ("&copy; &#x3C;", "<p>&amp;copy; &amp;#x3C;</p>\n"),
            ("[](https://x.org) [a", "<p>[](https://x.org) [a</p>\n"), ("<https://x.org", "<p>&lt;https://x.org</p>\n"),
        ])
    func text(_ text: String, _ html: String) {
        #expect(PlainMarkdown(text).html.text == html)
    }

    @Test("The first heading of the first level is the page's title, without the addresses of its links")
    func title() {
        #expect(PlainMarkdown("text\n\n# About [us](https://x.org)").title == "About us")
        #expect(PlainMarkdown("## Part").title == nil)
    }

    @Test(
        "A long text is read whatever it is made of",
        arguments: ["[", "[a](", "<", "- ", "# ", "1. ", "\n"])
    func long(_ part: String) {
        _ = PlainMarkdown(String(repeating: part, count: 4_000))
    }
}
