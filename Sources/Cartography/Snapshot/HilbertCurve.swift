/// The Hilbert curve over the whole world, 32 levels deep.
///
/// Its order keeps neighbours together, and the square cells of every zoom are unbroken stretches of it: the top 2·n bits of a key name
/// one of the 4ⁿ cells of level n.
enum HilbertCurve {
    /// The place of a position on the curve.
    ///
    /// Two bits a level by a table of the four orientations (Warren, *Hacker's Delight*, 2nd ed., section 16-2).
    static func key(x: UInt32, y: UInt32) -> UInt64 {
        var state: UInt32 = 0
        var key: UInt64 = 0
        var level: UInt32 = 32
        while level > 0 {
            level -= 1
            let row = state << 2 | (x >> level & 1) << 1 | y >> level & 1
            key = key << 2 | UInt64(0x361E_9CB4 as UInt32 >> (2 * row) & 3)
            state = 0x8FE6_5831 as UInt32 >> (2 * row) & 3
        }
        return key
    }

    /// The order that puts keys in ascending sequence: `order[i]` is the place of the i-th smallest key. Equal keys keep their order.
    ///
    /// A radix sort, because keys of one city share their upper bits and such passes are skipped. Complexity: O(*n*).
    static func order(_ keys: [UInt64]) -> [UInt32] {
        let count = keys.count
        var entries = [(key: UInt64, place: UInt32)]()
        entries.reserveCapacity(count)
        for place in 0..<count { entries.append((keys[place], UInt32(place))) }
        var spare = entries
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            var starts = [Int](repeating: 0, count: 257)
            for entry in entries { starts[Int(entry.key >> shift & 255) + 1] += 1 }
            if starts.contains(count) { continue }
            for digit in 1...256 { starts[digit] += starts[digit - 1] }
            for entry in entries {
                let digit = Int(entry.key >> shift & 255)
                spare[starts[digit]] = entry
                starts[digit] += 1
            }
            swap(&entries, &spare)
        }
        return entries.map(\.place)
    }
}
