import Glibc

/// How the streets of a zone are laid out.
private struct Layout {
    /// The distance between parallel streets along the quarter, and between those across it, in metres.
    var along: Double
    var across: Double
    var style: StreetNames.Style
    /// How far streets swing out from the straight, in metres.
    var sway: Double

    init?(_ zone: Zone) {
        switch zone {
        case .micro: (along, across, style, sway) = (270, 330, .street, 0)
        case .newMicro: (along, across, style, sway) = (260, 300, .street, 0)
        case .cottages: (along, across, style, sway) = (98, 290, .street, 14)
        case .dachas: (along, across, style, sway) = (66, 300, .garden, 8)
        case .industry: (along, across, style, sway) = (330, 420, .works, 0)
        case .port: (along, across, style, sway) = (260, 300, .works, 0)
        default: return nil
        }
    }
}

/// Lays out the streets inside the faces of the skeleton.
struct StreetFill {
    private(set) var ways: [Way] = []
    var names: StreetNames
    private var generator: SeededGenerator
    private let terrain: Terrain
    /// Ends of streets that a later one on the other side may meet: position, direction into the quarter, street.
    private var ends: [(point: PlanePoint, inward: PlanePoint, street: Int)] = []

    init(names: StreetNames, terrain: Terrain, generator: SeededGenerator) {
        self.names = names
        self.terrain = terrain
        self.generator = generator
    }

    /// - Parameters:
    ///   - ring: The face, walked with its inside to the left.
    ///   - uses: What runs along each edge of the ring.
    mutating func fill(_ ring: [PlanePoint], uses: [Way.Use], zone: Zone) {
        switch zone {
        case .historic, .oldTown:
            split(ring, uses: uses, target: zone == .historic ? 118 : 175, depth: 0)
        default:
            guard let layout = Layout(zone) else { return }
            grid(ring, uses: uses, layout: layout)
        }
    }

    // MARK: - Grown quarters

    /// Parts an area across its longer side, again and again, until its parts are blocks.
    private mutating func split(_ ring: [PlanePoint], uses: [Way.Use], target: Double, depth: Int) {
        let frame = orientedFrame(of: ring)
        guard frame.length > target * 1.55, frame.width > 45, signedArea(ring) > target * target * 1.1, depth < 7 else {
            return
        }
        let skew = generator.number(-0.09, 0.09)
        let direction = (frame.along.left + frame.along * skew).direction
        let middle = frame.middle + frame.along * (frame.length * generator.number(-0.09, 0.09))
        let reach = frame.width * 2 + 200
        let chord = [middle + direction * -reach, middle + direction * reach]
        let pieces = clip(chord, to: ring).filter { $0.startEdge != nil && $0.endEdge != nil }
        guard
            let piece = pieces.max(by: {
                $0.points[0].distance(to: $0.points[1]) < $1.points[0].distance(to: $1.points[1])
            }),
            var startEdge = piece.startEdge, var endEdge = piece.endEdge, startEdge != endEdge
        else { return }
        var (start, end) = (piece.points[0], piece.points[1])
        start = settle(start, edge: startEdge, ring: ring)
        end = settle(end, edge: endEdge, ring: ring)
        guard start.distance(to: end) > 40 else { return }
        lay(
            [start, end], roadClass: depth < 2 ? .residential : .residential, style: depth < 3 ? .street : .lane,
            uses: (uses[startEdge], uses[endEdge]))
        if startEdge > endEdge {
            swap(&startEdge, &endEdge)
            swap(&start, &end)
        }
        // One part runs from the first cut to the second, the other back to the first.
        let firstRing = [start] + ring[(startEdge + 1)...endEdge] + [end]
        let firstUses = [uses[startEdge]] + uses[(startEdge + 1)...endEdge] + [.road(.residential)]
        let secondRing = [end] + ring[(endEdge + 1)...] + ring[...startEdge] + [start]
        let secondUses = [uses[endEdge]] + uses[(endEdge + 1)...] + uses[...startEdge] + [.road(.residential)]
        split(firstRing, uses: firstUses, target: target, depth: depth + 1)
        split(secondRing, uses: secondUses, target: target, depth: depth + 1)
    }

    // MARK: - Planned quarters

