import Raster

/// Brings features onto the pixels of a scene as paths, without what cannot be seen: vertices that do not matter at the zoom, and
/// whatever lies outside.
struct ShapeTracer {
    let scene: Scene
    /// Where a copy of the world begins, in 1/256 pixel.
    let offsetX: Int
    /// Beyond these, in units of the world, nothing can touch the picture.
    private let left: Int
    private let top: Int
    private let right: Int
    private let bottom: Int

    init(_ scene: Scene, offsetX: Int, reach: Double) {
        self.scene = scene
        self.offsetX = offsetX
        let margin = Int((reach * 256).rounded(.up)) + 512
        let (originX, originY) = (scene.originX - offsetX, scene.originY)
        left = scene.firstPosition(notBefore: originX - margin)
        top = scene.firstPosition(notBefore: originY - margin)
        right = scene.firstPosition(notBefore: originX + scene.width * 256 + margin + 1) - 1
        bottom = scene.firstPosition(notBefore: originY + scene.height * 256 + margin + 1) - 1
    }

    @inline(__always)
    func x(_ position: UInt32) -> Int { scene.subpixels(position) &+ offsetX &- scene.originX }

    @inline(__always)
    func y(_ position: UInt32) -> Int { scene.subpixels(position) &- scene.originY }

    /// On which sides of the picture a place lies: 1 left, 2 right, 4 above, 8 below, 0 if it may be seen.
    @inline(__always)
    private func side(_ x: UInt32, _ y: UInt32) -> UInt8 {
        (Int(x) < left ? 1 : Int(x) > right ? 2 : 0) | (Int(y) < top ? 4 : Int(y) > bottom ? 8 : 0)
    }

    /// On which sides of the picture all of a box lies.
    @inline(__always)
    private func side(_ box: WorldBox) -> UInt8 {
        (Int(box.maxX) < left ? 1 : Int(box.minX) > right ? 2 : 0)
            | (Int(box.maxY) < top ? 4 : Int(box.minY) > bottom ? 8 : 0)
    }

    /// Whether a whole feature may be seen without clipping.
    func holds(_ box: WorldBox) -> Bool {
        Int(box.minX) >= left && Int(box.maxX) <= right && Int(box.minY) >= top && Int(box.maxY) <= bottom
    }

    // MARK: Areas

    /// Adds a ring to a path that will be filled.
    ///
    /// Of vertices that follow each other on one side outside, only the first and the last are kept: the edges between them, all on
    /// that side, sum up to the one that replaces them.
    func trace(ring run: Range<Int>, of geometry: borrowing ShapeGeometry, whole: Bool, into path: inout Path) {
        let threshold = scene.importance
        geometry.x.withUnsafeBufferPointer { xs in
            geometry.y.withUnsafeBufferPointer { ys in
                geometry.importance.withUnsafeBufferPointer { importance in
                    guard let xs = xs.baseAddress, let ys = ys.baseAddress, let importance = importance.baseAddress
                    else { return }
                    path.add(upTo: run.count, isClosed: true) { pen in
                        if whole {
                            ByteScan.forEach(in: importance, run, atMost: threshold) { vertex in
                                pen.line(subpixelX: x(xs[vertex]), subpixelY: y(ys[vertex]))
                            }
                        } else {
                            traceSides(xs, ys, importance, geometry, run, threshold, &pen)
                        }
                    }
                }
            }
        }
    }

    /// Of vertices that follow each other on one side outside the first and the last; all others.
    @inline(__always)
    private func traceSides(
        _ xs: UnsafePointer<UInt32>, _ ys: UnsafePointer<UInt32>, _ importance: UnsafePointer<UInt8>,
        _ geometry: borrowing ShapeGeometry, _ run: Range<Int>, _ threshold: UInt8, _ pen: inout PathPen
    ) {
        func draw(_ vertex: Int) { pen.line(subpixelX: x(xs[vertex]), subpixelY: y(ys[vertex])) }
        var isFirst = true
        var last = (vertex: 0, side: UInt8(0))
        var isPending = false
        geometry.forEachBlock(of: run) { block, part in
            let shared = side(block) & last.side
            if shared != 0 {
                // All of it is still on the same side.
                guard let vertex = ByteScan.last(in: importance, part, atMost: threshold) else { return }
                last = (vertex, shared)
                isPending = true
                return
            }
            ByteScan.forEach(in: importance, part, atMost: threshold) { vertex in
                let own = side(xs[vertex], ys[vertex])
                if !isFirst, own & last.side != 0 {
                    // Still on the same side: the last one may be dropped.
                    isPending = true
                } else {
                    if isPending { draw(last.vertex) }
                    isPending = false
                    draw(vertex)
                }
                isFirst = false
                last = (vertex, isPending ? own & last.side : own)
            }
        }
        if isPending { draw(last.vertex) }
    }

    // MARK: Lines

