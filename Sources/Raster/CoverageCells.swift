/// Where edges leave their signed area: the accumulation buffer of exact-area anti-aliasing.
///
/// Each cell holds the *change* of coverage from the pixel at its left, so that a running sum along the row gives the
/// area of each pixel that is inside the path. An edge that crosses a row touches only the pixels it passes through:
///
///             i     i+1
///          ┌─────┬─────┐      the edge goes down by `cover` (256 = the whole row); what lies right of it is inside.
///          │   ╲░│░░░░░│      pixel i   gets cover × (the part of the pixel right of the edge)
///          │    ╲│░░░░░│      pixel i+1 gets the rest of cover, and through the running sum every pixel after it
///          └─────┴─────┘      has all of it
///
/// Sums are integers, 2^17 for a pixel wholly inside, so that they do not depend on the order of the edges nor on what
/// lies left of the canvas: tiles fit together exactly, and an edge drawn forth and back leaves nothing.
///
/// Edges need no clipping. What is above or below the canvas is dropped, what is right of it contributes nothing,
/// what is left of it counts in column 0.
///
/// Paths hand over whole chains of edges (``chain(_:edges:sign:)``, eight at a time); ``edge(_:_:)`` is its scalar twin.
///
/// This is the module's unsafe handle: buffers are raw memory because bounds checks cost a third of the time of `edge`.
/// Every index is derived from a row in `0..<height` and a column in `0..<width`.
struct CoverageCells {
    /// Columns: a multiple of 8.
    let width: Int
    let height: Int
    /// Cells from one row to the next. One block more than `width`, since an edge in the last column leaves a rest
    /// in the columns after it (which is never read).
    let stride: Int
    /// Words of `touched` in a row: also the block that is never read has its bit.
    let words: Int
    /// The sums, `stride` a row; all zero between two drawings (but for the unread columns).
    let sums: UnsafeMutablePointer<Int32>
    /// One bit for each 8 columns in which the row has non-zero cells.
    let touched: UnsafeMutablePointer<UInt64>
    /// The rows that were touched.
    let rows: UnsafeMutablePointer<RowRange>
    /// Where ``chain(_:edges:sign:)`` lays out eight edges, their parts, and what these leave behind.
    let lanes: UnsafeMutablePointer<EdgeLanes>
    let waiting: RowPieces
    let cellLanes: UnsafeMutablePointer<CellLanes>

    /// Where a ``Stroker`` gathers both sides of an outline, one behind the other.
    let outlines: UnsafeMutablePointer<PixelPoint>
    static let outlineCapacity = 272
    /// So many points of a side are gathered; behind them lies what may be read but is not meant.
    static let outlineLimit = 257

    /// A pixel that is wholly inside.
    static let full: Int32 = 1 << 17

    init(width: Int, height: Int) {
        precondition(width % 8 == 0 && width > 0 && height > 0)
        self.width = width
        self.height = height
        stride = width + 8
        words = (width + 8 + 511) / 512
        let count = stride * height + 8
        let raw = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
        sums = raw.bindMemory(to: Int32.self, capacity: count)
        sums.initialize(repeating: 0, count: count)
        touched = .allocate(capacity: words * height + 1)
        touched.initialize(repeating: 0, count: words * height + 1)
        rows = .allocate(capacity: 1)
        rows.initialize(to: RowRange())
        lanes = .allocate(capacity: 1)
        lanes.initialize(to: EdgeLanes())
        waiting = RowPieces()
        cellLanes = .allocate(capacity: 1)
        cellLanes.initialize(to: CellLanes())
        outlines = .allocate(capacity: 2 * Self.outlineCapacity)
        outlines.initialize(repeating: PixelPoint(x: 0, y: 0), count: 2 * Self.outlineCapacity)
    }

    func deallocate() {
        UnsafeMutableRawPointer(sums).deallocate()
        touched.deallocate()
        rows.deallocate()
        lanes.deallocate()
        waiting.deallocate()
        cellLanes.deallocate()
        outlines.deallocate()
    }

