import Glibc

extension Geometry {
    /// A position that stands for the geometry, on it or in it: the point itself, the middle of a line by its length, an
    /// inner position of a polygon. Of several members the longest or largest counts, of a collection areas before lines
    /// before points. nil if there is no position.
    public var representativePoint: Coordinate? {
        switch self {
        case .point(let point): point
        case .multiPoint(let points): points.first
        case .lineString(let line): Self.middle(of: line)
        case .multiLineString(let lines): lines.largest(by: Self.length).flatMap(Self.middle)
        case .polygon(let polygon): polygon.innerPoint
        case .multiPolygon(let polygons): polygons.largest(by: \.area)?.innerPoint
        case .geometryCollection(let members):
            members.filter { !$0.isEmpty }.largest { Double($0.dimension) * 1e9 + $0.extent }?.representativePoint
        }
    }

    /// 0 for points, 1 for lines, 2 for areas.
    private var dimension: Int {
        switch self {
        case .point, .multiPoint: 0
        case .lineString, .multiLineString: 1
        case .polygon, .multiPolygon: 2
        case .geometryCollection(let members): members.map(\.dimension).max() ?? 0
        }
    }

    /// Length or area, to compare geometries of the same dimension.
    private var extent: Double {
        switch self {
        case .point, .multiPoint: 0
        case .lineString(let line): Self.length(line)
        case .multiLineString(let lines): lines.map(Self.length).max() ?? 0
        case .polygon(let polygon): polygon.area
        case .multiPolygon(let polygons): polygons.map(\.area).max() ?? 0
        case .geometryCollection(let members):
            members.filter { $0.dimension == dimension }.map(\.extent).max() ?? 0
        }
    }

    /// The length of a line in degrees of latitude, those of longitude shortened as they are at the line's place.
    private static func length(_ line: [Coordinate]) -> Double {
        zip(line, line.dropFirst()).reduce(0) { $0 + distance($1.0, $1.1) }
    }

    private static func distance(_ from: Coordinate, _ to: Coordinate) -> Double {
        let shortening = cos((from.latitude + to.latitude) / 2 * (.pi / 180))
        return hypot((to.longitude - from.longitude) * shortening, to.latitude - from.latitude)
    }

    private static func middle(of line: [Coordinate]) -> Coordinate? {
        var rest = length(line) / 2
        for (from, to) in zip(line, line.dropFirst()) {
            let step = distance(from, to)
            if step >= rest, step > 0 {
                let share = rest / step
                return Coordinate(
                    longitude: from.longitude + (to.longitude - from.longitude) * share,
                    latitude: from.latitude + (to.latitude - from.latitude) * share)
            }
            rest -= step
        }
        return line.first
    }
}

extension Polygon {
    /// A position inside the polygon: the middle of the widest piece that a parallel through its middle has inside.
    ///
    /// The parallel runs halfway between two neighboring latitudes of vertices, so that it meets none. A polygon without
    /// height has no inside, and its first position is taken.
    fileprivate var innerPoint: Coordinate? {
        guard let bounds = Geometry.polygon(self).bounds else { return nil }
        let middle = (bounds.south + bounds.north) / 2
        var (below, above) = (bounds.south, bounds.north)
        for ring in rings {
            for coordinate in ring {
                if coordinate.latitude <= middle {
                    below = max(below, coordinate.latitude)
                } else {
                    above = min(above, coordinate.latitude)
                }
            }
        }
        let latitude = (below + above) / 2
        var crossings: [Double] = []
        for ring in rings {
            guard var from = ring.last else { continue }
            for to in ring {
                if (from.latitude > latitude) != (to.latitude > latitude) {
                    let share = (latitude - from.latitude) / (to.latitude - from.latitude)
                    crossings.append(from.longitude + (to.longitude - from.longitude) * share)
                }
                from = to
            }
        }
        crossings.sort()
        let spans = stride(from: 0, to: crossings.count - 1, by: 2).map { (crossings[$0], crossings[$0 + 1]) }
        guard let widest = spans.largest(by: { $0.1 - $0.0 }) else { return exterior.first }
        return Coordinate(longitude: (widest.0 + widest.1) / 2, latitude: latitude)
    }
}

extension Sequence {
    /// The first of the elements with the largest measure.
    fileprivate func largest(by measure: (Element) -> Double) -> Element? {
        var best: (element: Element, measure: Double)?
        for element in self {
            let measure = measure(element)
            if best.map({ measure > $0.measure }) ?? true { best = (element, measure) }
        }
        return best?.element
    }
}
