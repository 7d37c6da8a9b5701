/// Writes the vertices of one subpath straight into a path's memory; see ``Path/add(upTo:isClosed:_:)``.
public struct PathPen {
    @usableFromInline let vertices: UnsafeMutableBufferPointer<PixelPoint>
    @usableFromInline var count = 0
    /// All vertices, from the moment on in which one of them was out of reach.
    @usableFromInline var far: [FarPoint] = []
    @usableFromInline var isFar = false

    @inlinable
    init(_ vertices: UnsafeMutableBufferPointer<PixelPoint>) { self.vertices = vertices }

    /// Draws a line to here; the first call begins the subpath. Units are 1/256 pixel.
    @inlinable @inline(__always)
    public mutating func line(subpixelX x: Int, subpixelY y: Int) {
        if FarPoint.isNear(x, y), !isFar, count < vertices.count {
            (vertices.baseAddress! + count).initialize(
                to: PixelPoint(x: Int32(truncatingIfNeeded: x), y: Int32(truncatingIfNeeded: y)))
            count &+= 1
        } else {
            lineFar(FarPoint(x: x, y: y))
        }
    }

    /// Draws a line to here; the first call begins the subpath. Units are pixels, rounded to 1/256.
    @inlinable @inline(__always)
    public mutating func line(x: Double, y: Double) {
        line(subpixelX: Path.subpixels(x), subpixelY: Path.subpixels(y))
    }

    @usableFromInline @inline(never)
    mutating func lineFar(_ point: FarPoint) {
        if !isFar {
            isFar = true
            far = vertices[..<count].map { FarPoint(x: Int($0.x), y: Int($0.y)) }
        }
        far.append(point)
    }
}

extension Path {
    /// Adds a subpath, vertex by vertex as `trace` tells its pen: faster than ``move(subpixelX:subpixelY:)`` and
    /// ``line(subpixelX:subpixelY:)``, which look at each vertex whether the path's memory is its own and large enough.
    ///
    /// - Parameters:
    ///   - limit: the number of vertices for which room is made; should there be more, they are added all the same.
    ///   - isClosed: see ``close()``.
    @inlinable @inline(__always)
    public mutating func add(upTo limit: Int, isClosed: Bool, _ trace: (inout PathPen) -> Void) {
        let start = vertices.count
        var far: [FarPoint] = []
        vertices.append(addingCapacity: limit) { span in
            span.withUnsafeMutableBufferPointer { room, count in
                var pen = PathPen(room)
                trace(&pen)
                if pen.isFar { far = pen.far } else { count = pen.count }
            }
        }
        if vertices.count > start {
            subpaths.append(Subpath(start: start, isClosed: false))
            penIsFar = false
        } else if !far.isEmpty {
            add(far)
        } else {
            return
        }
        if isClosed { close() }
    }

    @usableFromInline @inline(never)
    mutating func add(_ points: [FarPoint]) {
        for (index, point) in points.enumerated() {
            if index == 0 {
                move(subpixelX: point.x, subpixelY: point.y)
            } else {
                line(subpixelX: point.x, subpixelY: point.y)
            }
        }
    }
}
