/// Which half pixels of a picture are taken: of several drawings on the same half pixel one is enough.
///
/// Cells lie on the grid of the whole world, so that neighbouring tiles decide alike.
struct Occupancy {
    private var words: [UInt64] = []
    /// The words in which a cell is taken: few at deep zooms, where emptying all of them would cost more than drawing.
    private var used: [UInt32] = []
    private var columns = 0
    private var rows = 0
    private var margin = 0

    /// Frees all cells of a picture and of `reach` pixels around it.
    mutating func clear(_ scene: Scene, reach: Double) {
        margin = (Int(reach) + 3) * 2
        columns = (scene.width * 2 + 2 * margin + 63) / 64 * 64
        rows = scene.height * 2 + 2 * margin
        let count = columns / 64 * rows
        if words.count == count {
            for word in used { words[Int(word)] = 0 }
        } else {
            words = [UInt64](repeating: 0, count: count)
        }
        used.removeAll(keepingCapacity: true)
    }

    /// Takes the cell at a place in 1/256 pixel; false if it was taken before. Places far outside always succeed.
    @inline(__always)
    mutating func take(x: Int, y: Int) -> Bool {
        let column = x >> 7 + margin
        let row = y >> 7 + margin
        guard column >= 0, row >= 0, column < columns, row < rows else { return true }
        let word = row * (columns / 64) + column >> 6
        let bit: UInt64 = 1 << UInt64(column & 63)
        let taken = words[word]
        if taken & bit != 0 { return false }
        if taken == 0 { used.append(UInt32(truncatingIfNeeded: word)) }
        words[word] = taken | bit
        return true
    }
}
