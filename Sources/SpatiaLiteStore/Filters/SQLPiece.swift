/// A piece of SQL and the values of its parameters, in order. Values never stand in the text.
///
///     let piece: SQLPiece = "\(column) >= \(value: .text("2026"))"    // due_at >= ?
struct SQLPiece: ExpressibleByStringInterpolation {
    private(set) var text: String
    private(set) var values: [SQLValue]

    init(text: String, values: [SQLValue] = []) {
        self.text = text
        self.values = values
    }

    init(stringLiteral text: String) {
        self.init(text: text)
    }

    init(stringInterpolation pieces: StringInterpolation) {
        self.init(text: pieces.text, values: pieces.values)
    }

    struct StringInterpolation: StringInterpolationProtocol {
        var text = ""
        var values: [SQLValue] = []

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation(_ piece: SQLPiece) {
            text += piece.text
            values += piece.values
        }

        /// A value, by a parameter.
        mutating func appendInterpolation(value: SQLValue) {
            text += "?"
            values.append(value)
        }

        /// A name or an operator of the program's own, never something that came from outside.
        mutating func appendInterpolation(name: String) { text += name }
    }
}

extension [SQLPiece] {
    /// The longest chain of operators that is written without parentheses: the engine's tree of a chain is as deep as the chain is long.
    private static var longestChain: Int { 200 }

    /// The pieces with an operator or a comma between them.
    func joined(by separator: String) -> SQLPiece {
        SQLPiece(text: map(\.text).joined(separator: separator), values: flatMap(\.values))
    }

    /// The conditions joined by AND or OR, each in parentheses if it has to be by its own.
    func chained(by word: String) -> SQLPiece {
        guard count > Self.longestChain else { return joined(by: " \(word) ") }
        let chunks = stride(from: 0, to: count, by: Self.longestChain).map { start -> SQLPiece in
            "(\(Array(self[start..<Swift.min(start + Self.longestChain, count)]).joined(by: " \(word) ")))"
        }
        return chunks.joined(by: " \(word) ")
    }
}
