import Geometry

/// Takes geometries from the store's bytes straight into fixed-point arrays.
///
/// Little-endian WKB and SpatiaLite blobs are read here without making any value; whatever else there is goes through the codecs of
/// Geometry, which also say what is wrong.
struct GeometryIntake {
    private let projection = FastMercator.Projection()

    /// What became of a geometry.
    enum Outcome {
        case point(WorldPosition)
        /// It was added to the shapes as the next feature.
        case shape
        /// It has no position.
        case empty
    }

    /// - Throws: `WKBError` if the bytes are not a geometry; `shapes` is then as before.
    func take(_ encoded: EncodedGeometry, into shapes: inout ShapeGeometry) throws -> Outcome {
        let before = (shapes.x.count, shapes.role.count)
        var reader: Reader
        switch encoded {
        case .wkb(let bytes): reader = Reader(bytes: bytes, offset: 0, isBlob: false)
        case .spatiaLite(let bytes): reader = Reader(bytes: bytes, offset: 0, isBlob: true)
        }
        switch reader.read(projection, into: &shapes) {
        case .point(let point): return .point(point)
        case .shape: return shapes.endFeature() ? .shape : .empty
        case nil:
            shapes.truncate(vertices: before.0, parts: before.1)
            return take(try encoded.decoded(), into: &shapes)
        }
    }

    func take(_ geometry: Geometry, into shapes: inout ShapeGeometry) -> Outcome {
        if case .point(let point) = geometry { return .point(position(point)) }
        add(geometry, to: &shapes)
        return shapes.endFeature() ? .shape : .empty
    }

    private func position(_ coordinate: Coordinate) -> WorldPosition {
        let point = projection.point(longitude: coordinate.longitude, latitude: coordinate.latitude)
        return WorldPosition(x: point.x, y: point.y)
    }

    private func add(_ geometry: Geometry, to shapes: inout ShapeGeometry) {
        func run(_ coordinates: [Coordinate], _ role: PartRole) {
            let first = shapes.x.count
            for coordinate in coordinates {
                let point = position(coordinate)
                shapes.add(point.x, point.y, first: first)
            }
            shapes.endRun(role, first: first)
        }
        func area(_ polygon: Polygon) {
            for (index, ring) in polygon.rings.enumerated() { run(ring, index == 0 ? .exterior : .hole) }
        }
        switch geometry {
        case .point(let point): run([point], .point)
        case .multiPoint(let points): for point in points { run([point], .point) }
        case .lineString(let line): run(line, .line)
        case .multiLineString(let lines): for line in lines { run(line, .line) }
        case .polygon(let polygon): area(polygon)
        case .multiPolygon(let polygons): for polygon in polygons { area(polygon) }
        case .geometryCollection(let members): for member in members { add(member, to: &shapes) }
        }
    }
}

extension ShapeGeometry {
    /// Adds a vertex to the run that begins at `first`, unless it repeats the one before.
    @inline(__always)
    mutating func add(_ vx: UInt32, _ vy: UInt32, first: Int) {
        let last = x.count - 1
        if last >= first, x[last] == vx, y[last] == vy { return }
        x.append(vx)
        y.append(vy)
    }

    /// Ends a run: a ring loses the vertex that closes it. What has shrunk to one position becomes a point, so that it does not vanish.
    mutating func endRun(_ role: PartRole, first: Int) {
        var role = role
        if role == .exterior || role == .hole {
            if x.count > first + 1, x[x.count - 1] == x[first], y[y.count - 1] == y[first] {
                x.removeLast()
                y.removeLast()
            }
            if x.count < first + 3 {
                if role == .hole { return truncate(vertices: first, parts: self.role.count) }
                role = .line
            }
        }
        if role == .line, x.count == first + 1 { role = .point }
        endPart(role)
    }

    /// Takes back what was added behind these numbers of vertices and parts.
    mutating func truncate(vertices: Int, parts: Int) {
        x.removeLast(x.count - vertices)
        y.removeLast(y.count - vertices)
        role.removeLast(role.count - parts)
        start.removeLast(start.count - parts - 1)
    }
}

