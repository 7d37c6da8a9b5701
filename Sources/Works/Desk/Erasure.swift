/// One thing that was taken away for good and that a restored backup must not bring back.
///
/// It names what was erased by an id that says nothing about anybody, and never what it was.
public struct Erasure: Hashable, Sendable {
    public var kind: Kind
    /// Name of the thing, without white space: see ``Kind``.
    public var id: String
    /// When it was taken away.
    public var at: Instant

    public init(_ kind: Kind, _ id: String, at: Instant) {
        self.kind = kind
        self.id = id
        self.at = at
    }

    public init(_ kind: Kind, _ work: WorkID, at: Instant) { self.init(kind, work.description, at: at) }

    /// Kind of erasure. A raw value, so that a program can tell the kinds of a newer one.
    public struct Kind: RawRepresentable, Hashable, Sendable, Comparable {
        public var rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        /// The contact of whoever reported a work; named by the work's id.
        public static let contact = Kind(rawValue: "contact")
        /// Networks that tell a work's followers apart; their number stays. Named by the work's id.
        public static let followers = Kind(rawValue: "followers")
        /// The contact in a report; named by the SHA-256 digest of its token, in hexadecimal digits.
        public static let reportContact = Kind(rawValue: "report-contact")
        /// Words in a report that name a person; named as the report is. A restored report loses all its words.
        public static let reportText = Kind(rawValue: "report-text")
        /// Everything of a report but category and times; named as the report is.
        public static let report = Kind(rawValue: "report")
        /// A work that left the public record; named by its id.
        public static let hidden = Kind(rawValue: "hidden")
        /// A hidden work that came back to it; named by its id.
        public static let shown = Kind(rawValue: "shown")
        /// A text of a work; named by ``Erasure/redacted(_:of:)``.
        public static let redacted = Kind(rawValue: "redacted")
        /// The power of a token; named by ``AccessToken/erasureID``.
        public static let token = Kind(rawValue: "token")

        public static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }
    }
}

extension Erasure {
    /// Name of a text that was redacted: the work's id and the part, `description` or `entry-3`, with a slash between.
    public static func redacted(_ part: RedactedPart, of work: WorkID) -> String {
        switch part {
        case .field(let field): "\(work)/\(field.rawValue)"
        case .entry(let number): "\(work)/entry-\(number)"
        }
    }

    /// Work and part that were redacted; nil for other kinds of erasures.
    public var redaction: (work: WorkID, part: RedactedPart)? {
        let parts = id.split(separator: "/", maxSplits: 1)
        guard kind == .redacted, parts.count == 2, let work = WorkID(String(parts[0])) else { return nil }
        if let field = RedactableField(rawValue: String(parts[1])) { return (work, .field(field)) }
        guard parts[1].hasPrefix("entry-"), let number = Int(parts[1].dropFirst(6)) else { return nil }
        return (work, .entry(number))
    }

    /// The erasure as words of one line: kind, id and time.
    public var line: String { "\(kind.rawValue) \(id) \(at)" }

    /// The erasure that a line names; nil if it is none.
    public init?(line: some StringProtocol) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, !words[1].isEmpty, let at = Instant(String(words[2])) else {
            return nil
        }
        self.init(Kind(rawValue: String(words[0])), String(words[1]), at: at)
    }
}

extension AccessToken {
    /// Name of the token among all that the city ever had. After a restore ids are given out again; together with the moment they are not.
    public var erasureID: String { "\(id)@\(createdAt)" }
}
