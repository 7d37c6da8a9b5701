/// The check at the door: what is stored has passed it.
///
/// A valid geometry has positions, all of them finite and inside the world; lines of at least two different positions;
/// rings that are closed, simple (OGC 06-103r4 section 6.1.11: they neither cross nor touch themselves) and right-handed;
/// holes inside the exterior ring and outside of each other, which may touch in single points. That the inside of a
/// polygon hangs together and that the polygons of a MultiPolygon do not overlap is not checked: they can be drawn,
/// measured and stored all the same.
///
/// What has only one meaning is repaired: rings left open, repeated positions, spikes without width, rings that touch
/// themselves in a vertex (a polygon may become a MultiPolygon by that). Winding is put right
/// without a word, as RFC 7946 says that readers should not mind. Nothing is guessed: a longitude of 181 may be −179, or
/// a typing error.
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
    /// Complexity: O(*n* log *n*) in the number of vertices, for a polygon of few rings.
    public static func check(_ geometry: Geometry) -> Verdict {
        var check = Check()
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
    var repairs: [GeometryRepair] = []

    mutating func geometry(_ geometry: Geometry, path: String) throws(GeometryDefect) -> Geometry {
        let place = GeoJSONError.join(path, "coordinates")
        switch geometry {
        case .point(let point):
            try position(point, path: place)
            return geometry
        case .multiPoint(let points):
            try positions(points, path: place)
            return geometry
        case .lineString(let line): return .lineString(try self.line(line, path: place))
        case .multiLineString(let lines):
            try require(!lines.isEmpty, path: place)
            var checked: [[Coordinate]] = []
            for (index, line) in lines.enumerated() { checked.append(try self.line(line, path: "\(place)[\(index)]")) }
            return .multiLineString(checked)
        case .polygon(let polygon):
            let parts = try self.polygon(polygon, path: place)
            return parts.count == 1 ? .polygon(parts[0]) : .multiPolygon(parts)
        case .multiPolygon(let polygons):
            try require(!polygons.isEmpty, path: place)
            var checked: [Polygon] = []
            for (index, polygon) in polygons.enumerated() {
                checked += try self.polygon(polygon, path: "\(place)[\(index)]")
            }
            return .multiPolygon(checked)
        case .geometryCollection(let members):
            let place = GeoJSONError.join(path, "geometries")
            try require(!members.isEmpty, path: place)
            var checked: [Geometry] = []
            for (index, member) in members.enumerated() {
                checked.append(try self.geometry(member, path: "\(place)[\(index)]"))
            }
            return .geometryCollection(checked)
        }
    }

    private func require(_ hasPositions: Bool, path: String) throws(GeometryDefect) {
        guard hasPositions else { throw GeometryDefect(kind: .empty, path: path) }
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

    // MARK: Lines

    private mutating func line(_ line: [Coordinate], path: String) throws(GeometryDefect) -> [Coordinate] {
        try positions(line, path: path)
        guard zip(line, line.dropFirst()).contains(where: { $0 == $1 }) || line.count < 2 else { return line }
        var cleaned: [Coordinate] = []
        cleaned.reserveCapacity(line.count)
        for coordinate in line where coordinate != cleaned.last { cleaned.append(coordinate) }
        guard cleaned.count >= 2 else {
            throw GeometryDefect(
                kind: .shortLine(positions: cleaned.count), path: path, coordinate: cleaned.first)
        }
        repairs.append(GeometryRepair(kind: .repeatedPositions(line.count - cleaned.count), path: path))
        return cleaned
    }

    // MARK: Polygons

    /// The polygon, or the polygons that it means.
    private mutating func polygon(_ polygon: Polygon, path: String) throws(GeometryDefect) -> [Polygon] {
        try require(!polygon.rings.isEmpty, path: path)
        var rings: [CleanRing] = []
        rings.reserveCapacity(polygon.rings.count)
        for (index, ring) in polygon.rings.enumerated() {
            let place = "\(path)[\(index)]"
            try positions(ring, path: place)
            let clean = CleanRing(ring)
            guard clean.coordinates.count >= 4 else {
                throw GeometryDefect(
                    kind: .shortRing(positions: clean.distinctCount), path: place, coordinate: ring.first)
            }
            if clean.wasOpen { repairs.append(GeometryRepair(kind: .closedRing, path: place)) }
            if clean.repeated > 0 {
                repairs.append(GeometryRepair(kind: .repeatedPositions(clean.repeated), path: place))
            }
            if clean.spikes > 0 { repairs.append(GeometryRepair(kind: .spikes(clean.spikes), path: place)) }
            rings.append(clean)
        }
        if let parts = takenApart(rings, path: path) { return parts }
        try contacts(of: rings, path: path)
        try holes(of: rings, path: path)
        return [Polygon(rings: rings.map(\.coordinates)).rightHanded]
    }

    /// The polygons that come of a ring that touches itself in a vertex, if that is all that is wrong.
    private mutating func takenApart(_ rings: [CleanRing], path: String) -> [Polygon]? {
        guard let parts = RingLoops.split(rings.map(\.coordinates)) else { return nil }
        for part in parts {
            let rings = part.map { CleanRing($0) }
            do throws(GeometryDefect) {
                try contacts(of: rings, path: path)
                try holes(of: rings, path: path)
            } catch { return nil }
        }
        repairs.append(GeometryRepair(kind: .split(parts.reduce(0) { $0 + $1.count } - rings.count + 1), path: path))
        return parts.map { Polygon(rings: $0).rightHanded }
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
