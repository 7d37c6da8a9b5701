import Works

/// Where a page of features starts: after the feature with this number. To clients it is an opaque text.
///
/// Numbers never change and grow with insertion, so features that exist throughout are neither skipped nor repeated however much is
/// written in between, and every page costs the same.
struct Cursor: Hashable, Sendable {
    var number: Int64

    /// What the texts look like; every text that does is the place of some feature, past or to come.
    static let pattern = "^[0-9a-z]{1,12}$"

    init(number: Int64) {
        self.number = number
    }

    /// - Throws: ``Problem`` if no server of this kind made the text.
    init(_ text: String) throws(Problem) {
        let isPlain =
            (1...12).contains(text.utf8.count)
            && text.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) }
        guard isPlain, let number = Int64(text, radix: 36) else {
            throw .malformedParameter("cursor", "“\(text.prefix(40))” is no cursor from a next link")
        }
        self.number = number
    }

    var text: String { String(number, radix: 36) }
}
