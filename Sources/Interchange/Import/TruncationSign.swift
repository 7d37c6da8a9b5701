import Geometry

/// Signs by which a list says of itself that it is not all there is.
enum TruncationSign {
    /// The first sign among the members beside a list's rows, in words for the user; nil if there is none.
    ///
    /// Known are those of ArcGIS (`exceededTransferLimit`), of OGC API and WFS (`numberMatched` or `totalFeatures` against
    /// `numberReturned`, a link `next`), and of pages as web interfaces usually have them (`next`, `has_more`, and the like).
    ///
    /// - Parameters:
    ///   - members: The members of the feature collection.
    ///   - read: Rows that it has.
    static func find(in members: JSONObject, read: Int) -> String? {
        if let sign = pages(members) ?? counts(members, read: read) { return sign }
        for name in ["properties", "metadata", "meta", "paging", "pagination", "links", "_links", "result"] {
            guard let inner = members[name]?.object else { continue }
            if let sign = pages(inner) ?? counts(inner, read: read) { return "\(name).\(sign)" }
        }
        return nil
    }

    private static let flags = ["exceededTransferLimit", "has_more", "hasMore", "hasNextPage", "has_next", "truncated"]
    private static let nextPages = ["next", "next_page", "nextPage", "next_page_url", "nextPageToken", "next_cursor"]

    private static func pages(_ members: JSONObject) -> String? {
        for name in flags {
            switch members[name] {
            case .bool(true)?: return "\(name) is true"
            case .string(let text)? where text.lowercased() == "true": return "\(name) is true"
            default: continue
            }
        }
        for name in nextPages {
            switch members[name] {
            case .string(let text)? where !text.isEmpty: return "\(name) names a further page"
            case .object(let link)? where link["href"]?.string?.isEmpty == false: return "\(name) names a further page"
            case .integer(let page)? where page > 0: return "\(name) names a further page"
            default: continue
            }
        }
        if case .array(let links)? = members["links"],
            links.contains(where: { $0.object?["rel"]?.string?.lowercased() == "next" })
        {
            return "a link “next” leads to a further page"
        }
        return nil
    }

    private static func counts(_ members: JSONObject, read: Int) -> String? {
        func count(_ name: String) -> Double? { members[name].flatMap { $0.double ?? $0.string.flatMap(Double.init) } }
        let returned = count("numberReturned") ?? Double(read)
        for name in ["numberMatched", "totalFeatures"] {
            guard let matched = count(name), matched > returned else { continue }
            return "\(name) is \(Int(saturating: matched)), and \(Int(saturating: returned)) were returned"
        }
        return nil
    }
}
