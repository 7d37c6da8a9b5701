/// Passes over bytes that take eight at a time.
enum ByteScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The high bit of each byte that is zero, exact up to the first one.
    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & highs }

    /// The high bit of each byte that a JSON string cannot hold as it is, exact up to the first one.
    @inline(__always)
    private static func specialBytes(_ word: UInt64) -> UInt64 {
        let control = (word &- ones &* 0x20) & ~word & highs
        return control | zeroBytes(word ^ (ones &* 0x22)) | zeroBytes(word ^ (ones &* 0x5C))
    }

    /// How many bytes come before the first quote, backslash or control character.
    @inline(__always)
    static func plainPrefix(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var index = 0
        while index + 8 <= count {
            let special = specialBytes(
                UInt64(littleEndian: UnsafeRawPointer(bytes + index).loadUnaligned(as: UInt64.self)))
            if special != 0 { return index + special.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count, bytes[index] >= 0x20, bytes[index] != 0x22, bytes[index] != 0x5C { index += 1 }
        return index
    }

    /// How many bytes come before the first quote or backslash.
    @inline(__always)
    static func quotePrefix(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var index = 0
        while index + 8 <= count {
            let word = UInt64(littleEndian: UnsafeRawPointer(bytes + index).loadUnaligned(as: UInt64.self))
            let found = zeroBytes(word ^ (ones &* 0x22)) | zeroBytes(word ^ (ones &* 0x5C))
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count, bytes[index] != 0x22, bytes[index] != 0x5C { index += 1 }
        return index
    }

    /// Copies bytes that are ASCII and stand in a JSON string as they are, up to some way before the first that is or does not; returns how
    /// many were copied: all, if there is no such byte. Words are stored whole: up to seven bytes behind the copy lose what they held.
    @inline(__always)
    static func copyPlain(from source: UnsafePointer<UInt8>, _ count: Int, to target: UnsafeMutablePointer<UInt8>)
        -> Int
    {
        let source = UnsafeRawPointer(source)
        let target = UnsafeMutableRawPointer(target)
        var index = 0
        while index + 8 <= count {
            let word = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            guard specialBytes(word) | (word & highs) == 0 else { return index }
            target.storeBytes(of: word.littleEndian, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        guard index < count else { return count }
        // The bytes that are left as one word that starts with them; what is missing is filled with what is plain.
        let left = count - index
        var word: UInt64
        if count >= 8 {
            let last = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
            word = last >> UInt64(8 * (8 - left))
        } else if left >= 4 {
            let first = UInt32(littleEndian: source.loadUnaligned(fromByteOffset: index, as: UInt32.self))
            let last = UInt32(littleEndian: source.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
            word = UInt64(first) | UInt64(last) << UInt64(8 * (left - 4))
        } else {
            // One to three bytes: the first, the middle and the last are all of them.
            let first = source.load(fromByteOffset: index, as: UInt8.self)
            let middle = source.load(fromByteOffset: index + left / 2, as: UInt8.self)
            let last = source.load(fromByteOffset: count - 1, as: UInt8.self)
            word = UInt64(first) | UInt64(middle) << UInt64(8 * (left / 2)) | UInt64(last) << UInt64(8 * (left - 1))
        }
        let filled = word | (ones &* 0x20) << UInt64(8 * left)
        guard specialBytes(filled) | (filled & highs) == 0 else { return index }
        target.storeBytes(of: word.littleEndian, toByteOffset: index, as: UInt64.self)
        return count
    }

    /// Whether no byte has its high bit set.
    @inline(__always)
    static func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var seen: UInt64 = 0
        var index = 0
        while index + 8 <= bytes.count {
            seen |= UnsafeRawPointer(bytes.baseAddress! + index).loadUnaligned(as: UInt64.self)
            index += 8
        }
        while index < bytes.count {
            seen |= UInt64(bytes[index])
            index += 1
        }
        return seen & highs == 0
    }

    /// How often a byte occurs.
    static func count(of byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var count = 0
        for candidate in bytes { count &+= candidate == byte ? 1 : 0 }
        return count
    }

    /// How often a byte occurs.
    static func count(of byte: UInt8, in bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBufferPointer { count(of: byte, in: $0) }
    }

    /// How many bytes at the start are whole, valid UTF-8 sequences (Unicode 15, table 3-7).
    static func validUTF8Prefix(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var index = 0
        while index < bytes.count {
            let first = bytes[index]
            if first < 0x80 {
                index += 1
                while index + 8 <= bytes.count,
                    UnsafeRawPointer(bytes.baseAddress! + index).loadUnaligned(as: UInt64.self) & highs == 0
                {
                    index += 8
                }
            } else if first >= 0xC2, first < 0xE0, index + 1 < bytes.count, bytes[index + 1] & 0xC0 == 0x80 {
                // Two bytes: most alphabets that are not Latin.
                index += 2
            } else {
                let length = sequenceLength(bytes, at: index)
                guard length > 0 else { return index }
                index += length
            }
        }
        return index
    }

    /// The length of the valid UTF-8 sequence at an index, or 0 if there is none.
    static func sequenceLength(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        let first = bytes[index]
        if first < 0x80 { return 1 }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard first >= 0xC2, first <= 0xF4, index + length <= bytes.count else { return 0 }
        let second = bytes[index + 1]
        let range: ClosedRange<UInt8> =
            switch first {
            case 0xE0: 0xA0...0xBF
            case 0xED: 0x80...0x9F
            case 0xF0: 0x90...0xBF
            case 0xF4: 0x80...0x8F
            default: 0x80...0xBF
            }
        guard range.contains(second) else { return 0 }
        for place in (index + 2)..<max(index + length, index + 2) where bytes[place] & 0xC0 != 0x80 { return 0 }
        return length
    }
}
