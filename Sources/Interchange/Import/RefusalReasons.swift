/// How many rows were refused for each reason. Reasons are one when they differ in numbers and quoted values alone; of quoted values that
/// differ the most frequent are listed with their counts.
public struct RefusalReasons: Hashable, Sendable {
    private struct Rows: Hashable {
        /// Those that are the same in all rows.
        var values: [String?]
        var count: Int
        /// Counts of each text in quotes, for each of the values.
        var quoted: [[String: Int]]

        /// Texts that are counted by themselves.
        static let limit = 200

        mutating func add(_ other: Rows) {
            values = zip(values, other.values).map { $0 == $1 ? $0 : nil }
            count += other.count
            for (index, counts) in other.quoted.enumerated() where quoted.indices.contains(index) {
                for (text, count) in counts where quoted[index].count < Self.limit || quoted[index][text] != nil {
                    quoted[index][text, default: 0] += count
                }
            }
        }

        /// Values that are listed.
        private static let shown = 10

        /// A value as it is told: with counts if there were several in quotes.
        func told(_ index: Int) -> String {
            if let value = values[index] { return value }
            let counts = quoted[index].sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            guard !counts.isEmpty else { return "…" }
            let listed = counts.prefix(Self.shown).map { text, count in
                // A hint behind the quotes stays behind the count.
                guard let end = text.lastIndex(of: "”") else { return "\(text) \(count)" }
                return "\(text[...end]) \(count)\(text[text.index(after: end)...])"
            }
            let rest = count - counts.prefix(Self.shown).reduce(0) { $0 + $1.value }
            return listed.joined(separator: ", ") + (rest > 0 ? ", others \(rest)" : "")
        }
    }

    /// By the text around the values.
    private var reasons: [[String]: Rows] = [:]

    public init() {}

    /// True if no row was refused.
    public var isEmpty: Bool { reasons.isEmpty }

    mutating func add(_ reason: String) {
        let (texts, values) = Self.split(reason)
        let quoted = values.map { $0.hasPrefix("“") ? [$0: 1] : [:] }
        add(texts, Rows(values: values, count: 1, quoted: quoted))
    }

    mutating func add(_ other: RefusalReasons) {
        for (texts, rows) in other.reasons { add(texts, rows) }
    }

    private mutating func add(_ texts: [String], _ rows: Rows) {
        if reasons[texts] == nil { reasons[texts] = rows } else { reasons[texts]?.add(rows) }
    }

    /// The reasons and how many rows each of them met, the most frequent first.
    public var all: [(reason: String, count: Int)] {
        reasons.map { texts, rows in
            let values = rows.values.indices.map(rows.told) + [""]
            return (zip(texts, values).map { $0 + $1 }.joined(), rows.count)
        }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }

    /// A reason as text, value, text …, text: values are numbers, and what stands in quotes with a hint behind it.
    private static func split(_ reason: String) -> (texts: [String], values: [String]) {
        var texts: [String] = []
        var values: [String] = []
        var rest = reason[...]
        for match in reason.matches(of: /“[^”]*”(?: \(is `[^`]*` meant\?\))?|[0-9]+(?:\.[0-9]+)?/) {
            texts.append(String(rest[..<match.range.lowerBound]))
            values.append(String(match.0))
            rest = reason[match.range.upperBound...]
        }
        return (texts + [String(rest)], values)
    }
}
