package import Geometry
package import Hummingbird

/// The parameters of a request's query, decoded strictly and each at most once.
package struct QueryParameters: Sendable {
    /// In the order of the query.
    package private(set) var pairs: [(name: String, value: String)] = []

    /// The longest query that is looked at, in octets; what is longer was not written by a client of ours.
    package static let maximumLength = 16 * 1024
    package static let maximumCount = 64

    /// - Throws: ``Problem`` for broken escapes, repeated names and queries beyond measure.
    package init(_ query: String?) throws(Problem) {
        guard let query, !query.isEmpty else { return }
        guard query.utf8.count <= Self.maximumLength else { throw .addressTooLong }
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(parts[0], plusIsSpace: true),
                let value = PercentEncoding.decode(parts.count > 1 ? parts[1] : "", plusIsSpace: true)
            else {
                throw .malformedAddress("“\(pair.prefix(60))” in the query is not percent-encoded UTF-8 without NUL")
            }
            guard self[name] == nil else { throw .malformedParameter(name, "given more than once") }
            guard pairs.count < Self.maximumCount else { throw .addressTooLong }
            pairs.append((name, value))
        }
    }

    package init(_ request: Request) throws(Problem) {
        try self.init(request.uri.query)
    }

    /// Parameters for an address of our own.
    package init(_ pairs: [(name: String, value: String)]) {
        self.pairs = pairs
    }

    /// The value of a parameter, or nil if it was not given.
    package subscript(name: String) -> String? {
        pairs.first { $0.name == name }?.value
    }

    package var isEmpty: Bool { pairs.isEmpty }

    /// Refuses every parameter that is not among `known`, where `name.*` stands for all names that begin so.
    package func allow(only known: [String]) throws(Problem) {
        for pair in pairs where !known.contains(where: { Self.admits($0, pair.name) }) {
            throw .unknownParameter(pair.name, known: known)
        }
    }

    private static func admits(_ known: String, _ name: String) -> Bool {
        if known == name { return true }
        guard known.hasSuffix(".*") else { return false }
        return name.hasPrefix(known.dropLast()) && name != known
    }

    /// The parameters but for the named ones.
    package func without(_ names: String...) -> QueryParameters {
        var rest = self
        rest.pairs.removeAll { names.contains($0.name) }
        return rest
    }

    /// The parameters that have a value: a form sends all of its fields.
    package var withoutEmpty: QueryParameters { QueryParameters(pairs.filter { !$0.value.isEmpty }) }

    /// The parameters with one set to a new value, at its old place if it was there.
    package func setting(_ name: String, to value: String) -> QueryParameters {
        var changed = self
        if let index = pairs.firstIndex(where: { $0.name == name }) {
            changed.pairs[index].value = value
        } else {
            changed.pairs.append((name, value))
        }
        return changed
    }

    /// The query, encoded again and with a question mark before it; empty if there are no parameters.
    package var encoded: String {
        guard !pairs.isEmpty else { return "" }
        return "?"
            + pairs.map { pair in
                PercentEncoding.encode(pair.name, keeping: "-") + "="
                    + PercentEncoding.encode(pair.value, keeping: ",:/")
            }.joined(separator: "&")
    }

    /// A number of a parameter, which is in the range; nil if it was not given.
    package func number<Number>(_ name: String, in range: NumberRange<Number>) throws(Problem) -> Number? {
        guard let text = self[name] else { return nil }
        do { return try range.number(text) } catch { throw .malformedParameter(name, "\(error)") }
    }

    /// A whole number of a parameter, or nil if it was not given.
    package func integer(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        try number(name, in: NumberRange(range))
    }
}
