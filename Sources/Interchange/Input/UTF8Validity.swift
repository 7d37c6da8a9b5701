extension UnsafeBufferPointer<UInt8> {
    /// Whether all bytes are whole, valid UTF-8 sequences (Unicode 15, table 3-7).
    var isValidUTF8: Bool { validUTF8Prefix == count }

    /// How many bytes at the start are whole, valid UTF-8 sequences.
    var validUTF8Prefix: Int {
        guard let base = baseAddress else { return 0 }
        var index = 0
        while index < count {
            // ASCII goes by eight bytes at a time.
            if index + 8 <= count,
                UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                index += 8
                continue
            }
            let lead = base[index]
            if lead < 0x80 {
                index += 1
                continue
            }
            let (length, second): (Int, ClosedRange<UInt8>) =
                switch lead {
                case 0xC2...0xDF: (2, 0x80...0xBF)
                case 0xE0: (3, 0xA0...0xBF)
                case 0xED: (3, 0x80...0x9F)
                case 0xE1...0xEF: (3, 0x80...0xBF)
                case 0xF0: (4, 0x90...0xBF)
                case 0xF1...0xF3: (4, 0x80...0xBF)
                case 0xF4: (4, 0x80...0x8F)
                default: (0, 0...0)
                }
            guard length > 0, index + length <= count, second.contains(base[index + 1]) else { return index }
            for offset in 2..<Swift.max(length, 2) where base[index + offset] & 0xC0 != 0x80 { return index }
            index += length
        }
        return count
    }
}

/// What to tell somebody whose file is not UTF-8.
enum EncodingAdvice {
    /// Names the byte and the encoding that the text most likely has.
    static func message(byte: UInt8, in sample: UnsafeBufferPointer<UInt8>) -> String {
        let hexadecimal = String(byte, radix: 16, uppercase: true)
        return "the text is not UTF-8 (byte 0x\(hexadecimal)); say in the mapping what it is, for instance "
            + "`encoding: \(likelyEncoding(of: sample))`"
    }

    /// The same for a text that may hold such a byte; nil if it holds none.
    static func message(in bytes: [UInt8]) -> String? {
        bytes.withUnsafeBufferPointer {
            let valid = $0.validUTF8Prefix
            return valid < $0.count ? message(byte: $0[valid], in: $0) : nil
        }
    }

    /// In windows-1251 Cyrillic words are runs of bytes from 0xC0, in koi8-r mostly of 0xC0…0xDF; in Western text such bytes stand alone.
    static func likelyEncoding(of sample: UnsafeBufferPointer<UInt8>) -> String {
        var pairs = 0
        var singles = 0
        var lowerKOI8 = 0
        var letters = 0
        var previous = false
        for byte in sample.prefix(1 << 16) {
            let isHigh = byte >= 0xC0
            if isHigh {
                letters += 1
                if byte < 0xE0 { lowerKOI8 += 1 }
                if previous { pairs += 1 } else { singles += 1 }
            }
            previous = isHigh
        }
        guard pairs > singles else { return "windows-1252" }
        // Small letters are the most of any text: 0xE0…0xFF in windows-1251, 0xC0…0xDF in koi8-r.
        return lowerKOI8 * 2 > letters ? "koi8-r" : "windows-1251"
    }
}
