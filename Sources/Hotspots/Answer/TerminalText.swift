extension String {
    /// The text with everything spelled out that a terminal would obey instead of showing.
    ///
    /// Control characters (ECMA-48), line separators and the marks that turn the direction of writing become the six characters that JSON has
    /// for them, `\u001b` for an escape. JSON text therefore stays the same JSON.
    ///
    /// - Parameter kept: Control characters that stay: a line feed between the lines of a text that is printed as a whole.
    public func escapedForTerminal(keeping kept: Unicode.Scalar...) -> String {
        // Nearly all text is plain ASCII or has no such characters.
        guard !utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { return self }
        guard unicodeScalars.contains(where: { Self.isObeyed($0) && !kept.contains($0) }) else { return self }
        var text = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            guard Self.isObeyed(scalar), !kept.contains(scalar) else {
                text.append(scalar)
                continue
            }
            let digits = String(scalar.value, radix: 16)
            text.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars)
        }
        return String(text)
    }

    private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // C0, DEL and C1.
        case 0..<0x20, 0x7F..<0xA0: true
        // Line and paragraph separator; marks, embeddings, overrides and isolates of the bidirectional algorithm (UAX #9).
        case 0x2028, 0x2029, 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
