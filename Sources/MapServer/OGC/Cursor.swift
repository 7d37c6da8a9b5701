import HTTPEdge
import Works

/// Where a page of features starts: after the feature with this number. To clients it is an opaque text.
///
/// Numbers never change and grow with insertion, so features that exist throughout are neither skipped nor repeated however much is
/// written in between, and every page costs the same.
struct Cursor: Hashable, Sendable {
    var number: Int64

    /// Numbers that features can have; 0 is before the first.
    private static let numbers = 0...Int64(1) << 52

    /// What the texts look like.
    static let pattern = "^[0-9a-z]{4,16}$"

    /// The letters at the end that follow from the number, so that a text which was cut, mistyped or made up is told from a place.
    private static let checkLength = 3

    init(number: Int64) {
        self.number = number
    }

    /// - Throws: ``Problem`` if no server of this kind made the text.
    init(_ text: String) throws(Problem) {
        guard (4...16).contains(text.utf8.count), let number = Int64(text.dropLast(Self.checkLength), radix: 36),
            Self.numbers.contains(number), case let cursor = Cursor(number: number), cursor.text == text
        else {
            throw .malformedParameter(
                "cursor",
                "“\(text.prefix(40))” is no cursor from a next link; links are to be followed as they are, from the first page on"
            )
        }
        self = cursor
    }

    /// The number and its check letters, both to the base of 36.
    var text: String {
        // The golden ratio's multiple spreads every bit of the number over the upper ones.
        let spread = (UInt64(bitPattern: number) &+ 1) &* 0x9E37_79B9_7F4A_7C15
        let letters = String((spread >> 24) % 46_656, radix: 36)
        return String(number, radix: 36) + String(repeating: "0", count: Self.checkLength - letters.count) + letters
    }
}
