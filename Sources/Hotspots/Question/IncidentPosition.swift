public import Geometry
import Glibc

extension Geometry {
    /// The one position that stands for a geometry when incidents are counted; nil if it has none.
    ///
    /// A point is itself, of several points it is the first; a line is the point halfway along; a polygon is its centroid or, where
    /// that is outside, the middle of the widest stretch at the centroid's latitude. Of several lines or polygons, the
    /// longest or largest stands for all; of a collection, the first member that has a position.
    public var incidentPosition: Coordinate? {
        switch self {
        case .point(let point): return point
        case .multiPoint(let points): return points.first
        case .lineString(let line): return Self.halfway(line)
        case .multiLineString(let lines):
            return lines.max { Self.length($0) < Self.length($1) }.flatMap(Self.halfway)
        case .polygon(let polygon): return Self.middle(polygon)
        case .multiPolygon(let polygons):
            return polygons.max { $0.area < $1.area }.flatMap(Self.middle)
        case .geometryCollection(let members): return members.lazy.compactMap(\.incidentPosition).first
        }
    }

    /// A length to compare with others of the same line, in degrees of latitude.
    private static func length(_ line: [Coordinate]) -> Double {
        zip(line, line.dropFirst()).reduce(0) { $0 + length($1.0, $1.1) }
    }

    private static func length(_ a: Coordinate, _ b: Coordinate) -> Double {
        let dx = (b.longitude - a.longitude) * cos((a.latitude + b.latitude) / 2 * (.pi / 180))
        let dy = b.latitude - a.latitude
        return (dx * dx + dy * dy).squareRoot()
    }

    private static func halfway(_ line: [Coordinate]) -> Coordinate? {
        var rest = length(line) / 2
        for (a, b) in zip(line, line.dropFirst()) {
            let step = length(a, b)
            if step >= rest, step > 0 {
                let share = rest / step
                return Coordinate(
                    longitude: a.longitude + (b.longitude - a.longitude) * share,
                    latitude: a.latitude + (b.latitude - a.latitude) * share)
            }
            rest -= step
        }
        return line.first
    }

    private static func middle(_ polygon: Polygon) -> Coordinate? {
        guard let origin = polygon.exterior.first else { return nil }
        var (area, x, y) = (0.0, 0.0, 0.0)
        for (index, ring) in polygon.rings.enumerated() {
            var (ringArea, ringX, ringY) = (0.0, 0.0, 0.0)
            for (a, b) in zip(ring, ring.dropFirst()) {
                let (ax, ay) = (a.longitude - origin.longitude, a.latitude - origin.latitude)
                let (bx, by) = (b.longitude - origin.longitude, b.latitude - origin.latitude)
                let cross = ax * by - bx * ay
                ringArea += cross
                ringX += (ax + bx) * cross
                ringY += (ay + by) * cross
            }
            // Whichever way rings run: the exterior adds, holes take away.
            let sign: Double = (ringArea < 0) == (index == 0) ? -1 : 1
            area += sign * ringArea
            x += sign * ringX
            y += sign * ringY
        }
        guard area != 0 else { return halfway(polygon.exterior) }
        let centroid = Coordinate(
            longitude: origin.longitude + x / (3 * area), latitude: origin.latitude + y / (3 * area))
        return widestStretch(of: polygon, at: centroid)
    }

    /// The centroid if it is inside, else the middle of the widest stretch of the polygon at its latitude.
    private static func widestStretch(of polygon: Polygon, at centroid: Coordinate) -> Coordinate {
        var crossings = [Double]()
        for ring in polygon.rings {
            for (a, b) in zip(ring, ring.dropFirst())
            where (a.latitude > centroid.latitude) != (b.latitude > centroid.latitude) {
                let share = (centroid.latitude - a.latitude) / (b.latitude - a.latitude)
                crossings.append(a.longitude + share * (b.longitude - a.longitude))
            }
        }
        crossings.sort()
        var widest = (from: centroid.longitude, to: centroid.longitude)
        for index in stride(from: 0, to: crossings.count - 1, by: 2) {
            let (from, to) = (crossings[index], crossings[index + 1])
            if from <= centroid.longitude, centroid.longitude <= to { return centroid }
            if to - from > widest.to - widest.from { widest = (from, to) }
        }
        return Coordinate(longitude: (widest.from + widest.to) / 2, latitude: centroid.latitude)
    }
}
