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
/// This is the module's unsafe handle: buffers are raw memory because bounds checks cost a third of the time of `edge`.
/// Every index is derived from a row in `0..<height` and a column in `0..<width`.
struct CoverageCells {
    /// Columns: a multiple of 8.
    let width: Int
    let height: Int
    /// Cells from one row to the next. One block more than `width`, since an edge in the last column leaves a rest
    /// in the column after it (which is never read).
    let stride: Int
    /// Words of `touched` in a row.
    let words: Int
    /// The sums, `stride` a row; all zero between two drawings (but for the unread column).
    let sums: UnsafeMutablePointer<Int32>
    /// One bit for each 8 columns in which the row has non-zero cells.
    let touched: UnsafeMutablePointer<UInt64>
    /// The first and last row touched; first > last when none is.
    let rows: UnsafeMutablePointer<(first: Int32, last: Int32)>

    /// A pixel that is wholly inside.
    static let full: Int32 = 1 << 17

    init(width: Int, height: Int) {
        precondition(width % 8 == 0 && width > 0 && height > 0)
        self.width = width
        self.height = height
        stride = width + 8
        words = (width + 511) / 512
        let count = stride * height + 8
        let raw = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
        sums = raw.bindMemory(to: Int32.self, capacity: count)
        sums.initialize(repeating: 0, count: count)
        touched = .allocate(capacity: words * height + 1)
        touched.initialize(repeating: 0, count: words * height + 1)
        rows = .allocate(capacity: 1)
        rows.initialize(to: (Int32(height), -1))
    }

    func deallocate() {
        UnsafeMutableRawPointer(sums).deallocate()
        touched.deallocate()
        rows.deallocate()
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
            span(Int(first), x0, x1, cover: y1 &- y0, sign: sign)
        } else {
            tallEdge(x0, y0, x1, y1, sign: sign)
        }
    }

    /// An edge that passes through several rows.
    @inline(never)
    private func tallEdge(_ ax: Int32, _ y0: Int32, _ bx: Int32, _ y1: Int32, sign: Int32) {
        var x0 = ax
        var x1 = bx
        if x0 <= 0 && x1 <= 0 {
            x0 = 0
            x1 = 0
        }
        let last = min((y1 &- 1) >> 8, Int32(truncatingIfNeeded: height) &- 1)
        var row = y0 >> 8
        // x in 31.32 fixed point. Where the edge crosses a row depends on the edge alone, not on where it enters.
        let slope = Int64(Double(x1 &- x0) / Double(y1 &- y0) * 4_294_967_296)
        var x = Int64(x0) << 32 &+ 0x8000_0000
        var left = x0
        var y = y0
        if row < 0 {
            x &+= slope &* Int64(0 &- y0)
            left = Int32(truncatingIfNeeded: x >> 32)
            row = 0
            y = 0
        }
        note(row, last)
        while row < last {
            let next = (row &+ 1) << 8
            x &+= slope &* Int64(next &- y)
            let end = Int32(truncatingIfNeeded: x >> 32)
            span(Int(row), left, end, cover: next &- y, sign: sign)
            left = end
            y = next
            row &+= 1
        }
        let next = (row &+ 1) << 8
        if y1 <= next {
            span(Int(row), left, x1, cover: y1 &- y, sign: sign)
        } else {
            x &+= slope &* Int64(next &- y)
            span(Int(row), left, Int32(truncatingIfNeeded: x >> 32), cover: next &- y, sign: sign)
        }
    }

    /// The part of an edge within one row: from `a` to `b` while going down by `cover` (1...256).
    @inline(__always)
    private func span(_ row: Int, _ a: Int32, _ b: Int32, cover: Int32, sign: Int32) {
        let column = Int(a >> 8)
        if column == Int(b >> 8) {
            if column < 0 {
                add(row, 0, cover &* sign, twiceX: 0)
            } else if column < width {
                add(row, column, cover &* sign, twiceX: (a & 255) &+ (b & 255))
            }
        } else {
            wideSpan(row, min(a, b), max(a, b), cover: cover, sign: sign)
        }
    }

    /// A part of an edge that passes through several columns, from left to right.
    @inline(never)
    private func wideSpan(_ row: Int, _ left: Int32, _ right: Int32, cover: Int32, sign: Int32) {
        var column = Int(left >> 8)
        let end = Int(right >> 8)
        if column >= width { return }
        if right <= 0 { return add(row, 0, cover &* sign, twiceX: 0) }
        // How far down the edge is at each column's end, in 1/2^40 of a unit from the left end: the rounding depends
        // on the edge alone, and the parts always add up to `cover`.
        let slope = Int64(Double(cover) / Double(right &- left) * 1_099_511_627_776)
        var down: Int64 = 0
        var previous: Int32 = 0
        var entry = left & 255
        if column < 0 {
            down = slope &* Int64(0 &- left)
            previous = Int32(truncatingIfNeeded: down >> 40)
            add(row, 0, previous &* sign, twiceX: 0)
            column = 0
            entry = 0
        }
        let start = column
        let cells = sums + row &* stride
        var carried: Int32 = 0
        let stop = min(end, width)
        var step = slope &* Int64(256 &- entry)
        while column < stop {
            down &+= step
            step = slope << 8
            let now = Int32(truncatingIfNeeded: down >> 40)
            let part = (now &- previous) &* sign
            let rest = part &* (entry &+ 256)
            cells[column] &+= part << 9 &- rest &+ carried
            carried = rest
            previous = now
            entry = 0
            column &+= 1
        }
        if column < width {
            let part = (cover &- previous) &* sign
            let rest = part &* (entry &+ (right & 255))
            cells[column] &+= part << 9 &- rest &+ carried
            cells[column &+ 1] &+= rest
            column &+= 1
        } else {
            cells[column] &+= carried
        }
        touch(row, start, min(column, width &- 1))
    }

    /// Leaves `cover` in a column, at a mean distance of `twiceX` / 512 from its left side.
    @inline(__always)
    private func add(_ row: Int, _ column: Int, _ cover: Int32, twiceX: Int32) {
        let cells = sums + (row &* stride &+ column)
        let rest = cover &* twiceX
        cells[0] &+= cover << 9 &- rest
        cells[1] &+= rest
        // The bit of the column, and in a block's last column that of the next block too.
        let bits: UInt64 = 1 | UInt64(truncatingIfNeeded: ((column & 7) &+ 1) >> 3) << 1
        touched[row &* words &+ column >> 9] |= bits &<< UInt64(truncatingIfNeeded: column >> 3)
        if column & 511 == 511 { touched[row &* words &+ column >> 9 &+ 1] |= 1 }
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
        if first < rows.pointee.first { rows.pointee.first = first }
        if last > rows.pointee.last { rows.pointee.last = last }
    }
}
