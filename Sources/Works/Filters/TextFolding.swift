import Foundation

/// What a comparison of texts has no regard to; the raw values are CQL2's names.
public enum TextFolding: String, Sendable, CaseIterable {
    /// Upper and lower case.
    case caseInsensitive = "casei"
    /// Accents and other marks on letters, so that ё is е and é is e. й, ї and ў are letters of their own, as they are in Unicode's table of
    /// collation, and stay.
    case accentInsensitive = "accenti"

    /// The text with what it has no regard to taken away: two texts are alike if this is the same.
    public func fold(_ text: String) -> String {
        switch self {
        // Up and down again is close to Unicode's full case folding: ß, SS and ss are alike, and so are the two small sigmas.
        case .caseInsensitive: return text.uppercased().lowercased()
        case .accentInsensitive:
            guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
            var plain = String.UnicodeScalarView()
            for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
                if Self.lettersWithMarks.contains(scalar) {
                    plain.append(scalar)
                } else {
                    plain.append(
                        contentsOf: String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars.filter {
                            $0.properties.generalCategory != .nonspacingMark
                        })
                }
            }
            return String(plain)
        }
    }

    private static let lettersWithMarks = Set("йЙїЇўЎ".precomposedStringWithCanonicalMapping.unicodeScalars)
}

/// CQL2's patterns: `%` stands for any characters, `_` for one, and a backslash takes a meaning away.
///
/// A character is a Unicode scalar, as in a database, and letters match themselves only.
public enum LikePattern {
    /// Whether all of a text is as the pattern says.
    ///
    /// Complexity: O(*nm*) at worst; of all `%` only the last is ever gone back to.
    public static func matches(_ pattern: String, _ text: String) -> Bool {
        var (pattern, text) = (pattern, text)
        return pattern.withUTF8 { pattern in text.withUTF8 { matches(pattern, $0) } }
    }

    /// The same for UTF-8 in place.
    public static func matches(_ pattern: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var (p, t) = (0, 0)
        var retry: (pattern: Int, text: Int)?
        while true {
            if p < pattern.count, pattern[p] == UInt8(ascii: "%") {
                p += 1
                retry = (p, t)
                continue
            }
            if p == pattern.count, t == text.count { return true }
            if t < text.count, p < pattern.count {
                if pattern[p] == UInt8(ascii: "_") {
                    p += 1
                    t = scalarEnd(text, t)
                    continue
                }
                let literal = pattern[p] == UInt8(ascii: "\\") && p + 1 < pattern.count ? p + 1 : p
                if pattern[literal] == text[t] {
                    p = literal + 1
                    t += 1
                    continue
                }
            }
            // The last % takes one character more.
            guard let last = retry, last.text < text.count else { return false }
            t = scalarEnd(text, last.text)
            p = last.pattern
            retry = (p, t)
        }
    }

    private static func scalarEnd(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        var end = start + 1
        while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
        return end
    }
}
