/// Parts of edges, each within one row, that wait to be left in the cells.
///
/// Filled by ``CoverageCells/chain(_:edges:sign:)``, number by number or eight at a time, and emptied eight at a time: what waits long enough
/// has left the processor's store buffer, from which it could not be read in another width.
struct RowPieces {
    /// With so many waiting they are left; until that is looked at, eight edges may add two each, or one of them eight.
    static let limit = 128
    private static let capacity = 160

    /// For each part its row, from where to where it goes (in 1/256 pixel), and how far down (less than 0 for up).
    let row: UnsafeMutablePointer<Int32>
    let from: UnsafeMutablePointer<Int32>
    let to: UnsafeMutablePointer<Int32>
    let cover: UnsafeMutablePointer<Int32>
    /// How many are waiting.
    let count: UnsafeMutablePointer<Int>

    init() {
        row = .allocate(capacity: 4 * Self.capacity)
        row.initialize(repeating: 0, count: 4 * Self.capacity)
        from = row + Self.capacity
        to = from + Self.capacity
        cover = to + Self.capacity
        count = .allocate(capacity: 1)
        count.initialize(to: 0)
    }

    func deallocate() {
        row.deallocate()
        count.deallocate()
    }

    @inline(__always)
    func put(_ row: Int32, from: Int32, to: Int32, cover: Int32, at index: Int) {
        self.row[index] = row
        self.from[index] = from
        self.to[index] = to
        self.cover[index] = cover
    }

    /// Eight parts that follow each other.
    @inline(__always)
    func put(_ row: Lanes, from: Lanes, to: Lanes, cover: Lanes, at index: Int) {
        UnsafeMutableRawPointer(self.row + index).storeBytes(of: row, as: Lanes.self)
        UnsafeMutableRawPointer(self.from + index).storeBytes(of: from, as: Lanes.self)
        UnsafeMutableRawPointer(self.to + index).storeBytes(of: to, as: Lanes.self)
        UnsafeMutableRawPointer(self.cover + index).storeBytes(of: cover, as: Lanes.self)
    }
}

/// What eight parts of edges leave in the cells: written as vectors, read as numbers.
struct CellLanes {
    /// Index into the sums, and what is added to the cell there and the two after it.
    var cell = Lanes()
    var first = Lanes()
    var second = Lanes()
    var third = Lanes()
    /// Index into the touched words, and the bits of one block or two: for even lanes, then for odd ones.
    var word = Lanes()
    var even = SIMD4<UInt64>()
    var odd = SIMD4<UInt64>()
}

extension CoverageCells {
    /// Leaves what waits in the cells.
    func leaveWaiting() {
        if waiting.count.pointee > 0 { leaveWaiting(&waiting.count.pointee) }
    }

    /// Leaves the first `count` parts of edges that wait in the cells, and makes `count` 0.
    @inline(never)
    func leaveWaiting(_ count: inout Int) {
        // Behind the last part there are some that cover nothing.
        UnsafeMutableRawPointer(waiting.cover + count).storeBytes(of: Lanes(), as: Lanes.self)
        var index = 0
        while index < count {
            leave(index)
            index &+= 8
        }
        count = 0
    }

    /// Leaves eight parts of edges in the cells. Those of one or two columns, as most are, are done together; see `narrowSpan`.
    @inline(__always)
    private func leave(_ index: Int) {
        let row = UnsafeRawPointer(waiting.row + index).loadUnaligned(as: Lanes.self)
        let from = UnsafeRawPointer(waiting.from + index).loadUnaligned(as: Lanes.self)
        let to = UnsafeRawPointer(waiting.to + index).loadUnaligned(as: Lanes.self)
        let cover = UnsafeRawPointer(waiting.cover + index).loadUnaligned(as: Lanes.self)
        let low = Lanes.lesser(from, to), high = Lanes.greater(from, to)
        let left = low.atLeast(0), end = high.atLeast(0)
        let column = left &>> 8
        // Negative where there is nothing to leave, and where it takes more than three cells of one word.
        let outside =
            row | (Int32(truncatingIfNeeded: height) &- 1 &- row) | (Int32(truncatingIfNeeded: width) &- 1 &- column)
        let something = (cover | (0 &- cover)) & ~outside
        let isWide = (column &+ 1 &- (end &>> 8)) | (low & (0 &- high)) | (503 &- (column & 511))

        let ends = left &+ end &- (column &<< 9)
        let over = (end &- (column &<< 8) &- 256).atLeast(0)
        let beyond =
            ((over &* over &* cover).floats / (end &- left).atLeast(1).floats).rounded
        var lanes = CellLanes()
        lanes.cell = row &* Int32(truncatingIfNeeded: stride) &+ column
        lanes.first = cover &* (512 &- ends) &+ beyond
        lanes.second = cover &* ends &- beyond &- beyond
        lanes.third = beyond
        lanes.word = row &* Int32(truncatingIfNeeded: words) &+ (column &>> 9)
        let bit = (column &>> 3) & 63
        let blocks = 1 &+ (((column & 7) &+ 1 &- Lanes.less(Lanes(), over)) &>> 3) &* 2
        lanes.even = blocks.evenLanes &<< bit.evenLanes
        lanes.odd = blocks.oddLanes &<< bit.oddLanes
        cellLanes.pointee = lanes

        let (together, wide) = Lanes.signBits(something & ~isWide, something & isWide)
        var narrow = together
        if narrow == 255 {
            for lane in 0..<8 { leave(lane: lane) }
        } else {
            while narrow != 0 {
                leave(lane: narrow.trailingZeroBitCount)
                narrow &= narrow &- 1
            }
        }
        if wide != 0 { leaveWide(wide, index) }
    }

    @inline(__always)
    private func leave(lane index: Int) {
        let lane = UnsafeRawPointer(cellLanes) + index &* 4
        let cells = sums + Int(lane.load(as: Int32.self))
        cells[0] &+= lane.load(fromByteOffset: 32, as: Int32.self)
        cells[1] &+= lane.load(fromByteOffset: 64, as: Int32.self)
        cells[2] &+= lane.load(fromByteOffset: 96, as: Int32.self)
        touched[Int(lane.load(fromByteOffset: 128, as: Int32.self))] |=
            (UnsafeRawPointer(cellLanes) + 160).load(
                fromByteOffset: (index & 1) << 5 | (index >> 1) << 3, as: UInt64.self)
    }

    @inline(never)
    private func leaveWide(_ mask: UInt32, _ index: Int) {
        var mask = mask
        while mask != 0 {
            let piece = index &+ mask.trailingZeroBitCount
            mask &= mask &- 1
            span(
                Int(waiting.row[piece]), waiting.from[piece], waiting.to[piece], cover: waiting.cover[piece])
        }
    }
}