    private mutating func grid(_ ring: [PlanePoint], uses: [Way.Use], layout: Layout) {
        let frame = orientedFrame(of: ring)
        let phase = generator.number(0, 6)
        for family in 0..<2 {
            let direction = family == 0 ? frame.along : frame.along.left
            let normal = direction.left
            let spacing = family == 0 ? layout.along : layout.across
            let extents = ring.map { $0.dot(normal) }
            let (low, high) = (extents.min()!, extents.max()!)
            let count = Int(((high - low) / spacing).rounded())
            guard count > 1 else { continue }
            let starts = ring.map { $0.dot(direction) }
            let (from, to) = (starts.min()! - 60, starts.max()! + 60)
            for line in 1..<count {
                var level = low + (high - low) * Double(line) / Double(count)
                if family == 1 { level += generator.number(-0.12, 0.12) * spacing }
                let straight = layout.sway == 0
                let steps = straight ? 1 : max(2, Int((to - from) / 70))
                let points = (0...steps).map { step in
                    let u = from + (to - from) * Double(step) / Double(steps)
                    return direction * u + normal * (level + layout.sway * sin(u / 210 + phase))
                }
                for piece in clip(points, to: ring) {
                    guard let startEdge = piece.startEdge, let endEdge = piece.endEdge else { continue }
                    let measured = MeasuredLine(piece.points)
                    guard measured.length > 80, keepsClear(measured, of: ring, by: spacing * 0.42) else { continue }
                    var points = piece.points
                    points[0] = settle(points[0], edge: startEdge, ring: ring)
                    points[points.count - 1] = settle(points[points.count - 1], edge: endEdge, ring: ring)
                    let roadClass: RoadClass =
                        layout.style == .garden ? (family == 0 ? .service : .residential) : .residential
                    lay(
                        points, roadClass: roadClass,
                        style: family == 1 && layout.style == .street ? .lane : layout.style,
                        uses: (uses[startEdge], uses[endEdge]))
                }
            }
        }
    }

    /// Whether most of a street keeps its distance from the streets around the quarter.
    private func keepsClear(_ line: MeasuredLine, of ring: [PlanePoint], by distance: Double) -> Bool {
        var near = 0
        let samples = 7
        for sample in 0..<samples {
            let point = line.place(at: line.length * (Double(sample) + 0.5) / Double(samples)).point
            // Its own ends touch the ring; what runs beside it is asked for.
            let reach = min(distance, line.length * 0.12)
            if ring.indices.contains(where: { point.distance(toSegment: ring[$0], ring[($0 + 1) % ring.count]) < reach }
            ) {
                near += 1
            }
        }
        return near < 3
    }

    // MARK: - Ends

    /// Where a street that ends near a corner or near another street's end really ends.
    private func settle(_ point: PlanePoint, edge: Int, ring: [PlanePoint]) -> PlanePoint {
        let (a, b) = (ring[edge], ring[(edge + 1) % ring.count])
        if let known = ends.last(where: { $0.point.distance(to: point) < 26 && $0.point.distance(toSegment: a, b) < 1 })
        {
            return known.point
        }
        if let corner = [a, b].first(where: { $0.distance(to: point) < 12 }) { return corner }
        return point
    }

    private mutating func lay(
        _ line: [PlanePoint], roadClass: RoadClass, style: StreetNames.Style, uses: (Way.Use, Way.Use)
    ) {
        var points = line
        func isRoad(_ use: Way.Use) -> Bool { if case .road(let road) = use { road != .motorway } else { false } }
        // Streets stop short of water, railways and the bypass.
        for (use, reversed) in [(uses.0, false), (uses.1, true)] where !isRoad(use) {
            if reversed { points.reverse() }
            let measured = MeasuredLine(points)
            if measured.length > 90 { points = measured.part(from: 34, to: measured.length) }
            if reversed { points.reverse() }
        }
        guard points.count > 1, !points.contains(where: terrain.isWater) else { return }
        let first = points[0]
        let last = points[points.count - 1]
        let inward = ((points[1] - first).direction, (points[points.count - 2] - last).direction)
        // A street that goes on beyond a crossing keeps its name.
        let met = [(first, inward.0), (last, inward.1)].compactMap { end, direction in
            ends.last { $0.point == end && $0.inward.dot(direction) < -0.93 }?.street
        }
        let street = met.first ?? names.next(style)
        ends.append((first, inward.0, street))
        ends.append((last, inward.1, street))
        ways.append(Way(points: points, use: .road(roadClass), street: street))
    }
}
