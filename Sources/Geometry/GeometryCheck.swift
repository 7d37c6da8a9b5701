/// The check at the door: what is stored has passed it.
///
/// A valid geometry has positions, all of them finite, inside the world and of 7 decimals (``Coordinate/rounded``); lines of at least two
/// different positions; polygons that are valid by OGC's simple features (06-103r4 section 6.1.11), right-handed, also together; and no
/// parts of several inside a collection, which SpatiaLite cannot read. Nothing that GEOS calls invalid passes.
///
/// What has one meaning is repaired by one rule, and told by kind: rings left open, repeated positions and spikes are put right; parts and
/// holes of which nothing is left are left out, as long as something else is there; a hole that holds its exterior ring changes places with
/// it; and areas whose rings cross or overlap are made anew by GEOS (``AreaRepair``). Winding is put right without a word, as RFC 7946 says
/// that readers should not mind, and so is rounding. Nothing is guessed: a longitude of 181 may be −179, or a typing error.
///
/// A geometry across the antimeridian should have been cut there (RFC 7946 section 3.1.9). One that was not is a valid
/// geometry that goes around the world the other way, and is taken as what it says;
/// ``looksUncutAtAntimeridian(_:)`` finds it, for a warning.
public enum GeometryCheck {
    /// What the check found.
    public enum Verdict: Hashable, Sendable {
        case valid(Geometry)
        case repaired(Geometry, [GeometryRepair])
        case refused(GeometryDefect)

        /// The geometry to store, unless it was refused.
        public var geometry: Geometry? {
            switch self {
            case .valid(let geometry), .repaired(let geometry, _): geometry
            case .refused: nil
            }
        }
    }

    /// Checks a geometry, repairs what has only one meaning, and turns its rings right-handed.
    ///
    /// - Parameter isRounded: False for a geometry that is not stored, such as that of a filter: its positions stay as they are, areas are not
    ///   made anew but refused, which costs less, and polygons are not compared with each other.
    ///
    /// Complexity: O(*n* log *n*) in the number of vertices, for a polygon of few rings.
    public static func check(_ geometry: Geometry, isRounded: Bool = true) -> Verdict {
        var check = Check(isRounded: isRounded)
        do throws(GeometryDefect) {
            let checked = try check.geometry(geometry, path: "")
            return check.repairs.isEmpty ? .valid(checked) : .repaired(checked, check.repairs)
        } catch { return .refused(error) }
    }

    /// Whether a line or ring goes from one position to the next over more than half the world's longitudes, and not along
    /// its edges or around all of it: it was probably meant to go the short way, across the antimeridian.
    public static func looksUncutAtAntimeridian(_ geometry: Geometry) -> Bool {
        switch geometry {
        case .point, .multiPoint: return false
        case .lineString(let line): return jumps(line)
        case .multiLineString(let lines): return lines.contains(where: jumps)
        case .polygon(let polygon): return polygon.rings.contains(where: jumps)
        case .multiPolygon(let polygons): return polygons.contains { $0.rings.contains(where: jumps) }
        case .geometryCollection(let members): return members.contains(where: looksUncutAtAntimeridian)
        }
    }

    private static func jumps(_ run: [Coordinate]) -> Bool {
        zip(run, run.dropFirst()).contains { from, to in
            let width = (from.longitude - to.longitude).magnitude
            return width > 180 && width < 360
        }
    }
}

/// A check under way.
private struct Check {
    let isRounded: Bool
    var repairs: [GeometryRepair] = []

    init(isRounded: Bool) { self.isRounded = isRounded }