/// A cursor over a little-endian geometry. Everything that it does not know it leaves to the codecs.
private struct Reader {
    let bytes: UnsafeRawBufferPointer
    var offset: Int
    let isBlob: Bool

    enum Shape {
        case point(WorldPosition)
        case shape
    }

    /// Nil if the bytes are not plain.
    mutating func read(_ projection: FastMercator.Projection, into shapes: inout ShapeGeometry) -> Shape? {
        if isBlob {
            guard bytes.count >= 45, bytes[0] == 0, bytes[1] == 1, bytes[38] == 0x7C, bytes[bytes.count - 1] == 0xFE
            else { return nil }
            offset = 39
        }
        guard let type = header(isMember: false) else { return nil }
        if type.code == 1 {
            guard let point = point(type.dimensions, projection) else { return nil }
            return .point(WorldPosition(x: point.x, y: point.y))
        }
        guard body(type, projection, into: &shapes, depth: 0), offset + (isBlob ? 1 : 0) == bytes.count else {
            return nil
        }
        return .shape
    }

    private mutating func uint32() -> Int? {
        guard offset + 4 <= bytes.count else { return nil }
        defer { offset += 4 }
        return Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }

    /// Type and dimensions of a geometry.
    private mutating func header(isMember: Bool) -> (code: Int, dimensions: Int)? {
        if isBlob {
            if isMember {
                guard offset < bytes.count, bytes[offset] == 0x69 else { return nil }
                offset += 1
            }
        } else {
            guard offset < bytes.count, bytes[offset] == 1 else { return nil }
            offset += 1
        }
        guard let code = uint32(), code < 4000, (1...7).contains(code % 1000) else { return nil }
        return (code % 1000, code < 1000 ? 2 : code < 3000 ? 3 : 4)
    }

    private mutating func point(_ dimensions: Int, _ projection: FastMercator.Projection) -> WorldPoint? {
        guard offset + dimensions * 8 <= bytes.count else { return nil }
        defer { offset += dimensions * 8 }
        let (longitude, latitude) = (double(offset), double(offset + 8))
        // An empty point of WKB is one of two not-a-numbers.
        guard !longitude.isNaN, !latitude.isNaN else { return nil }
        return projection.point(longitude: longitude, latitude: latitude)
    }

    @inline(__always)
    private func double(_ offset: Int) -> Double {
        Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
    }

    private mutating func run(
        _ dimensions: Int, _ role: PartRole, _ projection: FastMercator.Projection, into shapes: inout ShapeGeometry
    ) -> Bool {
        guard let count = uint32(), count <= (bytes.count - offset) / (dimensions * 8) else { return false }
        let first = shapes.x.count
        for _ in 0..<count {
            let vertex = projection.point(longitude: double(offset), latitude: double(offset + 8))
            offset += dimensions * 8
            shapes.add(vertex.x, vertex.y, first: first)
        }
        shapes.endRun(role, first: first)
        return true
    }

    private mutating func body(
        _ type: (code: Int, dimensions: Int), _ projection: FastMercator.Projection, into shapes: inout ShapeGeometry,
        depth: Int
    ) -> Bool {
        guard depth < 32 else { return false }
        switch type.code {
        case 1:
            guard let vertex = point(type.dimensions, projection) else { return false }
            let first = shapes.x.count
            shapes.add(vertex.x, vertex.y, first: first)
            shapes.endRun(.point, first: first)
            return true
        case 2: return run(type.dimensions, .line, projection, into: &shapes)
        case 3:
            guard let count = uint32() else { return false }
            for ring in 0..<count {
                guard run(type.dimensions, ring == 0 ? .exterior : .hole, projection, into: &shapes) else {
                    return false
                }
            }
            return true
        default:
            guard let count = uint32() else { return false }
            for _ in 0..<count {
                guard let member = header(isMember: true), body(member, projection, into: &shapes, depth: depth + 1)
                else { return false }
            }
            return true
        }
    }
}
