import Geometry

/// A place in the text of one column.
enum PlaceColumn {
    /// WKT or EWKT; besides WKB in hexadecimal digits, and `(latitude, longitude)` as open data portals write it.
    static func wkt(_ text: UnsafeBufferPointer<UInt8>) throws(RowRefusal) -> WKT.Reading {
        switch text.first {
        case UInt8(ascii: "0"): try wkb(text)
        case UInt8(ascii: "("): try pair(text, isLatitudeFirst: true)
        default: try WKT.read(text)
        }
    }

    // MARK: WKB

    /// WKB or EWKB in hexadecimal digits, also behind `\\x` or `0x`.
    static func wkb(_ text: UnsafeBufferPointer<UInt8>) throws(RowRefusal) -> WKT.Reading {
        var digits = text[...]
        if digits.starts(with: Array("\\x".utf8)) || digits.starts(with: Array("0x".utf8)) {
            digits = digits.dropFirst(2)
        }
        guard digits.count % 2 == 0 else { throw RowRefusal("the geometry is not WKB: half a byte is left over") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        var index = digits.startIndex
        while index < digits.endIndex {
            guard let high = digit(digits[index]), let low = digit(digits[index + 1]) else {
                throw RowRefusal(
                    "the geometry is not WKB: hexadecimal digits expected (at character \(index - text.startIndex + 1))"
                )
            }
            bytes.append(high << 4 | low)
            index += 2
        }
        do throws(WKBError) {
            let geometry = try WKB.decode(bytes)
            var isNowhere = geometry.isEmpty
            if case .point(let point) = geometry { isNowhere = point.longitude.isNaN && point.latitude.isNaN }
            return WKT.Reading(geometry: isNowhere ? nil : geometry, system: nil, hasFurtherOrdinates: false)
        } catch {
            throw RowRefusal("the geometry is not WKB: \(error)")
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }

    // MARK: Two numbers

    /// Two numbers: `(42.34, -71.06)`, `42.34,-71.06`, `42.34 -71.06`, `42,34; -71,06`, also in parentheses behind an address.
    static func pair(_ text: UnsafeBufferPointer<UInt8>, isLatitudeFirst: Bool) throws(RowRefusal) -> WKT.Reading {
        let whole = String(decoding: text, as: UTF8.self)
        var inner = whole[...]
        if let close = inner.lastIndex(of: ")") {
            guard let open = inner[..<close].lastIndex(of: "(") else { throw refusal(whole, isLatitudeFirst) }
            inner = inner[inner.index(after: open)..<close]
        }
        let compact = String(inner).replacing(/\s+(?=[NSEWnsew]\b)/, with: "")
        let numbers = parts(of: compact[...]).compactMap(number)
        guard numbers.count == 2 else { throw refusal(whole, isLatitudeFirst) }
        let (latitude, longitude) = isLatitudeFirst ? (numbers[0], numbers[1]) : (numbers[1], numbers[0])
        guard latitude.magnitude <= 90 else {
            let other = isLatitudeFirst ? "lon_lat" : "lat_lon"
            throw RowRefusal(
                "“\(whole)”: \(latitude) is no latitude; with the numbers the other way round write `\(other)` in the mapping"
            )
        }
        return WKT.Reading(
            geometry: .point(Coordinate(longitude: longitude, latitude: latitude)), system: nil,
            hasFurtherOrdinates: false)
    }

    /// Two texts, of which each may have a decimal comma.
    private static func parts(of text: Substring) -> [Substring] {
        if text.contains(";") { return text.split(separator: ";", omittingEmptySubsequences: false) }
        let words = text.split(whereSeparator: \.isWhitespace).filter { $0 != "," }
        if words.count == 2 { return [words[0].last == "," ? words[0].dropLast() : words[0], words[1]] }
        guard words.count == 1 else { return [] }
        let commas = words[0].indices.filter { words[0][$0] == "," }
        guard commas.count == 1 || commas.count == 3 else { return [] }
        let middle = commas[commas.count / 2]
        return [words[0][..<middle], words[0][words[0].index(after: middle)...]]
    }

    /// A number of degrees, also with `°` and the letter of a direction behind it.
    private static func number(_ part: Substring) -> Double? {
        var text = String(part.trimmingSpaces())
        let direction = text.last.map(String.init)?.uppercased() ?? ""
        let isMarked = ["N", "S", "E", "W"].contains(direction)
        if isMarked { text.removeLast() }
        if text.hasSuffix("°") { text.removeLast() }
        guard let value = text.withUTF8({ Decimal.parse($0) }) else { return nil }
        return isMarked && (direction == "S" || direction == "W") ? -value : value
    }

    private static func refusal(_ text: String, _ isLatitudeFirst: Bool) -> RowRefusal {
        RowRefusal("“\(text)” is not \(isLatitudeFirst ? "(latitude, longitude)" : "(longitude, latitude)")")
    }
}
