/// Characters that nobody sees: white space of all kinds, and marks of no width.
enum InvisibleSpace {
    /// True for white space, for characters without width or ink, and for marks of direction.
    static func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x20, 0x7F...0xA0, 0xAD, 0x034F, 0x061C, 0x115F...0x1160, 0x1680, 0x17B4...0x17B5, 0x180B...0x180E,
            0x2000...0x200F, 0x2028...0x202F, 0x205F...0x206F, 0x2800, 0x3000, 0x3164, 0xFEFF, 0xFFA0:
            true
        default: false
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Without invisible characters at both ends, if the text is UTF-8.
    var trimmedOfUnicode: UnsafeBufferPointer<UInt8> {
        var (start, end) = (0, count)
        while start < end, let (scalar, length) = scalar(at: start, before: end), InvisibleSpace.contains(scalar) {
            start += length
        }
        while end > start {
            var lead = end - 1
            while lead > start, self[lead] & 0xC0 == 0x80, end - lead < 4 { lead -= 1 }
            guard let (scalar, length) = scalar(at: lead, before: end), lead + length == end,
                InvisibleSpace.contains(scalar)
            else { break }
            end = lead
        }
        return UnsafeBufferPointer(rebasing: self[start..<end])
    }

    /// The character of up to three bytes that begins at an index; longer ones are none of the invisible.
    private func scalar(at index: Int, before end: Int) -> (Unicode.Scalar, length: Int)? {
        func tail(_ offset: Int) -> UInt32? {
            guard index + offset < end, self[index + offset] & 0xC0 == 0x80 else { return nil }
            return UInt32(self[index + offset] & 0x3F)
        }
        let lead = self[index]
        switch lead {
        case ..<0x80: return (Unicode.Scalar(lead), 1)
        case 0xC2...0xDF:
            guard let one = tail(1) else { return nil }
            return Unicode.Scalar(UInt32(lead & 0x1F) << 6 | one).map { ($0, 2) }
        case 0xE0...0xEF:
            guard let one = tail(1), let two = tail(2) else { return nil }
            return Unicode.Scalar(UInt32(lead & 0x0F) << 12 | one << 6 | two).map { ($0, 3) }
        default: return nil
        }
    }
}

extension StringProtocol {
    /// Without white space and invisible characters at both ends.
    func trimmingSpaces() -> SubSequence {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !InvisibleSpace.contains($0) }),
            let last = scalars.lastIndex(where: { !InvisibleSpace.contains($0) })
        else { return self[endIndex...] }
        return self[first..<scalars.index(after: last)]
    }
}
