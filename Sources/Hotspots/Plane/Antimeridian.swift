import Geometry

extension Geometry {
    /// A polygon of corners that go around it without repeating the first; cut at 180 degrees where it crosses them (RFC 7946 section
    /// 3.1.9). One around a pole reaches along 180 degrees to the pole.
    static func polygon(ofRing corners: [Coordinate]) -> Geometry {
        let pieces = corners.cutAtAntimeridian().map { Polygon(rings: [$0 + [$0[0]]]) }
        return pieces.count == 1 ? .polygon(pieces[0]) : .multiPolygon(pieces)
    }
}

extension [Coordinate] {
    /// The rings on both sides of 180 degrees; the ring itself if it does not cross them.
    fileprivate func cutAtAntimeridian() -> [[Coordinate]] {
        guard count > 2 else { return [self] }
        var unwrapped = [self[0]]
        for corner in dropFirst() { unwrapped.append(corner.unwrapped(near: unwrapped[unwrapped.count - 1].longitude)) }
        let turn = self[0].unwrapped(near: unwrapped[unwrapped.count - 1].longitude).longitude - self[0].longitude
        if turn.magnitude > 180 { return [unwrapped.aroundPole(turn)] }
        let longitudes = unwrapped.map(\.longitude)
        if longitudes.max()! <= 180, longitudes.min()! >= -180 { return [self] }
        let line = longitudes.max()! > 180 ? 180.0 : -180
        let (west, east) = (unwrapped.clipped { line - $0 }, unwrapped.clipped { $0 - line })
        return [west, east].filter { $0.count > 2 }.map { ring in
            let middle = ring.map(\.longitude).reduce(0, +) / Double(ring.count)
            let shift = middle > 180 ? -360.0 : middle < -180 ? 360 : 0
            return ring.map { Coordinate(longitude: $0.longitude + shift, latitude: $0.latitude) }
        }
    }

    /// The corners on the side where `inside` of the longitude is 0 or more, with those on the cut (Sutherland and Hodgman, 1974).
    private func clipped(_ inside: (Double) -> Double) -> [Coordinate] {
        var ring = [Coordinate]()
        for (index, corner) in enumerated() {
            let next = self[index + 1 == count ? 0 : index + 1]
            let (here, there) = (inside(corner.longitude), inside(next.longitude))
            if here >= 0 { ring.append(corner) }
            guard here * there < 0 else { continue }
            let share = here / (here - there)
            ring.append(
                Coordinate(
                    longitude: corner.longitude + share * (next.longitude - corner.longitude),
                    latitude: corner.latitude + share * (next.latitude - corner.latitude)))
        }
        return ring
    }

    /// A ring of unwrapped corners that goes once around a pole, `turn` degrees east or west, as a ring along 180 degrees.
    private func aroundPole(_ turn: Double) -> [Coordinate] {
        let eastward = turn > 0 ? self : Array(reversed())
        var corners = eastward.map { $0.unwrapped(near: 0) }
        let first = corners.indices.min { corners[$0].longitude < corners[$1].longitude }!
        corners = Array(corners[first...] + corners[..<first])
        let (west, east) = (corners[0], corners[corners.count - 1])
        let gap = west.longitude + 360 - east.longitude
        let share = gap > 0 ? (180 - east.longitude) / gap : 0
        let latitude = east.latitude + share * (west.latitude - east.latitude)
        let pole = latitude > 0 ? 90.0 : -90
        let edge = [
            Coordinate(longitude: 180, latitude: latitude), Coordinate(longitude: 180, latitude: pole),
            Coordinate(longitude: -180, latitude: pole), Coordinate(longitude: -180, latitude: latitude),
        ]
        let ring = corners + edge
        return pole > 0 ? ring : Array(ring.reversed())
    }
}

extension Coordinate {
    /// The same position with its longitude within 180 degrees of another.
    fileprivate func unwrapped(near other: Double) -> Coordinate {
        Coordinate(longitude: longitude - 360 * ((longitude - other) / 360).rounded(), latitude: latitude)
    }
}
