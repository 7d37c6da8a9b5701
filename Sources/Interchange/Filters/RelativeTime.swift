public import Works

/// A moment as people type it: RFC 3339, a date, or an age such as `90d` or `24h`.
public enum RelativeTime {
    /// The moment that `text` means, seen from `now`; a date is its beginning in UTC.
    ///
    /// - Returns: Nil if it is none of the three.
    public static func instant(_ text: String, now: Instant) -> Instant? {
        if let instant = Instant(text) { return instant }
        if let date = CivilDate(text) { return Instant(year: date.year, month: date.month, day: date.day) }
        let units: [Character: Int64] = ["m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let amount = Int64(text.dropLast()),
            (0...100_000).contains(amount)
        else { return nil }
        return (now - amount * unit).clamped
    }
}
