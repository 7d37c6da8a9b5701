import Foundation
import Geometry

/// A page of a list: its rows, and what it says about itself.
struct ListPage {
    /// Rows or features.
    var count: Int
    var url: URL
    var exceedsTransferLimit = false
    var nextLink: String?
    /// Rows of all pages together, if the page says it.
    var matched: Int?
    let content: Content

    enum Content {
        /// Text before the rows, rows joined by commas, text behind them.
        case json(head: Data, rows: Data, tail: Data)
        case csv(header: Data, rows: Data)
        case xml(head: Data, rows: Data, tail: Data)
    }

    /// - Throws: ``FetchError`` if the page is no part of a list.
    init(_ bytes: Data, from url: URL) throws(FetchError) {
        self.url = url
        switch bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }) {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard let outline = JSONOutline(bytes), outline.isComplete else {
                throw FetchError(.cut, "a page is no whole JSON text")
            }
            if outline.root == .array {
                count = outline.elements.count
                content = .json(head: Data("[".utf8), rows: Self.rows(outline.elements, bytes), tail: Data("]".utf8))
            } else {
                (count, content) = try Self.features(outline, bytes)
                readMembers(outline, bytes)
            }
        case UInt8(ascii: "<"): (count, content) = try Self.elements(bytes)
        case nil:
            count = 0
            content = .csv(header: Data(), rows: Data())
        default: (count, content) = Self.records(bytes)
        }
    }

    // MARK: JSON

    private static func features(_ outline: JSONOutline, _ bytes: Data) throws(FetchError) -> (Int, Content) {
        guard let range = outline.value("features"), let list = JSONOutline(bytes, in: range), list.root == .array
        else {
            if let error = outline.value("error") {
                throw FetchError(.content, "the server answers with an error: \(outline.text(error).prefix(300))")
            }
            throw FetchError(.paging, "a page has no list of features in it; look at the address and at `paging`")
        }
        // Members that speak of one page would be wrong of the whole.
        let ofPage: Set<String> = [
            "features", "exceededTransferLimit", "links", "numberMatched", "numberReturned",
        ]
        var head = Data("{".utf8)
        for member in outline.members where !ofPage.contains(member.name) {
            if JSONOutline(bytes, in: member.value)?.value("exceededTransferLimit") != nil { continue }
            head += Data("\"\(member.name)\":".utf8) + bytes[member.value] + Data(",".utf8)
        }
        head += Data("\"features\":[".utf8)
        return (list.elements.count, .json(head: head, rows: rows(list.elements, bytes), tail: Data("]}".utf8)))
    }

    private static func rows(_ elements: [Range<Int>], _ bytes: Data) -> Data {
        guard let first = elements.first, let last = elements.last else { return Data() }
        return bytes[first.lowerBound..<last.upperBound]
    }

    private mutating func readMembers(_ outline: JSONOutline, _ bytes: Data) {
        func isTrue(_ outline: JSONOutline?) -> Bool {
            outline?.value("exceededTransferLimit").map { outline?.text($0) == "true" } ?? false
        }
        exceedsTransferLimit =
            isTrue(outline) || isTrue(outline.value("properties").flatMap { JSONOutline(bytes, in: $0) })
        matched = outline.value("numberMatched").flatMap { Int(outline.text($0)) }
        guard let links = outline.value("links"),
            let list = try? JSONParser.parse([UInt8](bytes[links])).array
        else { return }
        nextLink = list.first { $0["rel"]?.string == "next" }?["href"]?.string
    }

    // MARK: XML

    /// The elements within the root of an XML text, which may only be its children of the first kind.
    private static func elements(_ bytes: Data) throws(FetchError) -> (Int, Content) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let root = text.firstMatch(of: #/<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>/#),
            !root.output.0.hasSuffix("/>"), let end = text.range(of: "</\(root.output.1)", options: .backwards)
        else {
            guard let empty = text.firstMatch(of: #/<[A-Za-z_][^<>]*\/>\s*$/#) else {
                throw FetchError(.cut, "a page is no whole XML text")
            }
            let head = String(text[..<empty.range.lowerBound])
            return (0, .xml(head: Data(head.utf8), rows: Data(), tail: Data(empty.output.utf8)))
        }
        let rows = text[root.range.upperBound..<end.lowerBound]
        var count = 0
        if let child = rows.firstMatch(of: #/<([A-Za-z_][\w.:-]*)[\s>\/]/#)?.output.1 {
            count = rows.components(separatedBy: "</\(child)>").count - 1
        }
        return (
            count,
            .xml(
                head: Data(text[..<root.range.upperBound].utf8), rows: Data(rows.utf8),
                tail: Data(text[end.lowerBound...].utf8))
        )
    }

    // MARK: CSV

    private static func records(_ bytes: Data) -> (Int, Content) {
        var isQuoted = false
        var end: Int?
        var count = 0
        var isLineOpen = false
        for (index, byte) in zip(bytes.indices, bytes) {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == 0x0A, !isQuoted {
                if end == nil { end = index + 1 } else if isLineOpen { count += 1 }
                isLineOpen = false
            } else if byte != 0x0D {
                isLineOpen = true
            }
        }
        guard let end else { return (0, .csv(header: bytes, rows: Data())) }
        return (count + (isLineOpen ? 1 : 0), .csv(header: bytes[..<end], rows: bytes[end...]))
    }
}
