/// Room in memory where a piece of JSON text is put down, part by part.
///
/// ``JSONWriter`` grows its buffer once for a whole feature and hands out the new room as a block: the parts are then stored where they
/// belong, without a look at the buffer for each. Commas are the caller's. The memory is raw, but every function checks that what it
/// may store fits: whoever asks for too little room is stopped, nothing is overwritten.
public struct JSONBlock: ~Copyable {
    @usableFromInline var place: UnsafeMutablePointer<UInt8>
    @usableFromInline let end: UnsafeMutablePointer<UInt8>

    init(_ room: UnsafeMutableBufferPointer<UInt8>) {
        place = room.baseAddress!
        end = place + room.count
    }

    /// What a text of so many octets may take: all of it escaped, its quotes, and a word stored over its end.
    @inlinable
    public static func room(forText count: Int) -> Int { 6 * count + 16 }

    /// What a whole number may take.
    @inlinable
    public static var integerRoom: Int { 24 }

    /// What a position and a comma may take.
    static var positionRoom: Int { 2 * OrdinateText.room + 8 }

    /// Text that is JSON as it stands.
    @inlinable @inline(__always)
    public mutating func text(_ text: StaticString) {
        let count = text.utf8CodeUnitCount
        precondition(end - place >= count)
        place.update(from: text.utf8Start, count: count)
        place += count
    }

    /// Text that is JSON as it stands.
    @inlinable
    public mutating func raw(_ json: UnsafeBufferPointer<UInt8>) {
        precondition(end - place >= json.count)
        guard let base = json.baseAddress else { return }
        place.update(from: base, count: json.count)
        place += json.count
    }

    /// A string from bytes that should be UTF-8; each byte that is not becomes U+FFFD.
    public mutating func string(_ utf8: UnsafeBufferPointer<UInt8>) {
        precondition(end - place >= Self.room(forText: utf8.count))
        place[0] = UInt8(ascii: "\"")
        place += 1
        if let base = utf8.baseAddress {
            let plain = ByteScan.copyPlain(from: base, utf8.count, to: place)
            place += plain
            if plain < utf8.count { spell(UnsafeBufferPointer(rebasing: utf8[plain...])) }
        }
        place[0] = UInt8(ascii: "\"")
        place += 1
    }

    /// A string, or `null` for none.
    @inlinable @inline(__always)
    public mutating func string(_ utf8: UnsafeBufferPointer<UInt8>?) {
        if let utf8 { string(utf8) } else { text("null") }
    }

    public mutating func integer(_ value: Int) {
        precondition(end - place >= Self.integerRoom)
        if value < 0 {
            place[0] = UInt8(ascii: "-")
            place += 1
        }
        place = DecimalText.writeDigits(UInt64(value.magnitude), to: place)
    }

    /// A position as an array of two numbers; returns whether both are finite. Those that are not become `null`.
    mutating func position(_ longitude: Double, _ latitude: Double) -> Bool {
        precondition(end - place >= Self.positionRoom)
        guard longitude.magnitude < DecimalText.fixedPointLimit, latitude.magnitude < DecimalText.fixedPointLimit
        else { return outlandish(longitude, latitude) }
        place[0] = UInt8(ascii: "[")
        place = DecimalText.write(longitude, to: place + 1)
        place[0] = UInt8(ascii: ",")
        place = DecimalText.write(latitude, to: place + 1)
        place[0] = UInt8(ascii: "]")
        place += 1
        return true
    }

    /// Positions with a comma behind each; returns whether all are finite.
    ///
    /// - Parameters:
    ///   - source: Where the first position lies, two doubles; the place after the last when it returns.
    ///   - stride: How far it is to the next, in octets: negative if they are written from the last to the first.
    mutating func positions(from source: inout UnsafeRawPointer, stride: Int, count: Int) -> Bool {
        precondition(end - place >= count * Self.positionRoom)
        return OrdinateText.triplets.withUnsafeBufferPointer { triplets in
            let triplets = triplets.baseAddress!
            var isFinite = true
            var (from, place) = (source, place)
            var longitudes = OrdinateText(after: UInt8(ascii: "["))
            var latitudes = OrdinateText(after: UInt8(ascii: ","))
            for _ in 0..<count {
                let longitude = from.loadUnaligned(as: Double.self)
                let latitude = from.loadUnaligned(fromByteOffset: 8, as: Double.self)
                from += stride
                if longitude.magnitude < DecimalText.fixedPointLimit, latitude.magnitude < DecimalText.fixedPointLimit {
                    place = longitudes.write(longitude, to: place, triplets)
                    place = latitudes.write(latitude, to: place, triplets)
                    place[0] = UInt8(ascii: "]")
                    place += 1
                } else {
                    self.place = place
                    if !outlandish(longitude, latitude) { isFinite = false }
                    place = self.place
                }
                place[0] = UInt8(ascii: ",")
                place += 1
            }
            source = from
            self.place = place
            return isFinite
        }
    }

    // MARK: What is rare

    /// A position beyond any fixed point.
    @inline(never)
    private mutating func outlandish(_ longitude: Double, _ latitude: Double) -> Bool {
        text("[")
        copy(longitude.isFinite ? longitude.description : "null")
        text(",")
        copy(latitude.isFinite ? latitude.description : "null")
        text("]")
        return longitude.isFinite && latitude.isFinite
    }

    private mutating func copy(_ text: String) {
        var text = text
        text.withUTF8 { raw($0) }
    }

    /// What follows the plain beginning of a string, up to its closing quote.
    @inline(never)
    private mutating func spell(_ utf8: UnsafeBufferPointer<UInt8>) {
        var rest = utf8
        while true {
            let valid = ByteScan.validUTF8Prefix(rest)
            escape(UnsafeBufferPointer(rebasing: rest[..<valid]))
            guard valid < rest.count else { return }
            text("\u{FFFD}")
            rest = UnsafeBufferPointer(rebasing: rest[(valid + 1)...])
        }
    }

    /// Valid UTF-8 with its quotes, backslashes and control characters escaped.
    private mutating func escape(_ utf8: UnsafeBufferPointer<UInt8>) {
        guard let base = utf8.baseAddress else { return }
        var index = 0
        while true {
            let plain = ByteScan.plainPrefix(base + index, utf8.count - index)
            raw(UnsafeBufferPointer(start: base + index, count: plain))
            index += plain
            guard index < utf8.count else { return }
            switch base[index] {
            case 0x22: text(#"\""#)
            case 0x5C: text(#"\\"#)
            case 0x08: text(#"\b"#)
            case 0x09: text(#"\t"#)
            case 0x0A: text(#"\n"#)
            case 0x0C: text(#"\f"#)
            case 0x0D: text(#"\r"#)
            case let control:
                text(#"\u00"#)
                hexDigit(control >> 4)
                hexDigit(control & 15)
            }
            index += 1
        }
    }

    private mutating func hexDigit(_ value: UInt8) {
        precondition(place < end)
        place[0] = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
        place += 1
    }
}
