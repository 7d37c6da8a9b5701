import Geometry
import Raster

/// Brings features onto the grid of a vector tile, clips them with a buffer, and writes them as commands.
///
/// Vector Tile Specification 2.1, sections 4.3 and 4.4: `MoveTo`, `LineTo`, `ClosePath` with differences in zigzag form; outer rings have
/// positive area by the surveyor's formula, inner ones negative.
///
/// Made once a tile; it keeps its memory from feature to feature.
struct VectorTileGeometry {
    enum Kind: UInt8 {
        case points = 1
        case lines = 2
        case areas = 3
    }

    private let originX: Double
    private let originY: Double
    private let scale: Double
    private let threshold: UInt8
    private let rectangle: ClipRectangle
    private var clipper: PolygonClipper
    private var rings = Polylines()
    private var pieces = Polylines()
    private var polygons = PolygonClipper.Polygons()
    private var line: [SIMD2<Double>] = []
    private var areas = GridRings()
    private var valid = GridPolygons()
    private var grid: [SIMD2<Int32>] = []
    private var cursor = SIMD2<Int32>(0, 0)
    /// The commands of the feature that is being written.
    private(set) var commands: [UInt32] = []

    init(_ address: TileAddress) {
        let side = Double(UInt64(1) << UInt64(32 - address.z))
        originX = Double(address.x) * side
        originY = Double(address.y) * side
        scale = Double(VectorTile.extent) / side
        // One step of zoom more than the picture: an eighth of a pixel.
        threshold = Importance.threshold(zoom: Double(address.z + 1))
        let margin = Double(VectorTile.buffer)
        let end = Double(VectorTile.extent) + margin
        rectangle = ClipRectangle(minX: -margin, minY: -margin, maxX: end, maxY: end)
        clipper = PolygonClipper(rectangle)
    }

    @inline(__always)
    private func position(_ x: UInt32, _ y: UInt32) -> SIMD2<Double> {
        SIMD2((Double(x) - originX) * scale, (Double(y) - originY) * scale)
    }

    /// The place on the tile's grid that is nearest to a position, however far outside.
    @inline(__always)
    func place(_ x: UInt32, _ y: UInt32) -> SIMD2<Int32> {
        let far = 1_000_000_000.0
        let position = position(x, y)
        return Self.rounded(SIMD2(max(-far, min(far, position.x)), max(-far, min(far, position.y))))
    }

    private func holds(_ box: WorldBox) -> Bool {
        let (low, high) = (position(box.minX, box.minY), position(box.maxX, box.maxY))
        return low.x >= rectangle.minX && low.y >= rectangle.minY && high.x <= rectangle.maxX
            && high.y <= rectangle.maxY
    }

    // MARK: Features

    /// A single point; false if it lies outside.
    mutating func setPoint(x: UInt32, y: UInt32) -> Bool {
        begin()
        let place = position(x, y)
        guard place.x >= rectangle.minX, place.x <= rectangle.maxX, place.y >= rectangle.minY, place.y <= rectangle.maxY
        else { return false }
        commands.append(Self.command(1, 1))
        move(to: Self.rounded(place))
        return true
    }

    /// The points, lines or areas of a feature, as far as they are inside; false if nothing is.
    mutating func set(_ kind: Kind, of geometry: borrowing ShapeGeometry, feature: Int) -> Bool {
        begin()
        let isWhole = holds(geometry.box[feature])
        let parts = geometry.parts(feature)
        switch kind {
        case .points: setPoints(geometry, parts)
        case .lines:
            for part in parts where geometry.role[part] == .line { addLine(geometry, part, isWhole: isWhole) }
        case .areas:
            areas.removeAll()
            var part = parts.lowerBound
            while part < parts.upperBound {
                guard geometry.role[part] == .exterior else {
                    part += 1
                    continue
                }
                let first = part
                repeat { part += 1 } while part < parts.upperBound && geometry.role[part] == .hole
                addArea(geometry, first..<part, isWhole: isWhole)
            }
            valid.mend(&areas)
            writeAreas()
        }
        return !commands.isEmpty
    }

    private mutating func begin() {
        commands.removeAll(keepingCapacity: true)
        cursor = SIMD2(0, 0)
    }