    // MARK: Edges

    /// Adds the edge from `a` to `b`. A path is the sum of its edges; each subpath must be closed.
    @inline(__always)
    func edge(_ a: PixelPoint, _ b: PixelPoint) {
        edge(a.x, a.y, b.x, b.y)
    }

    @inline(__always)
    func edge(_ ax: Int32, _ ay: Int32, _ bx: Int32, _ by: Int32) {
        if ay == by { return }
        // Always from top to bottom, so that both directions of an edge leave the same cells with opposite sign.
        if ay < by {
            downEdge(ax, ay, bx, by, sign: 1)
        } else {
            downEdge(bx, by, ax, ay, sign: -1)
        }
    }

    @inline(__always)
    private func downEdge(_ x0: Int32, _ y0: Int32, _ x1: Int32, _ y1: Int32, sign: Int32) {
        let bottom = Int32(truncatingIfNeeded: height) << 8
        let right = Int32(truncatingIfNeeded: width) << 8
        if y1 <= 0 || y0 >= bottom || (x0 >= right && x1 >= right) { return }
        let first = y0 >> 8
        if first == (y1 &- 1) >> 8 {
            note(first, first)
            span(Int(first), x0, x1, cover: (y1 &- y0) &* sign)
        } else {
            tallEdge(x0, y0, x1, y1, sign: sign)
        }
    }

    /// An edge longer than this in a direction, in 1/256 pixel, needs more than the 24 bits of a `Float`.
    static let far: Int32 = 1 << 22

    /// An edge that passes through several rows.
    @inline(never)
    private func tallEdge(_ x0: Int32, _ y0: Int32, _ x1: Int32, _ y1: Int32, sign: Int32) {
        // Where the edge crosses a row depends on the edge alone, not on where it enters the canvas.
        let width = x1 &- x0, height = y1 &- y0
        let slope = Float(width) / Float(height)
        let farSlope = Double(width) / Double(height)
        let isFar = max(width, 0 &- width, height) > Self.far
        func crossing(_ y: Int32) -> Int32 {
            isFar
                ? x0 &+ Int32((farSlope * Double(y &- y0)).rounded()) : x0 &+ Self.rounded(slope * Float(y &- y0))
        }
        let begin = y0 >> 8, end = (y1 &- 1) >> 8
        let first = max(begin, 0), last = min(end, Int32(truncatingIfNeeded: self.height) &- 1)
        note(first, last)
        var y = first == begin ? y0 : first << 8
        var left = first == begin ? x0 : crossing(y)
        for row in first...last {
            let next = row == end ? y1 : (row &+ 1) << 8
            let right = row == end ? x1 : crossing(next)
            span(Int(row), left, right, cover: (next &- y) &* sign)
            left = right
            y = next
        }
    }

    /// The part of an edge within one row, between the columns of `a` and `b`: from top to bottom it covers `cover` (-256...256).
    @inline(__always)
    func span(_ row: Int, _ a: Int32, _ b: Int32, cover: Int32) {
        let left = max(min(a, b), 0)
        let right = max(max(a, b), 0)
        let column = left >> 8
        if (right >> 8) &- column > 1 || (left == 0 && min(a, b) < 0 && right > 0) {
            wideSpan(row, min(a, b), max(a, b), cover: cover)
        } else if column < Int32(truncatingIfNeeded: width) {
            narrowSpan(row, left, right, cover: cover)
        }
    }

