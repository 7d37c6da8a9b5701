/// A telephone number, compared by its digits: `8 (927) 123-45-67`, `+7 927 1234567` and `9271234567` are one.
public struct PhoneNumber: Hashable, Sendable {
    /// The digits with the country's code and without `+`; those of a local number as they are.
    public let digits: String
    /// Digits by which a text may name the number.
    private let forms: [String]

    /// Counts of digits of a number: from those of small towns to those of ITU-T E.164.
    public static let digitCounts = 5...15

    /// - Throws: ``PersonAddressError/noPhone(_:)`` if the text is anything but one whole number.
    public init(_ text: String) throws(PersonAddressError) {
        var number = text.unicodeScalars[...]
        if number.starts(with: "tel:".unicodeScalars) { number = number.dropFirst(4) }
        guard number.allSatisfy({ Self.digit($0) != nil || Self.isBetweenDigits($0) || $0 == "+" }),
            case let runs = Self.runs(in: Substring(number)), runs.count == 1,
            Self.digitCounts.contains(runs[0].digits.count)
        else { throw .noPhone(text) }
        digits = Self.canonical(runs[0])
        if digits.count == 11, digits.hasPrefix("7") {
            forms = [digits, "8" + digits.dropFirst(), String(digits.dropFirst())]
        } else if digits.count > 7 {
            forms = [digits, "00" + digits, "810" + digits]
        } else {
            forms = [digits]
        }
    }

    /// True if the field of a contact has this number, as a whole or beside others.
    func isNamed(inField text: String) -> Bool {
        if Self.runs(in: text[...]).contains(where: { Self.canonical($0) == digits }) { return true }
        // Two numbers that only a space divides. A local number would be found in those of other towns.
        return digits.count >= 10 && !ranges(in: text).isEmpty
    }

    /// Place in a text that has this number, however it is divided.
    func ranges(in text: String) -> [Range<String.Index>] {
        var found: [Range<String.Index>] = []
        let longest = forms.map(\.count).max() ?? 0
        for run in Self.runs(in: text[...]) {
            var first = 0
            // After a country's code nothing else is a number of its own.
            let isOne = run.isInternational && run.digits.count <= Self.digitCounts.upperBound
            search: while first < (isOne ? 1 : run.groups.count) {
                var joined = ""
                for last in first..<run.groups.count {
                    joined += run.groups[last].digits
                    if joined.count > longest { break }
                    guard forms.contains(joined) else { continue }
                    found.append(run.groups[first].range.lowerBound..<run.groups[last].range.upperBound)
                    first = last + 1
                    continue search
                }
                first += 1
            }
        }
        return found
    }

    // MARK: Reading

    /// Groups of digits with nothing but the usual marks between them.
    private struct Run {
        var groups: [(digits: String, range: Range<String.Index>)] = []
        /// True after a `+`.
        var isInternational = false

        var digits: String { groups.map(\.digits).joined() }
    }

    private static func runs(in text: Substring) -> [Run] {
        guard text.utf8.contains(where: { $0 >= 0x30 && $0 <= 0x39 || $0 >= 0x80 }) else { return [] }
        var runs: [Run] = []
        var run = Run()
        var (digits, start) = ("", text.startIndex)
        var gap = 0
        func endGroup(_ end: String.Index) {
            guard !digits.isEmpty else { return }
            run.groups.append((digits, start..<end))
            digits = ""
        }
        func endRun(_ end: String.Index) {
            endGroup(end)
            if !run.groups.isEmpty { runs.append(run) }
            run = Run()
        }
        let scalars = text.unicodeScalars
        for index in scalars.indices {
            let scalar = scalars[index]
            if let digit = digit(scalar) {
                if digits.isEmpty { start = index }
                digits.append(digit)
                gap = 0
            } else if scalar == "+" {
                endRun(index)
                run.isInternational = true
                gap = 0
            } else if isBetweenDigits(scalar), gap < 3 {
                endGroup(index)
                gap += 1
            } else {
                endRun(index)
            }
        }
        endRun(text.endIndex)
        return runs
    }

    /// The digits of a number as ``digits`` has them.
    private static func canonical(_ run: Run) -> String {
        let digits = run.digits
        if run.isInternational { return digits }
        if digits.count > 11 {
            // Out of Russia by 00 or 8~10.
            if digits.hasPrefix("810") { return String(digits.dropFirst(3)) }
            if digits.hasPrefix("00") { return String(digits.dropFirst(2)) }
        }
        if digits.count == 11, digits.hasPrefix("8") { return "7" + digits.dropFirst() }
        return digits.count == 10 ? "7" + digits : digits
    }

    private static func digit(_ scalar: Unicode.Scalar) -> Character? {
        if scalar.isASCII { return scalar.value >= 0x30 && scalar.value <= 0x39 ? Character(scalar) : nil }
        guard scalar.properties.generalCategory == .decimalNumber, let value = scalar.properties.numericValue else {
            return nil
        }
        return Character(String(Int(value)))
    }

    private static func isBetweenDigits(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        // A tab is another cell, and a line feed another line.
        case " ", "-", "(", ")", ".", "/", "~", "\u{A0}", "\u{2009}", "\u{202F}", "\u{2010}"..."\u{2015}", "\u{2212}":
            true
        default: false
        }
    }
}
