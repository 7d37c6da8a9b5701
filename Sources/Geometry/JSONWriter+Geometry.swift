// GeoJSON geometries out (RFC 7946): exterior rings counterclockwise and holes clockwise, whatever they were.

extension JSONWriter {
    /// A geometry. Ordinates that are not finite become `null`, which no reader takes for a position: whatever passed
    /// ``GeometryCheck`` has none.
    public mutating func geometry(_ geometry: Geometry) {
        beginGeometry(geometry.type)
        switch geometry {
        case .point(let point): position(point)
        case .multiPoint(let points), .lineString(let points): positions(points)
        case .multiLineString(let lines):
            beginArray()
            for line in lines { positions(line) }
            endArray()
        case .polygon(let polygon): rings(of: polygon)
        case .multiPolygon(let polygons):
            beginArray()
            for polygon in polygons { rings(of: polygon) }
            endArray()
        case .geometryCollection(let members):
            beginArray()
            for member in members { self.geometry(member) }
            endArray()
        }
        endObject()
    }

    /// One position, `[longitude,latitude]`.
    public mutating func position(_ coordinate: Coordinate) {
        withUnsafeBytes(of: coordinate) { _ = position(at: $0.baseAddress!) }
    }

    /// `"geometry"` and its value, or `null` for none.
    public mutating func geometryMember(_ geometry: Geometry?) {
        key("geometry")
        if let geometry { self.geometry(geometry) } else { null() }
    }

    /// A geometry in SpatiaLite's form, written as text without making a value of it.
    ///
    /// When it throws, nothing has been written.
    public mutating func geometry(spatiaLite blob: UnsafeRawBufferPointer) throws(WKBError) {
        let start = (bytes.count, needsComma, depth)
        do throws(WKBError) {
            var reader = BinaryReader(blob)
            if let point = try reader.spatiaLiteHeader() {
                beginGeometry(.point)
                guard point.longitude.isFinite, point.latitude.isFinite else {
                    throw reader.failure(.notFinite, at: 7)
                }
                position(point)
                endObject()
            } else {
                try entity(&reader, nesting: 0, collection: nil, isBare: false)
                try reader.spatiaLiteEnd()
            }
        } catch {
            bytes.removeSubrange(start.0...)
            (needsComma, depth) = (start.1, start.2)
            throw error
        }
    }

    /// A geometry in SpatiaLite's form, written as text without making a value of it.
    public mutating func geometry(spatiaLite blob: [UInt8]) throws(WKBError) {
        let outcome = blob.withUnsafeBytes { buffer -> WKBError? in
            do throws(WKBError) {
                try geometry(spatiaLite: buffer)
                return nil
            } catch { return error }
        }
        if let outcome { throw outcome }
    }

    /// A geometry as a database hands it out.
    ///
    /// When it throws, nothing has been written.
    public mutating func geometry(_ encoded: EncodedGeometry) throws(WKBError) {
        switch encoded {
        case .wkb(let bytes): geometry(try WKB.decode(bytes))
        case .spatiaLite(let bytes): try geometry(spatiaLite: bytes)
        }
    }

    // MARK: Pieces