    /// A part of an edge that passes through one or two columns.
    ///
    ///      c    c+1        Were column c endless, the edge would leave cover × (512 - both ends' distances from its left side) / 512 in it;
    ///     ┌────┬────┐      what `beyond` says is the part of it that lies beyond the column's end, where the distance is negative.
    ///     │  ╲ │    │
    ///     │    ╲    │
    ///     └────┴─╲──┘
    @inline(__always)
    private func narrowSpan(_ row: Int, _ left: Int32, _ right: Int32, cover: Int32) {
        let column = left >> 8
        let ends = left &+ right &- (column << 9)
        let over = max(right &- (column << 8) &- 256, 0)
        let beyond = Self.rounded(Float(over &* over &* cover) / Float(max(right &- left, 1)))
        let cells = sums + (row &* stride &+ Int(column))
        cells[0] &+= cover &* (512 &- ends) &+ beyond
        cells[1] &+= cover &* ends &- 2 &* beyond
        cells[2] &+= beyond
        touch(row, Int(column), Int(column) &+ (over > 0 ? 2 : 1))
    }

    /// A part of an edge that passes through several columns, from left to right, or over the left side of the canvas.
    ///
    /// What it leaves in a column is the difference of the areas right of the edge in this column and the one before; that area follows from
    /// the edge alone, so that it does not matter where the canvas begins.
    @inline(never)
    private func wideSpan(_ row: Int, _ left: Int32, _ right: Int32, cover: Int32) {
        let origin = Int(left >> 8)
        let last = Int(right >> 8)
        if origin >= width { return }
        let slope = Float(cover) / Float(right &- left)
        let begin = Float(256 &- (left & 255))
        let over = right & 255
        let beyond = Self.rounded(Float(over &* over &* cover) / Float(right &- left))
        let cells = sums + row &* stride
        var column = max(origin, 0)
        let start = column
        var area: Int32 = 0
        if column == origin {
            area = Self.rounded(begin * begin * slope)
            cells[column] &+= area
            column &+= 1
        }
        let stop = min(last, width)
        let steep = slope * 512
        while column < stop {
            let now = Self.rounded(steep * (begin + Float((column &- origin) &* 256 &- 128)))
            cells[column] &+= now &- area
            area = now
            column &+= 1
        }
        if column < width {
            cells[column] &+= cover << 9 &- beyond &- area
            cells[column &+ 1] &+= beyond
            column &+= 1
        }
        touch(row, start, column)
    }

    /// The nearest integer, for numbers below 2^22: adding 1.5 × 2^23 leaves it in the low bits of the significand.
    @inline(__always)
    static func rounded(_ number: Float) -> Int32 {
        let magic: Float = 12_582_912
        return Int32(bitPattern: (number + magic).bitPattern) &- Int32(bitPattern: magic.bitPattern)
    }

    /// Marks the columns `first...last` of a row.
    @inline(__always)
    private func touch(_ row: Int, _ first: Int, _ last: Int) {
        let word = touched + row &* words
        var block = first >> 3
        let end = last >> 3
        if block >> 6 == end >> 6 {
            let from = UInt64.max &<< UInt64(truncatingIfNeeded: block)
            let to = UInt64.max &>> UInt64(truncatingIfNeeded: 63 &- (end & 63))
            word[block >> 6] |= from & to
        } else {
            while block <= end {
                word[block >> 6] |= 1 &<< UInt64(truncatingIfNeeded: block)
                block &+= 1
            }
        }
    }

    @inline(__always)
    private func note(_ first: Int32, _ last: Int32) {
        rows.pointee.first[0] = min(rows.pointee.first[0], first)
        rows.pointee.last[0] = max(rows.pointee.last[0], last)
    }
}

/// First and last rows, lane by lane: what counts is the least and the greatest of all.
struct RowRange {
    /// More than the rows of any canvas.
    static var none: Int32 { 0xffff }

    var first = Lanes(repeating: none)
    var last = Lanes(repeating: -1)

    /// The rows of all lanes; none if the first is greater than the last.
    var all: (first: Int, last: Int) {
        var (first, last) = (first[0], last[0])
        for lane in 1..<8 {
            first = min(first, self.first[lane])
            last = max(last, self.last[lane])
        }
        return (Int(first), Int(last))
    }
}
