/// Scalars of YAML as people write them: bare where that is safe, in double quotes otherwise.
enum YAMLText {
    private static let words: Set<String> = ["true", "false", "yes", "no", "on", "off", "null", "y", "n", "~"]

    static func scalar(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

    /// True if a parser reads the text as it stands, in flow and block style.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.first, let last = text.last, first.isLetter || first == "_", last != " ",
            !words.contains(text.lowercased()), !text.lowercased().hasPrefix("0x")
        else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                || " _-./()?+".unicodeScalars.contains(scalar)
        } && text.unicodeScalars.allSatisfy { $0.value != 0x2028 && $0.value != 0x2029 }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            default:
                let value = scalar.value
                if value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029
                    || value == 0xFEFF
                    || (0x200B...0x200F).contains(value) || (0x202A...0x202E).contains(value)
                    || (0x2066...0x2069).contains(value) || value == 0xA0
                {
                    let digits = String(value, radix: 16, uppercase: true)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }

    /// A text for a comment: one line, and nothing in it that a terminal would obey.
    static func comment(_ text: String, length: Int = 60) -> String {
        let line = String(String.UnicodeScalarView(text.unicodeScalars.map { isPrintable($0) ? $0 : " " }))
        return line.count > length ? String(line.prefix(length - 1)) + "…" : line
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}
