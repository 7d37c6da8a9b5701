/// Which half pixels of a picture are taken: of several drawings on the same half pixel one is enough.
///
/// Cells lie on the grid of the whole world, so that neighbouring tiles decide alike.
///
/// Its memory is its own, since an array would be asked for each place whether anybody else has it.
struct Occupancy: ~Copyable {
    /// A bit for each cell, and the words in which one is taken: few at deep zooms, where emptying all of them would cost more than drawing.
    private var words: UnsafeMutableBufferPointer<UInt64> = .init(start: nil, count: 0)
    private var used: UnsafeMutableBufferPointer<UInt32> = .init(start: nil, count: 0)
    private var usedCount = 0
    private var columns = 0
    private var rows = 0
    private var margin = 0

    init() {}

    deinit {
        words.deallocate()
        used.deallocate()
    }

    /// Frees all cells of a picture and of `reach` pixels around it.
    mutating func clear(_ scene: Scene, reach: Double) {
        margin = (Int(reach) + 3) * 2
        columns = (scene.width * 2 + 2 * margin + 63) / 64 * 64
        rows = scene.height * 2 + 2 * margin
        let count = columns / 64 * rows
        if words.count == count {
            for place in 0..<usedCount { words[Int(used[place])] = 0 }
        } else {
            words.deallocate()
            used.deallocate()
            words = .allocate(capacity: count)
            words.initialize(repeating: 0)
            // One more, since a word is noted before it is known whether it is new.
            used = .allocate(capacity: count + 1)
        }
        usedCount = 0
    }

    /// Takes the cell at a place in 1/256 pixel; false if it was taken before. Places far outside always succeed.
    @inline(__always)
    mutating func take(x: Int, y: Int) -> Bool {
        let column = x >> 7 + margin
        let row = y >> 7 + margin
        guard column >= 0, row >= 0, column < columns, row < rows, let words = words.baseAddress,
            let used = used.baseAddress
        else { return true }
        let word = row &* (columns >> 6) &+ column >> 6
        let bit: UInt64 = 1 << UInt64(column & 63)
        let taken = words[word]
        // Without branches: which way they would go is as good as random.
        used[usedCount] = UInt32(truncatingIfNeeded: word)
        usedCount &+= taken == 0 ? 1 : 0
        words[word] = taken | bit
        return taken & bit == 0
    }
}
