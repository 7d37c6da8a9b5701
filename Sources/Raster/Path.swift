/// A point in 1/256 of a pixel. x grows to the right and y downwards; (0, 0) is the upper left corner of the upper
/// left pixel.
public struct PixelPoint: Hashable, Sendable {
    public var x: Int32
    public var y: Int32

    @inlinable
    public init(x: Int32, y: Int32) {
        self.x = x
        self.y = y
    }

    /// How many units make a pixel.
    @inlinable public static var unitsPerPixel: Int { 256 }
}

/// Lines and rings in pixels, ready to be filled or stroked.
///
/// Vertices are kept in 1/256 of a pixel. That grid is what makes tiles seamless: quantize in the pixel space of the
/// whole *world* and move by whole pixels into each tile (`line(subpixelX:subpixelY:)` after subtracting the tile's
/// origin), and every tile draws the very same edges.
///
/// Coordinates may lie anywhere: what is more than ``Path/reach`` pixels from the origin is replaced, at the door, by
/// an equivalent along the border of that range, which no canvas can see. NaN is taken as 0.
///
/// A path is made to be refilled: ``removeAll()`` keeps the memory.
public struct Path: Sendable {
    /// Pixels from the origin within which coordinates are kept as they are: 2^21.
    public static let reach = 2_097_152

    @usableFromInline var vertices: ContiguousArray<PixelPoint> = []
    @usableFromInline var subpaths: ContiguousArray<Subpath> = []
    /// Where the pen truly is while it is out of reach.
    @usableFromInline var pen = FarPoint(x: 0, y: 0)
    @usableFromInline var penIsFar = false

    /// A run of vertices, drawn with one movement of the pen.
    @usableFromInline
    struct Subpath: Sendable {
        @usableFromInline var start: Int
        @usableFromInline var isClosed: Bool

        @usableFromInline
        init(start: Int, isClosed: Bool) {
            self.start = start
            self.isClosed = isClosed
        }
    }

    public init() {}

    /// True when nothing was added.
    public var isEmpty: Bool { vertices.isEmpty }
    /// How many vertices there are in all subpaths.
    public var vertexCount: Int { vertices.count }

    /// Empties the path and keeps its memory for the next feature.
    @inlinable
    public mutating func removeAll() {
        vertices.removeAll(keepingCapacity: true)
        subpaths.removeAll(keepingCapacity: true)
        penIsFar = false
    }

    /// Makes room, so that adding this many vertices allocates nothing.
    public mutating func reserveCapacity(_ vertices: Int) { self.vertices.reserveCapacity(vertices) }

    // MARK: In 1/256 pixel

    /// Begins a subpath. Units are 1/256 pixel.
    @inlinable
    public mutating func move(subpixelX x: Int, subpixelY y: Int) {
        subpaths.append(Subpath(start: vertices.count, isClosed: false))
        penIsFar = false
        if FarPoint.isNear(x, y) {
            vertices.append(PixelPoint(x: Int32(truncatingIfNeeded: x), y: Int32(truncatingIfNeeded: y)))
        } else {
            moveFar(FarPoint(x: x, y: y))
        }
    }

    /// Draws a line from the last point; the first call after ``close()`` or on an empty path begins a subpath.
    /// Units are 1/256 pixel.
    @inlinable
    public mutating func line(subpixelX x: Int, subpixelY y: Int) {
        guard let last = subpaths.last, !last.isClosed else { return move(subpixelX: x, subpixelY: y) }
        if FarPoint.isNear(x, y), !penIsFar {
            vertices.append(PixelPoint(x: Int32(truncatingIfNeeded: x), y: Int32(truncatingIfNeeded: y)))
        } else {
            lineFar(FarPoint(x: x, y: y))
        }
    }

    // MARK: In pixels

    /// Begins a subpath. Units are pixels, rounded to 1/256.
    @inlinable
    public mutating func move(x: Double, y: Double) {
        move(subpixelX: Self.subpixels(x), subpixelY: Self.subpixels(y))
    }

    /// Draws a line from the last point. Units are pixels, rounded to 1/256.
    @inlinable
    public mutating func line(x: Double, y: Double) {
        line(subpixelX: Self.subpixels(x), subpixelY: Self.subpixels(y))
    }

    /// Closes the subpath: a stroke joins its end with its beginning. A last vertex equal to the first is dropped.
    /// (Fills close every subpath themselves.)
    @inlinable
    public mutating func close() {
        guard var last = subpaths.last, !last.isClosed else { return }
        if penIsFar { closeFar(start: last.start) }
        if vertices.count > last.start + 1, vertices[vertices.count - 1] == vertices[last.start] {
            vertices.removeLast()
        }
        last.isClosed = true
        subpaths[subpaths.count - 1] = last
    }

    /// 1/256 pixel, rounded to nearest, clamped to a range that arithmetic can bear (2^40 pixels); NaN is 0.
    @inlinable
    public static func subpixels(_ pixels: Double) -> Int {
        guard pixels == pixels else { return 0 }
        let limit = 281_474_976_710_656.0
        let scaled = max(-limit, min(limit, pixels * 256))
        // Adding 1.5 × 2^52 leaves the rounded integer in the low bits of the significand.
        let magic = 6_755_399_441_055_744.0
        return Int(bitPattern: UInt((scaled + magic).bitPattern &- magic.bitPattern))
    }
}

extension Path {
    /// The vertices of each subpath in turn.
    @inline(__always)
    func forEachSubpath(_ body: (UnsafeBufferPointer<PixelPoint>, _ isClosed: Bool) -> Void) {
        vertices.withUnsafeBufferPointer { all in
            for index in subpaths.indices {
                let start = subpaths[index].start
                let end = index + 1 < subpaths.count ? subpaths[index + 1].start : all.count
                body(UnsafeBufferPointer(rebasing: all[start..<end]), subpaths[index].isClosed)
            }
        }
    }
}
