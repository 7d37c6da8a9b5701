/// How many rows were refused for each reason. Reasons are one when they differ in numbers and quoted values alone; what differs in them is left out.
public struct RefusalReasons: Hashable, Sendable {
    private struct Rows: Hashable {
        /// Those that are the same in all rows.
        var values: [String?]
        var count: Int
    }

    /// By the text around the values.
    private var reasons: [[String]: Rows] = [:]

    public init() {}

    /// True if no row was refused.
    public var isEmpty: Bool { reasons.isEmpty }

    mutating func add(_ reason: String) {
        let (texts, values) = Self.split(reason)
        add(texts, Rows(values: values, count: 1))
    }

    mutating func add(_ other: RefusalReasons) {
        for (texts, rows) in other.reasons { add(texts, rows) }
    }

    private mutating func add(_ texts: [String], _ rows: Rows) {
        guard let known = reasons[texts] else { return reasons[texts] = rows }
        reasons[texts] = Rows(
            values: zip(known.values, rows.values).map { $0 == $1 ? $0 : nil }, count: known.count + rows.count)
    }

    /// The reasons and how many rows each of them met, the most frequent first.
    public var all: [(reason: String, count: Int)] {
        reasons.map { texts, rows in
            let values = rows.values.map { $0 ?? "…" } + [""]
            return (zip(texts, values).map { $0 + $1 }.joined(), rows.count)
        }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }

    /// A reason as text, value, text …, text: values are numbers and what stands in quotes.
    private static func split(_ reason: String) -> (texts: [String], values: [String]) {
        var texts: [String] = []
        var values: [String] = []
        var rest = reason[...]
        for match in reason.matches(of: /“([^”]*)”|[0-9]+(?:\.[0-9]+)?/) {
            let value = match.1 ?? match.0
            texts.append(String(rest[..<value.startIndex]))
            values.append(String(value))
            rest = reason[value.endIndex...]
        }
        return (texts + [String(rest)], values)
    }
}