    mutating func geometry(_ geometry: Geometry, path: String) throws(GeometryDefect) -> Geometry {
        let place = GeoJSONError.join(path, "coordinates")
        switch geometry {
        case .point(let point):
            try position(point, path: place)
            return .point(isRounded ? point.rounded : point)
        case .multiPoint(let points):
            try positions(points, path: place)
            return .multiPoint(rounded(points))
        case .lineString(let line): return .lineString(try self.line(line, path: place))
        case .multiLineString(let lines):
            return .multiLineString(
                try parts(lines, path: place) { check, line, path throws(GeometryDefect) in
                    try check.line(line, path: path)
                })
        case .polygon(let polygon):
            let rings = try self.rings(polygon, path: place)
            let areas = try areas([rings], path: place)
            return areas.count == 1 ? .polygon(areas[0]) : .multiPolygon(areas)
        case .multiPolygon(let polygons):
            let repairsBefore = repairs.count
            let parts = try parts(polygons, path: place) { check, polygon, path throws(GeometryDefect) in
                try check.rings(polygon, path: path)
            }
            let areas = try areas(parts, path: place)
            return areas.count == 1 && repairs.count > repairsBefore ? .polygon(areas[0]) : .multiPolygon(areas)
        case .geometryCollection(let members):
            let place = GeoJSONError.join(path, "geometries")
            let checked = try parts(members, path: place) { check, member, path throws(GeometryDefect) in
                try check.geometry(member, path: path)
            }
            guard checked.contains(where: \.hasParts) else { return .geometryCollection(checked) }
            repairs.append(GeometryRepair(kind: .flattened, path: place))
            return .geometryCollection(checked.flatMap(\.parts))
        }
    }

    private func require(_ hasPositions: Bool, path: String) throws(GeometryDefect) {
        guard hasPositions else { throw GeometryDefect(kind: .empty, path: path) }
    }

    /// Checks part by part, and leaves out those that vanish unless all do.
    private mutating func parts<Part, Checked>(
        _ parts: [Part], path: String,
        _ check: (inout Check, Part, String) throws(GeometryDefect) -> Checked
    ) throws(GeometryDefect) -> [Checked] {
        try require(!parts.isEmpty, path: path)
        var checked: [Checked] = []
        checked.reserveCapacity(parts.count)
        var vanished: [GeometryDefect] = []
        for (index, part) in parts.enumerated() {
            do throws(GeometryDefect) { checked.append(try check(&self, part, "\(path)[\(index)]")) } catch {
                guard error.kind.isVanishing else { throw error }
                vanished.append(error)
            }
        }
        guard !checked.isEmpty else { throw vanished[0] }
        repairs += vanished.map { GeometryRepair(kind: .leftOut($0.kind), path: $0.path) }
        return checked
    }

    // MARK: Positions

    private func position(_ coordinate: Coordinate, path: @autoclosure () -> String) throws(GeometryDefect) {
        guard !coordinate.isValid else { return }
        let kind: GeometryDefect.Kind =
            if !coordinate.longitude.isFinite || !coordinate.latitude.isFinite {
                .notFinite
            } else if coordinate.latitude.magnitude > 90 {
                .latitude(isSwapped: coordinate.longitude.magnitude <= 90 && coordinate.latitude.magnitude <= 180)
            } else {
                .longitude
            }
        throw GeometryDefect(kind: kind, path: path(), coordinate: coordinate)
    }

    private func positions(_ run: [Coordinate], path: String) throws(GeometryDefect) {
        try require(!run.isEmpty, path: path)
        for (index, coordinate) in run.enumerated() { try position(coordinate, path: "\(path)[\(index)]") }
    }

    private func rounded(_ run: [Coordinate]) -> [Coordinate] {
        isRounded && !run.allSatisfy(\.isRounded) ? run.map(\.rounded) : run
    }

    // MARK: Lines