    private mutating func beginGeometry(_ type: GeometryType) {
        separate()
        switch type {
        case .point: bytes.appendText(#"{"type":"Point","coordinates":"#)
        case .multiPoint: bytes.appendText(#"{"type":"MultiPoint","coordinates":"#)
        case .lineString: bytes.appendText(#"{"type":"LineString","coordinates":"#)
        case .multiLineString: bytes.appendText(#"{"type":"MultiLineString","coordinates":"#)
        case .polygon: bytes.appendText(#"{"type":"Polygon","coordinates":"#)
        case .multiPolygon: bytes.appendText(#"{"type":"MultiPolygon","coordinates":"#)
        case .geometryCollection: bytes.appendText(#"{"type":"GeometryCollection","geometries":"#)
        }
        depth += 1
        needsComma = false
    }

    private mutating func rings(of polygon: Polygon) {
        beginArray()
        for (index, ring) in polygon.rings.enumerated() {
            ring.withUnsafeBytes { buffer in
                _ = self.ring(PositionRun(buffer, count: ring.count), isExterior: index == 0)
            }
        }
        endArray()
    }

    private mutating func positions(_ run: [Coordinate]) {
        run.withUnsafeBytes { buffer in _ = positions(PositionRun(buffer, count: run.count), isReversed: false) }
    }

    private mutating func ring(_ run: PositionRun, isExterior: Bool) -> Bool {
        let area = run.doubledArea
        return positions(run, isReversed: isExterior ? area < 0 : area > 0)
    }

    /// An array of positions; returns whether all of them are finite.
    private mutating func positions(_ run: PositionRun, isReversed: Bool) -> Bool {
        separate()
        guard run.count > 0 else {
            bytes.appendText("[]")
            return true
        }
        var isFinite = true
        var source = isReversed ? run.base + (run.count - 1) * run.stride : run.base
        let step = isReversed ? -run.stride : run.stride
        bytes.append(UInt8(ascii: "["))
        var rest = run.count
        while rest > 0 {
            let count = min(rest, Self.positionsPerBlock)
            append(room: count * JSONBlock.positionRoom) { block in
                if !block.positions(from: &source, stride: step, count: count) { isFinite = false }
            }
            rest -= count
        }
        // In place of the last comma.
        bytes[bytes.count - 1] = UInt8(ascii: "]")
        return isFinite
    }

    /// How many positions are written between two looks at the size of the buffer.
    private static var positionsPerBlock: Int { 256 }

    /// One position; returns whether it is finite.
    private mutating func position(at source: UnsafeRawPointer) -> Bool {
        separate()
        let longitude = source.loadUnaligned(as: Double.self)
        let latitude = source.loadUnaligned(fromByteOffset: 8, as: Double.self)
        var isFinite = true
        append(room: JSONBlock.positionRoom) { isFinite = $0.position(longitude, latitude) }
        return isFinite
    }

    // MARK: SpatiaLite's form

    /// An entity; `isBare` if it is a member of a collection of its kind, of which only the coordinates are written.
    private mutating func entity(
        _ reader: inout BinaryReader, nesting: Int, collection: GeometryType?, isBare: Bool
    ) throws(WKBError) {
        guard nesting < WKB.maximumDepth else { throw reader.failure(.depth) }
        let form = try reader.spatiaLiteClass(collection: collection)
        if !isBare { beginGeometry(form.type) }
        switch form.type {
        case .point:
            let start = reader.offset
            let point = try reader.coordinate(dimensions: form.dimensions)
            guard point.longitude.isFinite, point.latitude.isFinite else {
                throw reader.failure(.notFinite, at: start)
            }
            position(point)
        case .lineString: try self.run(&reader, form) { $0.positions($1, isReversed: false) }
        case .polygon:
            let count = try reader.count(of: 4)
            beginArray()
            for index in 0..<count { try self.run(&reader, form) { $0.ring($1, isExterior: index == 0) } }
            endArray()
        case .multiPoint, .multiLineString, .multiPolygon, .geometryCollection:
            let count = try reader.spatiaLiteMemberCount()
            beginArray()
            for _ in 0..<count {
                try entity(
                    &reader, nesting: nesting + 1, collection: form.type, isBare: form.type != .geometryCollection)
            }
            endArray()
        }
        if !isBare { endObject() }
    }

    /// Hands a run of positions to `write`, from where it is if it can be used there.
    private mutating func run(
        _ reader: inout BinaryReader, _ form: SpatiaLiteClass,
        _ write: (inout JSONWriter, PositionRun) -> Bool
    ) throws(WKBError) {
        let start = reader.offset
        let isFinite: Bool
        if reader.byteOrder == .littleEndian, form.compressedStride == nil {
            let stride = form.dimensions * 8
            let count = try reader.count(of: stride)
            let first = reader.offset
            try reader.skip(count * stride)
            guard count > 0 else {
                separate()
                bytes.appendText("[]")
                return
            }
            isFinite = write(
                &self, PositionRun(base: reader.bytes.baseAddress! + first, count: count, stride: stride))
        } else {
            let run = try reader.spatiaLiteRun(form)
            isFinite = run.withUnsafeBytes { write(&self, PositionRun($0, count: run.count)) }
        }
        guard isFinite else { throw reader.failure(.notFinite, at: start) }
    }
}

/// Positions that lie in memory at a regular distance, two doubles in front each.
struct PositionRun {
    let base: UnsafeRawPointer
    let count: Int
    let stride: Int

    init(base: UnsafeRawPointer, count: Int, stride: Int) {
        self.base = base
        self.count = count
        self.stride = stride
    }

    init(_ coordinates: UnsafeRawBufferPointer, count: Int) {
        // Without coordinates there may be no address, and none is used.
        base = coordinates.baseAddress ?? UnsafeRawPointer(bitPattern: 8)!
        self.count = count
        stride = MemoryLayout<Coordinate>.stride
    }

    /// Twice the signed area of the ring, in square degrees: positive if it runs counterclockwise.
    ///
    /// Measured from the first position, so that little is lost to cancellation.
    var doubledArea: Double {
        guard count > 2 else { return 0 }
        let originX = base.loadUnaligned(as: Double.self)
        let originY = base.loadUnaligned(fromByteOffset: 8, as: Double.self)
        var area = 0.0
        var place = base + stride
        var x = place.loadUnaligned(as: Double.self) - originX
        var y = place.loadUnaligned(fromByteOffset: 8, as: Double.self) - originY
        for _ in 2..<count {
            place += stride
            let nextX = place.loadUnaligned(as: Double.self) - originX
            let nextY = place.loadUnaligned(fromByteOffset: 8, as: Double.self) - originY
            area += x * nextY - nextX * y
            (x, y) = (nextX, nextY)
        }
        return area
    }
}

extension [UInt8] {
    @inline(__always)
    mutating func appendText(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }
}
