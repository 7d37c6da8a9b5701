import HTTPEdge

/// A text in a small part of Markdown (CommonMark 0.31): headings with `#`, paragraphs, lists with `-`, `*` or numbers, and links to http,
/// https and mailto. Everything else is text as it stands.
struct PlainMarkdown: Sendable {
    /// The first heading of the first level, which names the page.
    private(set) var title: String?
    private(set) var html: HTML = ""

    init(_ text: String) {
        var paragraph: [Substring] = []
        var items: [[Substring]] = []
        var isNumbered = false
        func flush() {
            if !paragraph.isEmpty { html += "<p>\(Self.inline(paragraph))</p>\n" }
            paragraph = []
            guard !items.isEmpty else { return }
            var list: HTML = ""
            for item in items { list += "<li>\(Self.inline(item))</li>\n" }
            html += isNumbered ? "<ol>\n\(list)</ol>\n" : "<ul>\n\(list)</ul>\n"
            items = []
        }
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let words = line.drop(while: \.isWhitespace)
            if words.isEmpty {
                flush()
            } else if let (level, heading) = Self.heading(words) {
                flush()
                if level == 1, title == nil {
                    title = Self.plain(heading)
                } else {
                    // The page's title is its only heading of the first level.
                    html +=
                        HTML(markup: "<h\(max(2, level))>") + Self.inline([heading])
                        + HTML(markup: "</h\(max(2, level))>\n")
                }
            } else if let (numbered, item) = Self.item(words) {
                if !paragraph.isEmpty || (!items.isEmpty && numbered != isNumbered) { flush() }
                isNumbered = numbered
                items.append([item])
            } else if !items.isEmpty {
                items[items.count - 1].append(words)
            } else {
                paragraph.append(words)
            }
        }
        flush()
    }

    // MARK: Blocks

    /// One to six `#`, a blank, and the words of a heading.
    private static func heading(_ line: Substring) -> (level: Int, words: Substring)? {
        let level = line.prefix { $0 == "#" }.count
        guard (1...6).contains(level), line.dropFirst(level).first?.isWhitespace ?? false else { return nil }
        var words = line.dropFirst(level).drop(while: \.isWhitespace)
        while words.last == "#" || words.last?.isWhitespace == true { words.removeLast() }
        return words.isEmpty ? nil : (level, words)
    }

    /// `- `, `* `, `+ ` or a number with a point or a parenthesis, and the words of an item.
    private static func item(_ line: Substring) -> (isNumbered: Bool, words: Substring)? {
        func words(_ rest: Substring) -> Substring? {
            guard rest.first?.isWhitespace ?? false else { return nil }
            let words = rest.drop(while: \.isWhitespace)
            return words.isEmpty ? nil : words
        }
        if let mark = line.first, "-*+".contains(mark) { return words(line.dropFirst()).map { (false, $0) } }
        let digits = line.prefix { $0.isASCII && $0.isNumber }
        guard (1...9).contains(digits.count), let mark = line.dropFirst(digits.count).first, ".)".contains(mark) else {
            return nil
        }
        return words(line.dropFirst(digits.count + 1)).map { (true, $0) }
    }

    // MARK: Links

    /// A piece of a line: text, or a link with its address.
    private enum Piece {
        case text(Substring)
        case link(Substring, to: Substring)
    }

    private static func inline(_ lines: [Substring]) -> HTML {
        var html: HTML = ""
        for (index, line) in lines.enumerated() {
            if index > 0 { html += "\n" }
            for piece in pieces(line) {
                switch piece {
                case .text(let text): html += "\(String(text))"
                case .link(let text, let address):
                    html += "<a rel=\"noreferrer noopener\" href=\"\(String(address))\">\(String(text))</a>"
                }
            }
        }
        return html
    }

    /// The words of a line without the addresses of its links.
    private static func plain(_ line: Substring) -> String {
        pieces(line).map { piece in
            switch piece {
            case .text(let text), .link(let text, _): String(text)
            }
        }.joined()
    }

    /// `[words](address)` and `<address>` with an address that may be followed are links; all else is text.
    private static func pieces(_ line: Substring) -> [Piece] {
        var pieces: [Piece] = []
        var rest = line
        var text = line[line.startIndex..<line.startIndex]
        func add(_ piece: Piece, upTo end: Substring.Index) {
            if !text.isEmpty { pieces.append(.text(text)) }
            pieces.append(piece)
            rest = line[end...]
            text = line[end..<end]
        }
        while let first = rest.first {
            if first == "[", let close = rest.prefix(500).firstIndex(of: "]"), line[close...].hasPrefix("]("),
                let end = line[close...].prefix(2000).firstIndex(of: ")")
            {
                let words = rest[rest.index(after: rest.startIndex)..<close]
                let address = line[line.index(close, offsetBy: 2)..<end]
                if !words.isEmpty, !words.contains("["), isFollowed(address) {
                    add(.link(words, to: address), upTo: line.index(after: end))
                    continue
                }
            } else if first == "<", let end = rest.prefix(2000).firstIndex(of: ">") {
                let address = rest[rest.index(after: rest.startIndex)..<end]
                if isFollowed(address) {
                    add(.link(address, to: address), upTo: line.index(after: end))
                    continue
                }
            }
            rest = rest.dropFirst()
            text = line[text.startIndex..<rest.startIndex]
        }
        if !text.isEmpty { pieces.append(.text(text)) }
        return pieces
    }

    /// True for addresses with http, https or mailto and without blanks, quotes and control characters.
    private static func isFollowed(_ address: Substring) -> Bool {
        let scheme = address.prefix { $0 != ":" }.lowercased()
        guard ["http", "https", "mailto"].contains(scheme), address.count > scheme.count + 1 else { return false }
        guard scheme == "mailto" || address.dropFirst(scheme.count).hasPrefix("://") else { return false }
        return !address.unicodeScalars.contains {
            $0.value <= 0x20 || $0.value == 0x7F || "\"'<>\\`".unicodeScalars.contains($0)
        }
    }
}