    private mutating func line(_ given: [Coordinate], path: String) throws(GeometryDefect) -> [Coordinate] {
        try positions(given, path: path)
        let line = rounded(given)
        guard zip(line, line.dropFirst()).contains(where: { $0 == $1 }) || line.count < 2 else { return line }
        var cleaned: [Coordinate] = []
        cleaned.reserveCapacity(line.count)
        for coordinate in line where coordinate != cleaned.last { cleaned.append(coordinate) }
        guard cleaned.count >= 2 else {
            throw GeometryDefect(
                kind: .shortLine(positions: cleaned.count), path: path, coordinate: cleaned.first)
        }
        // Those that became the same by rounding are no fault of the source's.
        let repeated = zip(given, given.dropFirst()).count { $0 == $1 }
        if repeated > 0 { repairs.append(GeometryRepair(kind: .repeatedPositions(repeated), path: path)) }
        return cleaned
    }

    // MARK: Polygons

    /// The rings of one polygon, each of them clean in itself.
    private struct Rings {
        var path: String
        var rings: [CleanRing]
        var coordinates: [[Coordinate]] { rings.map(\.coordinates) }
    }

    private mutating func rings(_ polygon: Polygon, path: String) throws(GeometryDefect) -> Rings {
        try require(!polygon.rings.isEmpty, path: path)
        var rings: [CleanRing] = []
        rings.reserveCapacity(polygon.rings.count)
        for (index, ring) in polygon.rings.enumerated() {
            let place = "\(path)[\(index)]"
            guard index == 0 || !ring.isEmpty else {
                repairs.append(GeometryRepair(kind: .vanishedHole, path: place))
                continue
            }
            try positions(ring, path: place)
            let positions = rounded(ring)
            let clean = CleanRing(positions)
            guard clean.coordinates.count >= 4 else {
                guard index == 0 else {
                    repairs.append(GeometryRepair(kind: .vanishedHole, path: place))
                    continue
                }
                throw GeometryDefect(
                    kind: .shortRing(positions: clean.distinctCount), path: place, coordinate: ring.first)
            }
            if !clean.isAsGiven { note(isRounded ? CleanRing(ring) : clean, path: place) }
            rings.append(clean)
        }
        return Rings(path: path, rings: rings)
    }

    /// Tells how a ring was cleaned, leaving out what came of rounding.
    private mutating func note(_ clean: CleanRing, path: String) {
        if clean.wasOpen { repairs.append(GeometryRepair(kind: .closedRing, path: path)) }
        if clean.repeated > 0 { repairs.append(GeometryRepair(kind: .repeatedPositions(clean.repeated), path: path)) }
        if clean.spikes > 0 { repairs.append(GeometryRepair(kind: .spikes(clean.spikes), path: path)) }
    }

    /// The valid polygons that rings of polygons mean together.
    private mutating func areas(_ parts: [Rings], path: String) throws(GeometryDefect) -> [Polygon] {
        var parts = parts
        var defects: [GeometryDefect] = []
        for index in parts.indices {
            guard let defect = defect(of: parts[index]) else { continue }
            if case .holeOutside = defect.kind, let better = AreaRepair.withExteriorFirst(parts[index].coordinates) {
                repairs.append(GeometryRepair(kind: .swappedRings, path: parts[index].path))
                parts[index].rings = better.map { CleanRing($0) }
                guard let other = self.defect(of: parts[index]) else { continue }
                defects.append(other)
            } else {
                defects.append(defect)
            }
        }
        let polygons = parts.map { Polygon(rings: $0.coordinates) }
        if defects.isEmpty, isRounded, let fault = AreaRepair.fault(in: polygons) {
            defects = [GeometryDefect(kind: fault, path: path)]
        }
        guard !defects.isEmpty else { return polygons.map(\.rightHanded) }
        guard isRounded, let rebuilt = AreaRepair.rebuilt(polygons), !rebuilt.isEmpty else {
            throw defects[0]
        }
        repairs += defects.map { GeometryRepair(kind: .rebuilt($0.kind), path: $0.path) }
        return rebuilt.map(\.rightHanded)
    }

    /// The first fault of a polygon's rings, but for an inside that is cut in two.
    private func defect(of polygon: Rings) -> GeometryDefect? {
        do throws(GeometryDefect) {
            try contacts(of: polygon.rings, path: polygon.path)
            try holes(of: polygon.rings, path: polygon.path)
            return nil
        } catch { return error }
    }

