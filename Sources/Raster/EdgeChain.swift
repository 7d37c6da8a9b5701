/// Eight edges from top to bottom: written as vectors, read as numbers.
struct EdgeLanes {
    var x0 = Lanes()
    var y0 = Lanes()
    var x1 = Lanes()
    var y1 = Lanes()
    /// Where the edge leaves its first row.
    var crossing = Lanes()
    /// 1 or -1.
    var direction = Lanes()
    var slope = SIMD8<Float>()
}

extension CoverageCells {
    /// Adds the edges between neighbouring points, `sign` times (1 or -1, against their direction).
    ///
    /// Eight edges at a time are cut where they pass from row to row; the parts wait in ``RowPieces`` until they are many, at the latest until
    /// the cells are resolved. ``edge(_:_:)`` is the twin to the last bit.
    ///
    /// - Parameter points: `edges` + 1 of them; memory must be readable up to the next multiple of eight edges.
    func chain(_ points: UnsafePointer<PixelPoint>, edges: Int, sign: Int32) {
        let raw = UnsafeRawPointer(points)
        let bottom = Int32(truncatingIfNeeded: height) << 8
        let right = Int32(truncatingIfNeeded: width) << 8
        let lowest = Lanes(repeating: Int32(truncatingIfNeeded: height) &- 1)
        var rows = self.rows.pointee
        var count = waiting.count.pointee
        var start = 0
        while start < edges {
            let a = (raw + start &* 8).loadUnaligned(as: SIMD16<Int32>.self)
            let b = (raw + start &* 8 + 8).loadUnaligned(as: SIMD16<Int32>.self)
            let (ax, ay, bx, by) = (a.evenHalf, a.oddHalf, b.evenHalf, b.oddHalf)
            // From top to bottom, so that both directions of an edge leave the same cells with opposite sign.
            let goesUp = Lanes.less(by, ay)
            let turn = (ax ^ bx) & goesUp
            let x0 = ax ^ turn, x1 = bx ^ turn
            let y0 = Lanes.lesser(ay, by), y1 = Lanes.greater(ay, by)
            let width = x1 &- x0, height = y1 &- y0
            // Negative where all of it is: an edge that goes down, in sight, and one of those asked for.
            let isThere =
                ((0 &- height) & (0 &- y1) & (y0 &- bottom) & ((x0 &- right) | (x1 &- right))
                    & (Lanes.order &- Int32(truncatingIfNeeded: edges &- start))) &>> 31
            let isFar = ((Self.far &- width) | (Self.far &+ width) | (Self.far &- height)) & isThere
            let direction = ((goesUp | 1) &* sign) & (isThere & ~(isFar &>> 31))
            let slope = width.floats / height.atLeast(1).floats
            let row = y0 &>> 8, lastRow = (y1 &- 1) &>> 8
            rows.first = Lanes.lesser(rows.first, row.atLeast(0) | (~isThere & RowRange.none))
            rows.last = Lanes.greater(rows.last, Lanes.lesser(lastRow, lowest) | ~isThere)

            let isTall = row &- lastRow
            let rowEnd = (row &+ 1) &<< 8
            let crossing = x0 &+ (slope * (rowEnd &- y0).floats).rounded
            waiting.put(
                row, from: x0, to: Lanes.choose(isTall &>> 31, crossing, x1),
                cover: (Lanes.lesser(rowEnd, y1) &- y0) &* direction, at: count)
            count &+= 8
            let (tall, far) = Lanes.signBits(isTall & (direction | (0 &- direction)), isFar)
            if tall != 0 {
                lanes.pointee = EdgeLanes(
                    x0: x0, y0: y0, x1: x1, y1: y1, crossing: crossing, direction: direction, slope: slope)
                cutFurtherRows(tall, &count)
            }
            if count >= RowPieces.limit { leaveWaiting(&count) }
            if far != 0 {
                self.rows.pointee = rows
                addFar(far, points + start, sign)
                rows = self.rows.pointee
            }
            start &+= 8
        }
        waiting.count.pointee = count
        self.rows.pointee = rows
    }

