/// One block while it is built on: what stands there, and what must be kept clear of.
struct BuildingSite {
    /// A straight front of the block, with the block to its left.
    struct Side {
        var start: PlanePoint
        var end: PlanePoint
        var way: Int
        /// From the line of the street to its kerb.
        var halfWidth: Double
        /// Whether it is a street that houses face.
        var isStreet: Bool

        var length: Double { start.distance(to: end) }
        var along: PlanePoint { (end - start).direction }
    }

    let ring: [PlanePoint]
    private(set) var sides: [Side] = []
    private(set) var rectangles: [OrientedRectangle] = []
    private var shores: [[PlanePoint]] = []
    private var obstacles: [(a: PlanePoint, b: PlanePoint, clearance: Double)] = []

    init(_ block: CityPlan.Block, ways: [Way]) {
        ring = block.ring
        for index in ring.indices {
            let way = ways[block.edgeWays[index]]
            let (a, b) = (ring[index], ring[(index + 1) % ring.count])
            let (halfWidth, clearance): (Double, Double) =
                switch way.use {
                case .road(let roadClass): (roadClass.halfWidth, roadClass.halfWidth + 1.5)
                // The yard by the station lies beside the main line.
                case .rail: (0, 46)
                case .shore: (0, 18)
                case .stream: (0, 26)
                case .outline, .frame: (0, 8)
                }
            obstacles.append((a, b, clearance))
            let isStreet = way.roadClass.map { $0 != .motorway } ?? false
            if let last = sides.last, last.end == a, last.way == block.edgeWays[index],
                last.along.dot((b - a).direction) > 0.994
            {
                sides[sides.count - 1].end = b
            } else {
                sides.append(
                    Side(start: a, end: b, way: block.edgeWays[index], halfWidth: halfWidth, isStreet: isStreet))
            }
        }
        if sides.count > 2, let first = sides.first, let last = sides.last, last.way == first.way,
            last.along.dot(first.along) > 0.994
        {
            sides[0].start = last.start
            sides.removeLast()
        }
    }

    mutating func avoid(_ line: [PlanePoint], clearance: Double) {
        for (a, b) in zip(line, line.dropFirst()) { obstacles.append((a, b, clearance)) }
    }

    mutating func avoid(shore: [PlanePoint]) {
        shores.append(shore)
        avoid(shore + [shore[0]], clearance: 8)
    }

    /// Takes the place if it is free: inside the block, clear of streets and of what stands there.
    mutating func claim(_ rectangle: OrientedRectangle, gap: Double) -> Bool {
        guard isFree(rectangle, gap: gap) else { return false }
        rectangles.append(rectangle)
        return true
    }

    func isFree(_ rectangle: OrientedRectangle, gap: Double) -> Bool {
        ring.encloses(rectangle.middle)
            && !shores.contains { $0.encloses(rectangle.middle) }
            && !obstacles.contains { rectangle.isNear(segment: $0.a, $0.b, clearance: $0.clearance) }
            && !rectangles.contains { rectangle.isNear($0, gap: gap) }
    }

    /// The block's outline moved inwards by `distance`, if it keeps its shape.
    func inset(by distance: Double) -> [PlanePoint]? {
        guard (3...9).contains(sides.count) else { return nil }
        var result: [PlanePoint] = []
        for index in sides.indices {
            let (before, after) = (sides[(index + sides.count - 1) % sides.count], sides[index])
            let p = before.start + before.along.left * (distance + before.halfWidth)
            let q = after.start + after.along.left * (distance + after.halfWidth)
            let turn = before.along.cross(after.along)
            if abs(turn) < 0.15 {
                result.append(q)
            } else {
                result.append(p + before.along * ((q - p).cross(after.along) / turn))
            }
        }
        guard signedArea(result) > 3600, result.allSatisfy({ ring.encloses($0) }) else { return nil }
        for index in result.indices {
            let (a, b) = (result[index], result[(index + 1) % result.count])
            guard (b - a).dot(sides[index].along) > 25 else { return nil }
        }
        return result
    }
}
