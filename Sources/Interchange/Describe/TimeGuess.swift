import Works

/// The form in which a column's values say times.
public struct TimeGuess: Hashable, Sendable {
    /// As a mapping writes them, the most frequent first.
    public var formats: [String]
    /// Rows whose value is read by them.
    public var rows: Int
    /// Frequent values that are no times and hold no digit, such as `NULL`: they mean that there is none.
    public var emptyValues: [String]
    /// A value that is read by none of the formats.
    public var unread: String?
    /// True if each value says its offset from UTC.
    public var hasZone: Bool
    /// True if no value says a time of day, or all say midnight.
    public var isDateOnly: Bool
    /// The other order of day and month, if all values can be read so too.
    public var otherOrder: String?
    /// Earliest and latest value, as the clocks of the source show them.
    public var earliest: String
    public var latest: String

    /// Formats that are tried, the stricter ones first.
    private static let candidates: [TimeFormat] = {
        var texts = ["rfc3339"]
        for separator in ["T", " "] {
            for time in ["%H:%M:%S", "%H:%M:%S.%f", "%H:%M"] {
                for zone in ["", "%z", " %z"] { texts.append("%Y-%m-%d\(separator)\(time)\(zone)") }
            }
        }
        texts.append("date")
        texts += ["%Y%m%dT%H%M%S", "%Y%m%dT%H%M%S%z"]
        let dates = [
            "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d.%m.%y", "%Y/%m/%d", "%Y.%m.%d", "%m/%d/%y", "%d/%m/%y", "%d-%m-%Y",
            "%m-%d-%Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%b %d, %Y", "%b %d %Y",
        ]
        let times = [
            "", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M:%S %p", " %I:%M %p", " %I:%M%p", ", %H:%M", ", %H:%M:%S",
            "T%H:%M:%S",
        ]
        for date in dates { for time in times { texts.append(date + time) } }
        return texts.compactMap { try? TimeFormat($0) }
    }()

    private static let whole: [TimeFormat] = ["%Y%m%d", "unix", "unix_ms"].compactMap { try? TimeFormat($0) }

    /// Moments that are taken for times: 1970 would be any small number.
    private static let plausible = Instant(year: 1975, month: 1, day: 1)...Instant(year: 2100, month: 1, day: 1)

    /// A guess for a column; nil if it does not look like times.
    ///
    /// - Parameter isNamed: True if the column's name speaks of a time, so that mere numbers may be one.
    init?(_ values: [(text: String, count: Int)], isNamed: Bool) {
        let all = values.reduce(0) { $0 + $1.count }
        let timed = values.filter {
            $0.text.utf8.count >= 6 && $0.text.utf8.count <= 40 && $0.text.contains(where: \.isNumber)
        }
        guard !timed.isEmpty else { return nil }
        let areNumbers = timed.allSatisfy { Int64($0.text) != nil }
        guard !areNumbers || isNamed else { return nil }
        // Values from the whole column choose among the formats, as there are many of these.
        let probes = stride(from: 0, to: timed.count, by: max(1, timed.count / 40)).map { timed[$0].text }
        let candidates = (areNumbers ? Self.whole : Self.candidates).filter { format in
            probes.contains { Self.seconds($0, format) != nil }
        }

        let timedRows = timed.reduce(0) { $0 + $1.count }
        var rest = timed
        var formats: [TimeFormat] = []
        var read = 0
        var range: (Int64, Int64)?
        var other: String?
        var isMidnight = true
        while !rest.isEmpty, formats.count < 3 {
            var best: (format: TimeFormat, rows: Int)?
            for format in candidates {
                let rows = rest.reduce(0) { $0 + (Self.seconds($1.text, format) == nil ? 0 : $1.count) }
                if rows > best?.rows ?? 0 { best = (format, rows) }
            }
            guard let best, best.rows * 50 > timedRows else { break }
            if formats.isEmpty { other = Self.swapped(best.format, rest) }
            formats.append(best.format)
            read += best.rows
            for value in rest {
                guard let seconds = Self.seconds(value.text, best.format) else { continue }
                range = range.map { (min($0.0, seconds), max($0.1, seconds)) } ?? (seconds, seconds)
                if seconds % 86_400 != 0 { isMidnight = false }
            }
            rest.removeAll { Self.seconds($0.text, best.format) != nil }
        }
        guard let range, !formats.isEmpty else { return nil }
        let others = values.filter { !$0.text.contains(where: \.isNumber) && $0.text.count <= 20 }
        let unnamed = others.reduce(0) { $0 + $1.count }
        guard (read + unnamed) * 10 >= all * 9, read * 2 > all || others.count <= 5 else { return nil }

        self.rows = read
        self.formats = formats.map(\.text)
        emptyValues = others.sorted { ($1.count, $0.text) < ($0.count, $1.text) }.prefix(8).map(\.text)
        unread = rest.first?.text
        otherOrder = other
        hasZone = formats.allSatisfy { format in
            timed.allSatisfy { value in
                guard case .local? = Self.read(value.text, format) else { return true }
                return false
            }
        }
        isDateOnly = isMidnight
        earliest = Instant(secondsSinceEpoch: range.0).description
        latest = Instant(secondsSinceEpoch: range.1).description
        if hasZone, isMidnight, !areNumbers, let tail = Self.midnightTail(timed.map(\.text)) {
            // A date that is written as midnight of UTC is a date of the city, and no moment of the evening before.
            self.formats = ["%Y-%m-%d" + tail]
            hasZone = false
        }
        if !hasZone {
            earliest = String(earliest.dropLast())
            latest = String(latest.dropLast())
        }
    }

    private static func read(_ text: String, _ format: TimeFormat) -> TimeFormat.Reading? {
        var text = text
        return text.withUTF8 { format.read($0) }
    }

    private static func seconds(_ text: String, _ format: TimeFormat) -> Int64? {
        let seconds: Int64
        switch read(text, format) {
        case .instant(let instant)?: seconds = instant.secondsSinceEpoch
        case .local(let local, _)?: seconds = local
        case nil: return nil
        }
        return plausible.contains(Instant(secondsSinceEpoch: seconds)) ? seconds : nil
    }

    /// The same format with day and month the other way round, if it reads all values too.
    private static func swapped(_ format: TimeFormat, _ values: [(text: String, count: Int)]) -> String? {
        guard
            format.text.contains("%m/%d") || format.text.contains("%d/%m") || format.text.contains("%m-%d-")
                || format.text.contains("%d-%m-")
        else { return nil }
        let text = format.text.replacing("%m", with: "%1").replacing("%d", with: "%m").replacing("%1", with: "%d")
        guard let other = try? TimeFormat(text) else { return nil }
        return values.allSatisfy { seconds($0.text, format) == nil || seconds($0.text, other) != nil } ? text : nil
    }

    /// The text behind the date in all of these, if it is the same midnight.
    private static func midnightTail(_ texts: [String]) -> String? {
        guard let first = texts.first, first.utf8.count > 10 else { return nil }
        let tail = String(first.dropFirst(10))
        guard tail.hasPrefix("T00:00") || tail.hasPrefix(" 00:00"),
            texts.allSatisfy({ $0.hasSuffix(tail) && $0.count == first.count })
        else { return nil }
        // A `Z` that stands for itself would say UTC; `%Z` passes over it.
        let passed = tail.hasSuffix("Z") ? String(tail.dropLast()) + "%Z" : tail
        return (try? TimeFormat("%Y-%m-%d" + passed)) == nil ? tail : passed
    }
}
