import HTTPEdge

/// HTML text that is put together from parts; everything that is not markup of ours is escaped on its way in.
///
/// Control characters and marks that turn the direction of writing have no meaning in a page but mislead who reads or copies it: they
/// become U+FFFD.
struct HTML: ExpressibleByStringInterpolation, Sendable {
    private(set) var text: String

    /// Markup as it stands.
    init(markup: String) {
        text = markup
    }

    init(stringLiteral value: String) {
        text = value
    }

    init(stringInterpolation: Interpolation) {
        text = stringInterpolation.text
    }

    /// Literal parts are markup; interpolated texts are escaped, interpolated ``HTML`` is not.
    struct Interpolation: StringInterpolationProtocol {
        var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation(_ html: HTML) { text += html.text }

        mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            for character in value.description.unicodeScalars {
                switch character {
                case "&": text += "&amp;"
                case "<": text += "&lt;"
                case ">": text += "&gt;"
                case "\"": text += "&quot;"
                case "'": text += "&#39;"
                case "\t", "\n", "\r": text.unicodeScalars.append(character)
                case "\0"..<" ", "\u{7F}"..<"\u{A0}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
                    text += "\u{FFFD}"
                default: text.unicodeScalars.append(character)
                }
            }
        }
    }

    static func += (html: inout HTML, more: HTML) { html.text += more.text }

    var bytes: [UInt8] { Array(text.utf8) }
}

/// The frame of every page for people.
struct Page {
    var title: String
    /// The city's name, which follows the title in a browser's tabs and bookmarks; nil if there is none.
    var city: String?
    var language: Language
    /// One sentence for search engines and previews.
    var summary: String?
    /// The one address under which the page should be known, and that of the page in whatever language the reader has.
    var canonical: String?
    var anyLanguage: String?
    /// The same page in another language or form: address, relation, media type, and language.
    var alternates: [(href: String, type: String, language: Language?)] = []
    /// The address of a style sheet beside that of all pages.
    var style: String?
    var body: HTML

    var html: HTML {
        var links: HTML = ""
        if let summary { links += "<meta name=\"description\" content=\"\(summary)\">\n" }
        if let canonical { links += "<link rel=\"canonical\" href=\"\(canonical)\">\n" }
        if let anyLanguage { links += "<link rel=\"alternate\" hreflang=\"x-default\" href=\"\(anyLanguage)\">\n" }
        for alternate in alternates {
            if let language = alternate.language {
                links += "<link rel=\"alternate\" hreflang=\"\(language.rawValue)\" href=\"\(alternate.href)\">\n"
            } else {
                links += "<link rel=\"alternate\" type=\"\(alternate.type)\" href=\"\(alternate.href)\">\n"
            }
        }
        var more: HTML = ""
        if let style { more = "<link rel=\"stylesheet\" href=\"\(style)\">\n" }
        return """
            <!doctype html>
            <html lang="\(language.rawValue)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\([title, city].compactMap { $0 }.joined(separator: " — "))</title>
            \(links)<link rel="stylesheet" href="/pages.css">
            \(more)</head>
            <body>
            \(body)
            </body>
            </html>

            """
    }
}

extension DefaultStringInterpolation {
    /// Keeps markup out of plain text, in which it would be shown as it is written.
    @available(*, unavailable, message: "state that the text around it is HTML")
    mutating func appendInterpolation(_ markup: HTML) {}
}
