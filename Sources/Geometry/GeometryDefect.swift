/// Why a geometry cannot be taken, and where in it.
public struct GeometryDefect: Error, Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// No positions where there must be some.
        case empty
        /// A coordinate that is infinite or not a number.
        case notFinite
        /// A longitude beyond ±180°.
        case longitude
        /// A latitude beyond ±90°; `isSwapped` if the two would be right the other way round.
        case latitude(isSwapped: Bool)
        /// A line of fewer than two different positions.
        case shortLine(positions: Int)
        /// A ring that is not a triangle at least, after repeated positions were taken out.
        case shortRing(positions: Int)
        /// A ring that crosses itself.
        case selfIntersection
        /// A ring that touches itself.
        case selfContact
        /// A ring that goes back along itself.
        case selfOverlap
        /// Two rings of a polygon that cross or run along each other.
        case ringsCross(ring: Int, other: Int)
        /// A hole that is not inside the exterior ring.
        case holeOutside(ring: Int)
        /// A hole inside another hole.
        case holeInHole(ring: Int, other: Int)
        /// Holes that cut the inside of a polygon in two.
        case interiorCut
        /// Polygons of one geometry that overlap.
        case partsOverlap
    }

    public var kind: Kind
    /// Where in the geometry, as in GeoJSON: `coordinates[0][3]`; counted in the geometry as it came.
    public var path: String
    /// The position, where there is one.
    public var coordinate: Coordinate?

    public init(kind: Kind, path: String, coordinate: Coordinate? = nil) {
        self.kind = kind
        self.path = path
        self.coordinate = coordinate
    }
}

extension GeometryDefect: CustomStringConvertible {
    /// What is wrong, where, and what helps.
    public var description: String {
        let place = coordinate.map { "\(path) \($0)" } ?? path
        return "\(kind) at \(place)"
    }
}

extension GeometryDefect.Kind: CustomStringConvertible {
    public var description: String {
        switch self {
        case .empty: "no positions"
        case .notFinite: "a coordinate that is not a finite number"
        case .longitude:
            "longitude outside -180…180 (if longitudes run from 0 to 360, subtract 360 from those above 180; "
                + "if these are metres, reproject with ogr2ogr -t_srs EPSG:4326)"
        case .latitude(isSwapped: true):
            "latitude outside -90…90 (longitude and latitude seem to be swapped: longitude comes first)"
        case .latitude(isSwapped: false):
            "latitude outside -90…90 (if these are metres, reproject with ogr2ogr -t_srs EPSG:4326)"
        case .shortLine(let positions): "a line of \(positions) different position\(positions == 1 ? "" : "s")"
        case .shortRing(let positions): "a ring of \(positions) different position\(positions == 1 ? "" : "s")"
        case .selfIntersection: "the ring crosses itself"
        case .selfContact: "the ring touches itself"
        case .selfOverlap: "the ring runs back along itself"
        case .ringsCross(let ring, let other): "rings \(ring) and \(other) cross or run along each other"
        case .holeOutside(let ring): "the hole, ring \(ring), is not inside the exterior ring"
        case .holeInHole(let ring, let other): "the hole, ring \(ring), lies inside the hole, ring \(other)"
        case .interiorCut: "holes cut the inside in two"
        case .partsOverlap: "parts overlap"
        }
    }
}

extension GeometryDefect.Kind {
    /// True if all that is wrong is that nothing is left of a part: of several parts the others stand.
    var isVanishing: Bool {
        switch self {
        case .empty, .shortLine, .shortRing: true
        default: false
        }
    }

    /// The defect without its numbers, as it is counted.
    var name: String {
        switch self {
        case .empty: "part without positions"
        case .shortLine: "part without length"
        case .shortRing: "part without area"
        case .notFinite: "coordinate is no finite number"
        case .longitude, .latitude: "outside of the world"
        case .selfIntersection: "ring crosses itself"
        case .selfContact: "ring touches itself"
        case .selfOverlap: "ring runs back along itself"
        case .ringsCross: "rings cross each other"
        case .holeOutside: "hole outside of its area"
        case .holeInHole: "hole inside another hole"
        case .interiorCut: "holes cut the inside in two"
        case .partsOverlap: "parts overlap"
        }
    }
}

/// What was put right in a geometry without having to guess.
public struct GeometryRepair: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// The first position was repeated at the end of a ring.
        case closedRing
        /// So many positions that repeated the one in front of them were taken out.
        case repeatedPositions(Int)
        /// So many spikes, out to a position and straight back to the one before, were taken out.
        case spikes(Int)
        /// The exterior ring stood among the holes.
        case swappedRings
        /// A hole of which nothing is left was left out.
        case vanishedHole
        /// A part of which nothing is left was left out, for this reason.
        case leftOut(GeometryDefect.Kind)
        /// The area was made anew, for this reason.
        case rebuilt(GeometryDefect.Kind)
        /// Parts of several inside a collection became members of it.
        case flattened
    }

    public var kind: Kind
    /// The line, ring or area, as in GeoJSON: `coordinates[0]`.
    public var path: String

    public init(kind: Kind, path: String) {
        self.kind = kind
        self.path = path
    }

    /// The name under which repairs of this kind are counted.
    public var name: String {
        switch kind {
        case .closedRing: "ring left open"
        case .repeatedPositions: "position repeated"
        case .spikes: "spike without width"
        case .swappedRings: "hole and outline swapped"
        case .vanishedHole: "hole without area"
        case .leftOut(let defect), .rebuilt(let defect): defect.name
        case .flattened: "parts nested in a collection"
        }
    }
}

extension GeometryRepair: CustomStringConvertible {
    public var description: String {
        switch kind {
        case .closedRing: "closed the ring \(path)"
        case .repeatedPositions(let count): "took \(count) repeated position\(count == 1 ? "" : "s") out of \(path)"
        case .spikes(let count): "took \(count) spike\(count == 1 ? "" : "s") out of \(path)"
        case .swappedRings: "put the outline of \(path) before its holes"
        case .vanishedHole: "left out the hole \(path), of which nothing is left"
        case .leftOut(let defect): "left out \(path): \(defect)"
        case .rebuilt(let defect): "made the area \(path) anew: \(defect)"
        case .flattened: "made the parts of \(path) members of the collection"
        }
    }
}