    private mutating func setPoints(_ geometry: borrowing ShapeGeometry, _ parts: Range<Int>) {
        grid.removeAll(keepingCapacity: true)
        for part in parts where geometry.role[part] == .point {
            for vertex in geometry.vertices(part) {
                let place = position(geometry.x[vertex], geometry.y[vertex])
                if place.x >= rectangle.minX, place.x <= rectangle.maxX, place.y >= rectangle.minY,
                    place.y <= rectangle.maxY
                {
                    grid.append(Self.rounded(place))
                }
            }
        }
        guard !grid.isEmpty else { return }
        commands.append(Self.command(1, grid.count))
        for place in grid { move(to: place) }
    }

    private mutating func take(_ geometry: borrowing ShapeGeometry, _ part: Int) {
        line.removeAll(keepingCapacity: true)
        let run = geometry.vertices(part)
        geometry.importance.withUnsafeBufferPointer { importance in
            guard let importance = importance.baseAddress else { return }
            ByteScan.forEach(in: importance, run, atMost: threshold) { vertex in
                line.append(position(geometry.x[vertex], geometry.y[vertex]))
            }
        }
    }

    private mutating func addLine(_ geometry: borrowing ShapeGeometry, _ part: Int, isWhole: Bool) {
        take(geometry, part)
        if isWhole { return write(line: line[...]) }
        // Taken out of the value while the line's span looks into it.
        var cut = Polylines()
        swap(&cut, &pieces)
        cut.removeAll()
        rectangle.clip(line: line.span, into: &cut)
        for index in 0..<cut.count { write(line: cut[index]) }
        swap(&cut, &pieces)
    }

    /// Adds an area's rings, as far as they are inside, to those of the feature.
    private mutating func addArea(_ geometry: borrowing ShapeGeometry, _ parts: Range<Int>, isWhole: Bool) {
        if isWhole {
            var shell: Int?
            for part in parts {
                take(geometry, part)
                for point in line { areas.add(Self.rounded(point)) }
                let isKept = areas.endRing(shell: shell)
                // Holes of a shell that is too small to be seen go with it.
                if part == parts.lowerBound {
                    guard isKept else { return }
                    shell = areas.count - 1
                }
            }
            return
        }
        rings.removeAll()
        for part in parts {
            take(geometry, part)
            rings.append(line)
        }
        polygons.removeAll()
        clipper.clip(rings, into: &polygons)
        for polygon in polygons.shells.indices {
            let rings = polygons.rings(of: polygon)
            var shell: Int?
            for ring in rings {
                for point in polygons.rings[ring] { areas.add(Self.rounded(point)) }
                let isKept = areas.endRing(shell: shell)
                if ring == rings.lowerBound {
                    guard isKept else { break }
                    shell = areas.count - 1
                }
            }
        }
    }

    // MARK: Commands

    private mutating func write(line: ArraySlice<SIMD2<Double>>) {
        snap(line)
        guard grid.count > 1 else { return }
        commands.append(Self.command(1, 1))
        move(to: grid[0])
        commands.append(Self.command(2, grid.count - 1))
        for place in grid.dropFirst() { move(to: place) }
    }

    private mutating func writeAreas() {
        for ring in 0..<areas.count {
            let range = areas.range(of: ring)
            commands.append(Self.command(1, 1))
            move(to: areas.places[range.lowerBound])
            commands.append(Self.command(2, range.count - 1))
            for place in range.dropFirst() { move(to: areas.places[place]) }
            commands.append(Self.command(7, 1))
        }
    }

    /// Rounds a line to the grid, without repeated places.
    private mutating func snap(_ line: ArraySlice<SIMD2<Double>>) {
        grid.removeAll(keepingCapacity: true)
        for point in line {
            let place = Self.rounded(point)
            if grid.last != place { grid.append(place) }
        }
    }

    @inline(__always)
    private mutating func move(to place: SIMD2<Int32>) {
        let step = place &- cursor
        cursor = place
        commands.append(UInt32(bitPattern: step.x << 1 ^ step.x >> 31))
        commands.append(UInt32(bitPattern: step.y << 1 ^ step.y >> 31))
    }

    private static func command(_ id: UInt32, _ count: Int) -> UInt32 { UInt32(count) << 3 | id }

    @inline(__always)
    private static func rounded(_ point: SIMD2<Double>) -> SIMD2<Int32> {
        SIMD2(Int32(point.x.rounded()), Int32(point.y.rounded()))
    }
}