    /// Adds a line, or the border of an area, to a path that will be stroked.
    ///
    /// - Parameter whole: The line is drawn from its beginning to its end, also where it cannot be seen: so that dashes fall in the
    ///   same places in every tile.
    func trace(
        line run: Range<Int>, of geometry: borrowing ShapeGeometry, isRing: Bool, whole: Bool, into path: inout Path
    ) {
        let threshold = scene.importance
        geometry.x.withUnsafeBufferPointer { xs in
            geometry.y.withUnsafeBufferPointer { ys in
                geometry.importance.withUnsafeBufferPointer { importance in
                    guard let xs = xs.baseAddress, let ys = ys.baseAddress, let importance = importance.baseAddress
                    else { return }
                    if whole {
                        path.add(upTo: run.count, isClosed: isRing) { pen in
                            ByteScan.forEach(in: importance, run, atMost: threshold) { vertex in
                                pen.line(subpixelX: x(xs[vertex]), subpixelY: y(ys[vertex]))
                            }
                        }
                        return
                    }
                    var pen = SeenRun()
                    guard isRing else { return add(xs, ys, importance, geometry, run, threshold, &pen, &path) }
                    // A ring is opened in a segment that cannot be seen.
                    guard let start = hiddenSegment(xs, ys, importance, run, threshold) else {
                        return trace(line: run, of: geometry, isRing: true, whole: true, into: &path)
                    }
                    add(xs, ys, importance, geometry, start.from..<run.upperBound, threshold, &pen, &path)
                    add(xs, ys, importance, geometry, run.lowerBound..<start.from + 1, threshold, &pen, &path)
                    add(xs, ys, importance, geometry, start.to..<start.to + 1, threshold, &pen, &path)
                }
            }
        }
    }

    /// The first segment of a ring, by its two vertices, that lies wholly on one side outside; nil if there is none.
    private func hiddenSegment(
        _ xs: UnsafePointer<UInt32>, _ ys: UnsafePointer<UInt32>, _ importance: UnsafePointer<UInt8>,
        _ ring: Range<Int>,
        _ threshold: UInt8
    ) -> (from: Int, to: Int)? {
        var last: (vertex: Int, side: UInt8)?
        for vertex in ring where importance[vertex] <= threshold {
            let own = side(xs[vertex], ys[vertex])
            if let last, last.side & own != 0 { return (last.vertex, vertex) }
            last = (vertex, own)
        }
        return nil
    }

    /// Where the pen is while parts of a line are left out: the last vertex, and the one before.
    private struct SeenRun {
        var last = 0
        var before = 0
        var side: UInt8 = 0
        /// How many vertices there were: none, one, or more.
        var count = 0
        var isDown = false
    }

    /// Adds the segments that may be seen, and on each side of them one that cannot.
    ///
    ///           ┌─────────┐
    ///      b────┼──c      │        a─b cannot be seen and would be left out, but the stroke's outline at b, and with it the slope of
    ///     ╱     │   ╲     │        the outline of b─c, depends on where the line came from: so a is kept.
    ///    a      └────╲────┘
    @inline(never)
    private func add(
        _ xs: UnsafePointer<UInt32>, _ ys: UnsafePointer<UInt32>, _ importance: UnsafePointer<UInt8>,
        _ geometry: borrowing ShapeGeometry, _ run: Range<Int>, _ threshold: UInt8, _ pen: inout SeenRun,
        _ path: inout Path
    ) {
        geometry.forEachBlock(of: run) { block, part in
            if side(block) & pen.side != 0 {
                return leaveOut(xs, ys, importance, part, threshold, &pen, &path)
            }
            ByteScan.forEach(in: importance, part, atMost: threshold) { vertex in
                let own = side(xs[vertex], ys[vertex])
                if pen.count > 0 {
                    if own & pen.side != 0 {
                        // The segment lies wholly on one side.
                        if pen.isDown { path.line(subpixelX: x(xs[vertex]), subpixelY: y(ys[vertex])) }
                        pen.isDown = false
                    } else {
                        if !pen.isDown {
                            let first = pen.count > 1 ? pen.before : pen.last
                            path.move(subpixelX: x(xs[first]), subpixelY: y(ys[first]))
                            if pen.count > 1 { path.line(subpixelX: x(xs[pen.last]), subpixelY: y(ys[pen.last])) }
                        }
                        path.line(subpixelX: x(xs[vertex]), subpixelY: y(ys[vertex]))
                        pen.isDown = true
                    }
                }
                pen = SeenRun(last: vertex, before: pen.last, side: own, count: pen.count &+ 1, isDown: pen.isDown)
            }
        }
    }

    /// Passes over vertices that all lie on the same side outside as the one before them: what ``add`` does with them, one by one.
    private func leaveOut(
        _ xs: UnsafePointer<UInt32>, _ ys: UnsafePointer<UInt32>, _ importance: UnsafePointer<UInt8>,
        _ part: Range<Int>, _ threshold: UInt8, _ pen: inout SeenRun, _ path: inout Path
    ) {
        guard let last = ByteScan.last(in: importance, part, atMost: threshold) else { return }
        if pen.isDown, let first = part.first(where: { importance[$0] <= threshold }) {
            path.line(subpixelX: x(xs[first]), subpixelY: y(ys[first]))
        }
        let before = ByteScan.last(in: importance, part.lowerBound..<last, atMost: threshold)
        pen = SeenRun(
            last: last, before: before ?? pen.last, side: side(xs[last], ys[last]), count: pen.count + 1, isDown: false)
    }
}

extension ShapeGeometry {
    /// Calls `body` with the parts of a run of vertices that lie in one block each, and the boxes around these blocks.
    @inline(__always)
    fileprivate func forEachBlock(of run: Range<Int>, _ body: (_ block: WorldBox, _ part: Range<Int>) -> Void) {
        var start = run.lowerBound
        while start < run.upperBound {
            let block = start / Self.blockSize
            let end = min((block + 1) * Self.blockSize, run.upperBound)
            body(blocks[block], start..<end)
            start = end
        }
    }
}
