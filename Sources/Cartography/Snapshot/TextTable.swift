/// Texts that occur again and again, each kept once and named by a number.
///
/// Numbers are given in the order of first sight and never change, so that a copy that has grown understands the numbers of the one before.
struct TextTable: Sendable {
    private(set) var texts: [String] = []
    /// Where texts are, open addressing by their digest: 0 is free, else one more than the number.
    private var slots: [UInt32] = [UInt32](repeating: 0, count: 64)
    private var utf8: [UInt8] = []
    private var ends: [Int] = []

    /// The number of a text, which is added if it is new.
    mutating func number(of text: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let slot = slot(of: text)
        if slots[slot] != 0 { return slots[slot] - 1 }
        let number = UInt32(texts.count)
        texts.append(String(decoding: text, as: UTF8.self))
        utf8.append(contentsOf: text)
        ends.append(utf8.count)
        slots[slot] = number + 1
        if texts.count * 2 > slots.count { grow() }
        return number
    }

    mutating func number(of text: String) -> UInt32 {
        var text = text
        return text.withUTF8 { number(of: $0) }
    }

    /// The number of a text, or nil if it never occurred.
    func known(_ text: String) -> UInt32? {
        var text = text
        return text.withUTF8 { buffer in
            let found = slots[slot(of: buffer)]
            return found == 0 ? nil : found - 1
        }
    }

    private func slot(of text: UnsafeBufferPointer<UInt8>) -> Int {
        // FNV-1a.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & (slots.count - 1)
        while slots[slot] != 0 {
            let number = Int(slots[slot] - 1)
            let start = number == 0 ? 0 : ends[number - 1]
            if ends[number] - start == text.count, zip(utf8[start..<ends[number]], text).allSatisfy(==) { break }
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        for number in texts.indices {
            let start = number == 0 ? 0 : ends[number - 1]
            let slot = utf8[start..<ends[number]].withUnsafeBufferPointer { self.slot(of: $0) }
            slots[slot] = UInt32(number) + 1
        }
    }

    var bytes: Int { slots.count * 4 + utf8.count * 2 + texts.count * 24 }
}
