/// An e-mail address or a telephone number by which a person is looked for.
public enum PersonAddress: Hashable, Sendable {
    case email(EmailAddress)
    case phone(PhoneNumber)

    /// True if a contact names the address in any of its fields.
    public func isNamed(in contact: ReporterContact) -> Bool {
        switch self {
        case .email:
            return contact.texts.contains { !ranges(in: $0).isEmpty }
        case .phone(let number):
            return contact.texts.contains { number.isNamed(inField: $0) }
        }
    }

    /// Place in a text that names the address.
    public func ranges(in text: String) -> [Range<String.Index>] {
        switch self {
        case .email(let address): address.ranges(in: text)
        case .phone(let number): number.ranges(in: text)
        }
    }

    /// A text in which everything that names the address is replaced by `…`; nil if nothing does.
    public func masked(_ text: String) -> String? {
        let found = ranges(in: text)
        guard !found.isEmpty else { return nil }
        var masked = text
        for range in found.reversed() { masked.replaceSubrange(range, with: "…") }
        return masked
    }
}

/// Why a text names no person.
public enum PersonAddressError: Error, Hashable, Sendable, CustomStringConvertible {
    case noEmail(String)
    case noPhone(String)

    public var description: String {
        switch self {
        case .noEmail(let text):
            "“\(text)” is no whole e-mail address; one such as anna@example.org is wanted (nothing stands for other letters)"
        case .noPhone(let text):
            "“\(text)” is no whole telephone number; one of \(PhoneNumber.digitCounts.lowerBound) to "
                + "\(PhoneNumber.digitCounts.upperBound) digits is wanted, such as +7 927 123-45-67 "
                + "(nothing stands for other digits)"
        }
    }
}

extension ReporterContact {
    /// All that was given, field by field.
    var texts: [String] { [email, phone, firstName, lastName, deviceID, accountID].compactMap { $0 } }
}

// MARK: -

/// An e-mail address; compared without regard to case and to the space around it.
public struct EmailAddress: Hashable, Sendable {
    /// The address in lower case.
    public let text: String
    private let local: [Character]
    private let domain: [Character]

    /// - Throws: ``PersonAddressError/noEmail(_:)`` if the text is anything but one whole address.
    public init(_ text: String) throws(PersonAddressError) {
        let folded = text.trimmingSpace.lowercased()
        let parts = folded.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty,
            parts[0].allSatisfy(Self.isPart), parts[1].allSatisfy(Self.isPart)
        else { throw .noEmail(text) }
        self.text = folded
        (local, domain) = (Array(parts[0]), Array(parts[1]))
    }

    /// Place in a text that names the address, as a whole.
    func ranges(in text: String) -> [Range<String.Index>] {
        guard text.utf8.contains(UInt8(ascii: "@")) else { return [] }
        var found: [Range<String.Index>] = []
        for at in text.indices where text[at] == "@" {
            guard let start = Self.walk(text, back: at, local), let end = Self.walk(text, ahead: at, domain),
                start == text.startIndex || !Self.isPart(text[text.index(before: start)]), !Self.goesOn(text, at: end)
            else { continue }
            found.append(start..<end)
        }
        return found
    }

    /// Start of the characters that end before `at`, if they are those.
    private static func walk(_ text: String, back at: String.Index, _ wanted: [Character]) -> String.Index? {
        var index = at
        for character in wanted.reversed() {
            guard index > text.startIndex else { return nil }
            index = text.index(before: index)
            guard isSame(text[index], character) else { return nil }
        }
        return index
    }

    /// End of the characters that begin after `at`, if they are those.
    private static func walk(_ text: String, ahead at: String.Index, _ wanted: [Character]) -> String.Index? {
        var index = text.index(after: at)
        for character in wanted {
            guard index < text.endIndex, isSame(text[index], character) else { return nil }
            index = text.index(after: index)
        }
        return index
    }

    private static func isSame(_ one: Character, _ folded: Character) -> Bool {
        one == folded || one.lowercased() == String(folded)
    }

    /// True if a domain goes on: the full stop of a sentence is no part of it.
    private static func goesOn(_ text: String, at index: String.Index) -> Bool {
        guard index < text.endIndex else { return false }
        let next = text[index]
        if next == "." {
            let after = text.index(after: index)
            return after < text.endIndex && (text[after].isLetter || text[after].isNumber)
        }
        return next.isLetter || next.isNumber || next == "-" || next == "_"
    }

    /// True for a character that an address can have on either side of its `@`, without quoting.
    private static func isPart(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "!#$%&'*+-/=?^_`{|}~.".contains(character)
    }
}

extension String {
    /// The text without space at its ends.
    fileprivate var trimmingSpace: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
