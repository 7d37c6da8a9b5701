import Foundation
import NIOCore

/// Makes one list of pages, as if the server had sent it at once.
struct PageJoin {
    private let file: OutputDescriptor
    private let limit: Int
    private var first: ListPage?
    private var isOpen = false
    /// Rows so far.
    private(set) var count = 0
    private var last: Data?
    private var matched: Int?

    /// - Parameter limit: Octets of the whole.
    init(into url: URL, limit: Int) throws {
        file = try OutputDescriptor(url)
        self.limit = limit
    }

    /// Adds the next page.
    ///
    /// - Throws: ``FetchError`` if it is of another kind than the first, or is the page before it once more.
    mutating func add(_ page: ListPage) throws {
        matched = page.matched ?? matched
        switch page.content {
        case .json(let head, let rows, _), .xml(let head, let rows, _): try add(page, head: head, rows: rows)
        case .csv(let header, let rows): try add(page, head: header, rows: rows)
        }
        count += page.count
    }

    /// Ends the list.
    ///
    /// - Throws: ``FetchError`` if the pages have fewer rows than the server says that there are.
    mutating func finish() throws {
        if let matched, count < matched {
            throw FetchError(.paging, "the server says that \(matched) rows match, and its pages have only \(count)")
        }
        switch first?.content {
        case .json(_, _, let tail), .xml(_, _, let tail): try write(tail)
        case .csv, nil: break
        }
        file.synchronize()
    }

    private mutating func add(_ page: ListPage, head: Data, rows: Data) throws {
        if let first {
            guard page.count > 0 else { return }
            guard first.content.isLike(page.content) else {
                throw FetchError(.paging, "the pages are of different formats or have different columns")
            }
            guard rows != last else {
                throw FetchError(
                    .paging, "a page has the same rows as the one before: the server does not know this way of paging")
            }
            if case .json = page.content, isOpen { try write(Data(",".utf8)) }
        } else {
            first = page
            try write(head)
        }
        try write(rows)
        if case .csv = page.content, rows.last.map({ $0 != 0x0A }) ?? false { try write(Data("\n".utf8)) }
        isOpen = isOpen || !rows.isEmpty
        last = rows
    }

    private var written = 0

    private mutating func write(_ bytes: Data) throws {
        written += bytes.count
        guard written <= limit else {
            throw FetchError(.tooLarge, "the list is larger than \(limit) octets (`max_size`)")
        }
        try bytes.withUnsafeBytes { try file.write($0) }
    }
}

extension ListPage.Content {
    /// True if the rows of both can stand in one list.
    fileprivate func isLike(_ other: Self) -> Bool {
        switch (self, other) {
        case (.json(_, _, let tail), .json(_, _, let otherTail)): tail == otherTail
        case (.csv(let header, _), .csv(let otherHeader, _)): header == otherHeader
        case (.xml, .xml): true
        default: false
        }
    }
}
