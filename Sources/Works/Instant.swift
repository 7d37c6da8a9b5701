import Glibc

/// A moment in UTC with a resolution of one second, written as RFC 3339 with `Z`: `2026-11-23T09:00:00Z`.
///
/// The text has a fixed width for the years 0000…9999, so that texts order as the moments do; the database relies on it.
public struct Instant: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
    public var secondsSinceEpoch: Int64

    @inlinable
    public init(secondsSinceEpoch: Int64) {
        self.secondsSinceEpoch = secondsSinceEpoch
    }

    /// The moments that have a text: the years 0000…9999 in UTC.
    public static let range = Instant(secondsSinceEpoch: -62_167_219_200)...Instant(secondsSinceEpoch: 253_402_300_799)

    /// The moment, or the nearest one that has a text.
    public var clamped: Instant { min(max(self, Self.range.lowerBound), Self.range.upperBound) }

    /// A date and time of day of the proleptic Gregorian calendar in UTC; the fields must be in range.
    public init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
        secondsSinceEpoch = Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }

    /// The present moment, by the system's clock.
    public static var now: Instant { Instant(secondsSinceEpoch: Int64(time(nil))) }

    @inlinable
    public static func < (a: Instant, b: Instant) -> Bool { a.secondsSinceEpoch < b.secondsSinceEpoch }

    @inlinable
    public static func + (instant: Instant, seconds: Int64) -> Instant {
        Instant(secondsSinceEpoch: instant.secondsSinceEpoch + seconds)
    }

    @inlinable
    public static func - (instant: Instant, seconds: Int64) -> Instant {
        Instant(secondsSinceEpoch: instant.secondsSinceEpoch - seconds)
    }

    /// Seconds from `b` to `a`.
    @inlinable
    public static func - (a: Instant, b: Instant) -> Int64 { a.secondsSinceEpoch - b.secondsSinceEpoch }
}

// MARK: - Text

extension Instant: CustomStringConvertible {
    /// RFC 3339 in UTC, always 20 characters: `2026-11-23T09:00:00Z`.
    public var description: String {
        String(unsafeUninitializedCapacity: 20) { buffer in
            write(to: buffer)
            return 20
        }
    }

    /// Writes the 20 characters of ``description`` to the start of `buffer`, which must have room for them.
    ///
    /// What is before the year 0000 or after 9999 is written as the first or last moment of them, so that texts keep their order.
    public func write(to buffer: UnsafeMutableBufferPointer<UInt8>) {
        let secondsSinceEpoch = clamped.secondsSinceEpoch
        let days = Int(secondsSinceEpoch.floorDivided(by: 86_400))
        let second = Int(secondsSinceEpoch) - days * 86_400
        let date = CivilDate(daysSinceEpoch: days)
        func put(_ value: Int, at offset: Int) {
            buffer[offset] = UInt8(48 + value / 10 % 10)
            buffer[offset + 1] = UInt8(48 + value % 10)
        }
        put(date.year / 100, at: 0)
        put(date.year % 100, at: 2)
        put(date.month, at: 5)
        put(date.day, at: 8)
        put(second / 3600, at: 11)
        put(second / 60 % 60, at: 14)
        put(second % 60, at: 17)
        buffer[4] = UInt8(ascii: "-")
        buffer[7] = UInt8(ascii: "-")
        buffer[10] = UInt8(ascii: "T")
        buffer[13] = UInt8(ascii: ":")
        buffer[16] = UInt8(ascii: ":")
        buffer[19] = UInt8(ascii: "Z")
    }
}

extension Instant: LosslessStringConvertible {
    /// Reads an RFC 3339 date-time with any offset; fractions of a second are cut off. Nil for anything else, and for what its offset puts
    /// before the year 0000 or after 9999 in UTC.
    public init?(_ text: String) {
        var text = text
        guard let instant = text.withUTF8({ Instant(rfc3339: $0) }) else { return nil }
        self = instant
    }

    /// Reads an RFC 3339 date-time from UTF-8, as ``init(_:)`` does, without making a string.
    public init?(rfc3339 utf8: UnsafeBufferPointer<UInt8>) {
        guard utf8.count >= 20 else { return nil }
        var valid = true
        func two(_ offset: Int) -> Int {
            let tens = Int(utf8[offset]) - 48
            let ones = Int(utf8[offset + 1]) - 48
            if !(0...9).contains(tens) || !(0...9).contains(ones) { valid = false }
            return tens * 10 + ones
        }
        let date = CivilDate(year: two(0) * 100 + two(2), month: two(5), day: two(8))
        let (hour, minute, second) = (two(11), two(14), two(17))
        guard valid, date.isValid, hour < 24, minute < 60, second <= 60,
            utf8[4] == UInt8(ascii: "-"), utf8[7] == UInt8(ascii: "-"), utf8[13] == UInt8(ascii: ":"),
            utf8[16] == UInt8(ascii: ":"),
            utf8[10] == UInt8(ascii: "T") || utf8[10] == UInt8(ascii: "t") || utf8[10] == UInt8(ascii: " ")
        else { return nil }

        var position = 19
        if utf8[position] == UInt8(ascii: ".") {
            position += 1
            let start = position
            while position < utf8.count, (48...57).contains(utf8[position]) { position += 1 }
            guard position > start, position < utf8.count else { return nil }
        }
        var offset = 0
        switch utf8[position] {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"):
            guard position + 1 == utf8.count else { return nil }
        case let sign where sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"):
            guard position + 6 == utf8.count, utf8[position + 3] == UInt8(ascii: ":") else { return nil }
            let (hours, minutes) = (two(position + 1), two(position + 4))
            guard valid, hours < 24, minutes < 60 else { return nil }
            offset = (hours * 60 + minutes) * (sign == UInt8(ascii: "+") ? 60 : -60)
        default: return nil
        }
        secondsSinceEpoch =
            Int64(date.daysSinceEpoch) * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset)
        guard Self.range.contains(self) else { return nil }
    }
}

// MARK: - Calendar

/// A day of the proleptic Gregorian calendar.
///
/// Conversion: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil` and `civil_from_days`.
public struct CivilDate: Hashable, Comparable, Sendable {
    public var year: Int
    /// 1…12.
    public var month: Int
    /// 1…31.
    public var day: Int

    public init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Whether the month has such a day.
    public var isValid: Bool {
        guard (1...12).contains(month), day >= 1 else { return false }
        return day <= Self.daysInMonth(month, year: year)
    }

    /// The length of a month of 1…12, in days.
    public static func daysInMonth(_ month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01.
    public var daysSinceEpoch: Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.floorDivided(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    public init(daysSinceEpoch: Int) {
        let shifted = daysSinceEpoch + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    public static func < (a: CivilDate, b: CivilDate) -> Bool {
        (a.year, a.month, a.day) < (b.year, b.month, b.day)
    }
}

extension BinaryInteger {
    /// The quotient rounded towards minus infinity.
    func floorDivided(by divisor: Self) -> Self {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

extension CivilDate: LosslessStringConvertible {
    /// Reads `YYYY-MM-DD`; nil for anything else and for days that no month has.
    public init?(_ description: String) {
        let parts = description.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
        guard isValid else { return nil }
    }

    /// `YYYY-MM-DD`.
    public var description: String { String(Instant(year: year, month: month, day: day).description.prefix(10)) }
}