    /// Cuts edges of the lanes that a mask names below the rows in which they begin.
    @inline(__always)
    private func cutFurtherRows(_ mask: UInt32, _ count: inout Int) {
        let bottom = Int32(truncatingIfNeeded: height)
        var mask = mask
        while mask != 0 {
            let lane = UnsafeRawPointer(lanes) + mask.trailingZeroBitCount &* 4
            mask &= mask &- 1
            let x0 = lane.load(as: Int32.self)
            let y0 = lane.load(fromByteOffset: 32, as: Int32.self)
            let y1 = lane.load(fromByteOffset: 96, as: Int32.self)
            var x = lane.load(fromByteOffset: 128, as: Int32.self)
            let direction = lane.load(fromByteOffset: 160, as: Int32.self)
            let slope = lane.load(fromByteOffset: 192, as: Float.self)
            var row = (y0 >> 8) &+ 1
            let last = (y1 &- 1) >> 8
            let end = min(last, bottom)
            if row < 0 {
                row = 0
                x = x0 &+ Self.rounded(slope * Float(0 &- y0))
            }
            while row < end {
                if end &- row >= 8 {
                    let above = ((Lanes(repeating: row) &+ Lanes.order) &<< 8) &- y0
                    waiting.put(
                        Lanes(repeating: row) &+ Lanes.order, from: (above.floats * slope).rounded &+ x0,
                        to: ((above &+ 256).floats * slope).rounded &+ x0, cover: Lanes(repeating: direction << 8),
                        at: count)
                    count &+= 8
                    row &+= 8
                    x = x0 &+ Self.rounded(slope * Float((row << 8) &- y0))
                } else {
                    let next = x0 &+ Self.rounded(slope * Float(((row &+ 1) << 8) &- y0))
                    waiting.put(row, from: x, to: next, cover: direction << 8, at: count)
                    count &+= 1
                    row &+= 1
                    x = next
                }
                if count >= RowPieces.limit { leaveWaiting(&count) }
            }
            if row == last, row < bottom {
                waiting.put(
                    row, from: x, to: lane.load(fromByteOffset: 64, as: Int32.self),
                    cover: (y1 &- (last << 8)) &* direction, at: count)
                count &+= 1
            }
        }
    }

    /// Edges of such length that a `Float` would not do, one by one.
    @inline(never)
    private func addFar(_ mask: UInt32, _ points: UnsafePointer<PixelPoint>, _ sign: Int32) {
        var mask = mask
        while mask != 0 {
            let lane = mask.trailingZeroBitCount
            mask &= mask &- 1
            if sign > 0 {
                edge(points[lane], points[lane &+ 1])
            } else {
                edge(points[lane &+ 1], points[lane])
            }
        }
    }

    /// Adds the edges of a ring, or a part of them if it is no longer wanted.
    func ring(_ vertices: UnsafeBufferPointer<PixelPoint>, while isWanted: (() -> Bool)? = nil) {
        guard let points = vertices.baseAddress else { return }
        let count = vertices.count
        // The last of them, with the way back to the first, are copied, since there is nothing to read behind a path; of a short ring all.
        let whole = count < Self.outlineLimit ? 0 : (count &- 1) & ~7
        if let isWanted {
            for start in Swift.stride(from: 0, to: whole, by: Canvas.patience) {
                guard isWanted() else { return }
                chain(points + start, edges: min(Canvas.patience, whole &- start), sign: 1)
            }
        } else if whole > 0 {
            chain(points, edges: whole, sign: 1)
        }
        let left = count &- whole
        outlines.update(from: points + whole, count: left)
        outlines[left] = points[0]
        chain(outlines, edges: left, sign: 1)
    }
}
