/// Intersection of geometries with boxes, exact in the given coordinates: edges and corners that only touch count.
///
///     ┌─────────┐
///     │  ┌───┐  │   A box in the hole of an area does not intersect it, although the boxes around both do.
///     │  │ ▫ │  │
///     │  └───┘  │
///     └─────────┘
extension Bounds {
    /// True if a geometry and the box share a point; false for a geometry without vertices.
    ///
    /// Lines are straight in longitude and latitude. Complexity: O(*n*) where the geometry reaches over an edge of the
    /// box, O(1) for points.
    public func intersects(_ geometry: Geometry) -> Bool {
        switch geometry {
        case .point(let point): contains(point)
        case .multiPoint(let points): points.contains(where: contains)
        case .lineString(let line): split.contains { $0.meets(line: line) }
        case .multiLineString(let lines): split.contains { part in lines.contains { part.meets(line: $0) } }
        case .polygon(let polygon): split.contains { $0.meets(polygon) }
        case .multiPolygon(let polygons): split.contains { part in polygons.contains { part.meets($0) } }
        case .geometryCollection(let members): members.contains(where: intersects)
        }
    }

    /// - Precondition: The box does not cross the antimeridian, here and below.
    private func meets(line: [Coordinate]) -> Bool {
        guard let first = line.first else { return false }
        return contains(first) || zip(line, line.dropFirst()).contains { meets(from: $0, to: $1) }
    }

    private func meets(_ polygon: Polygon) -> Bool {
        // Without a boundary in it, the box lies in the area or outside as a whole.
        polygon.rings.contains { meets(line: $0) } || polygon.contains(Coordinate(longitude: west, latitude: south))
    }

    /// True if a straight line from `start` to `end` meets the box: neither the axes nor the line separate them.
    private func meets(from start: Coordinate, to end: Coordinate) -> Bool {
        guard min(start.longitude, end.longitude) <= east, max(start.longitude, end.longitude) >= west,
            min(start.latitude, end.latitude) <= north, max(start.latitude, end.latitude) >= south
        else { return false }
        if contains(start) || contains(end) { return true }
        func side(_ longitude: Double, _ latitude: Double) -> Int {
            Orientation.sign(start, end, Coordinate(longitude: longitude, latitude: latitude))
        }
        let first = side(west, south)
        return first == 0 || side(east, south) != first || side(east, north) != first || side(west, north) != first
    }
}

extension SpatiaLiteBlob {
    /// True if a blob's geometry and a box share a point.
    ///
    /// Vertices are read only where the geometry reaches over an edge of the box.
    ///
    /// - Returns: Nil if these bytes are no blob that can be read, or hold no vertex.
    public static func intersects(_ bytes: UnsafeRawBufferPointer, _ box: Bounds) -> Bool? {
        guard let own = bounds(of: bytes) else { return nil }
        guard box.intersects(own) else { return false }
        if box.split.contains(where: { $0.contains(own) }) { return true }
        guard let geometry = try? decode(bytes) else { return nil }
        return box.intersects(geometry)
    }
}

extension Bounds {
    /// True if another box lies in this one; neither crosses the antimeridian.
    fileprivate func contains(_ other: Bounds) -> Bool {
        west <= other.west && other.east <= east && south <= other.south && other.north <= north
    }
}