    private func contacts(of rings: [CleanRing], path: String) throws(GeometryDefect) {
        guard let contact = RingContacts.firstForbidden(in: rings.map(\.coordinates)) else { return }
        let kind: GeometryDefect.Kind =
            if contact.ring != contact.otherRing {
                .ringsCross(ring: contact.ring, other: contact.otherRing)
            } else {
                switch contact.kind {
                case .crossing: .selfIntersection
                case .touch: .selfContact
                case .overlap: .selfOverlap
                }
            }
        let index = rings[contact.ring].original(contact.segment)
        throw GeometryDefect(kind: kind, path: "\(path)[\(contact.ring)][\(index)]", coordinate: contact.place)
    }

    /// Rings that neither cross nor overlap lie inside or outside of each other as wholes, but for single points in which
    /// they touch.
    private func holes(of rings: [CleanRing], path: String) throws(GeometryDefect) {
        guard rings.count > 1 else { return }
        let exterior = AreaIndex(rings: [rings[0].coordinates])
        for (number, ring) in rings.enumerated().dropFirst() {
            for (index, coordinate) in ring.coordinates.enumerated() {
                var location = exterior.location(of: coordinate)
                if location == .boundary, index + 1 < ring.coordinates.count {
                    let next = ring.coordinates[index + 1]
                    if exterior.location(of: next) == .boundary {
                        location = exterior.location(of: coordinate.middle(to: next))
                    }
                }
                guard location != .outside else {
                    throw GeometryDefect(
                        kind: .holeOutside(ring: number), path: "\(path)[\(number)][\(ring.original(index))]",
                        coordinate: coordinate)
                }
            }
        }
        try nesting(of: rings, path: path)
    }

    private func nesting(of rings: [CleanRing], path: String) throws(GeometryDefect) {
        let boxes = rings.map { Geometry.lineString($0.coordinates).bounds! }
        let order = (1..<rings.count).sorted { boxes[$0].west < boxes[$1].west }
        for (place, outer) in order.enumerated() {
            var index: AreaIndex?
            // What lies inside begins no further west, but may come earlier among those that begin as far.
            var first = place
            while first > 0, boxes[order[first - 1]].west == boxes[outer].west { first -= 1 }
            for inner in order[first...] where inner != outer {
                guard boxes[inner].west <= boxes[outer].east else { break }
                guard boxes[inner].east <= boxes[outer].east, boxes[inner].south >= boxes[outer].south,
                    boxes[inner].north <= boxes[outer].north
                else { continue }
                let area = index ?? AreaIndex(rings: [rings[outer].coordinates])
                index = area
                let isInside = rings[inner].coordinates.contains { area.location(of: $0) == .inside }
                guard !isInside else {
                    throw GeometryDefect(
                        kind: .holeInHole(ring: inner, other: outer), path: "\(path)[\(inner)]",
                        coordinate: rings[inner].coordinates.first)
                }
            }
        }
    }
}

extension Coordinate {
    func middle(to other: Coordinate) -> Coordinate {
        Coordinate(longitude: (longitude + other.longitude) / 2, latitude: (latitude + other.latitude) / 2)
    }
}

extension Geometry {
    /// True for a type of several parts.
    fileprivate var hasParts: Bool {
        switch self {
        case .point, .lineString, .polygon: false
        case .multiPoint, .multiLineString, .multiPolygon, .geometryCollection: true
        }
    }

    /// The simple geometries in this one.
    fileprivate var parts: [Geometry] {
        switch self {
        case .point, .lineString, .polygon: [self]
        case .multiPoint(let points): points.map { .point($0) }
        case .multiLineString(let lines): lines.map { .lineString($0) }
        case .multiPolygon(let polygons): polygons.map { .polygon($0) }
        case .geometryCollection(let members): members.flatMap(\.parts)
        }
    }
}
