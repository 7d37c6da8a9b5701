/// Measures of single rings and lines, in the plane of longitude and latitude.
public enum Ring {
    /// The area in square degrees: positive if the ring runs counterclockwise, negative if clockwise.
    public static func signedArea(_ ring: [Coordinate]) -> Double {
        ring.withUnsafeBytes { PositionRun($0, count: ring.count).doubledArea / 2 }
    }

    /// Whether the ring runs counterclockwise, as exterior rings do in RFC 7946.
    public static func isCounterclockwise(_ ring: [Coordinate]) -> Bool { signedArea(ring) > 0 }
}

extension Polygon {
    /// Exterior counterclockwise and holes clockwise (RFC 7946 section 3.1.6).
    public var rightHanded: Polygon {
        var polygon = self
        for index in rings.indices {
            let area = Ring.signedArea(rings[index])
            if index == 0 ? area < 0 : area > 0 { polygon.rings[index].reverse() }
        }
        return polygon
    }

    /// The area in square degrees, holes taken out.
    public var area: Double {
        var area = Ring.signedArea(exterior).magnitude
        for hole in holes { area -= Ring.signedArea(hole).magnitude }
        return area
    }
}
