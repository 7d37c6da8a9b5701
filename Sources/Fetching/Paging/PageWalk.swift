import Foundation
import Geometry
import Interchange

/// The addresses of the pages of a list, one after another.
struct PageWalk {
    private let paging: SourcePaging
    private let first: URL
    private var offset = 0
    private var page = 1
    private var seen: Set<URL> = []

    init(_ paging: SourcePaging, from first: URL) {
        self.paging = paging
        self.first = first
    }

    /// The address of the first page.
    mutating func begin() -> URL {
        let url = address
        seen = [url]
        return url
    }

    /// The address of the page after one that has come; nil if that was the last.
    ///
    /// - Throws: ``FetchError`` if the server leads round in circles or beyond the limit.
    mutating func next(after body: ListPage) throws(FetchError) -> URL? {
        let url: URL
        switch paging.style {
        case .socrata, .open311:
            // Servers cap the size of a page as they like: only an empty page is the end for sure.
            guard body.count > 0 else { return nil }
            offset += body.count
            page += 1
            url = address
        case .arcgis:
            guard body.exceedsTransferLimit else { return nil }
            guard body.count > 0 else {
                throw FetchError(
                    .paging, "the server says that there is more after row \(offset), and sends none of it")
            }
            offset += body.count
            url = address
        case .ogc:
            guard let link = body.nextLink else { return nil }
            guard let target = URL(string: link, relativeTo: body.url)?.absoluteURL else {
                throw FetchError(.paging, "the link to the next page is no address")
            }
            url = target
        }
        guard seen.insert(url).inserted else {
            throw FetchError(.paging, "page \(seen.count) leads back to a page that has come already")
        }
        guard seen.count <= paging.maximumPages else {
            throw FetchError(.paging, "the list has more than \(paging.maximumPages) pages (`max_pages`)")
        }
        return url
    }

    private var address: URL {
        switch paging.style {
        case .socrata:
            // Without an order, rows may change pages between two requests.
            first.setting([("$limit", "\(paging.size)"), ("$offset", "\(offset)")], unless: [("$order", ":id")])
        case .arcgis: first.setting([("resultRecordCount", "\(paging.size)"), ("resultOffset", "\(offset)")])
        case .open311: first.setting([("page_size", "\(paging.size)"), ("page", "\(page)")])
        case .ogc: first.setting([], unless: [("limit", "\(paging.size)")])
        }
    }
}

extension URL {
    /// The address with parameters in its query.
    ///
    /// - Parameters:
    ///   - parameters: Those that replace what is there.
    ///   - defaults: Those that are added where there is none of the name.
    func setting(_ parameters: [(String, String)], unless defaults: [(String, String)] = []) -> URL {
        guard var parts = URLComponents(url: self, resolvingAgainstBaseURL: true) else { return self }
        var pairs = parts.percentEncodedQuery.map { $0.split(separator: "&").map(String.init) } ?? []
        func name(_ pair: String) -> String { String(pair.prefix { $0 != "=" }).removingPercentEncoding ?? "" }
        func encoded(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "$-._~:"))) ?? ""
        }
        pairs.removeAll { pair in parameters.contains { $0.0 == name(pair) } }
        let missing = defaults.filter { item in !pairs.contains { name($0) == item.0 } }
        pairs += (missing + parameters).map { "\(encoded($0.0))=\(encoded($0.1))" }
        parts.percentEncodedQuery = pairs.isEmpty ? nil : pairs.joined(separator: "&")
        return parts.url ?? self
    }
}
