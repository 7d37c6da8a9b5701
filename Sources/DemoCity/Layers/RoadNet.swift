/// The road net as it is published: every way cut where a bridge begins and ends, drives joined in.
struct RoadNet: Sendable {
    struct Piece: Sendable {
        var points: [PlanePoint]
        var way: Way
        var isBridge: Bool
        /// Whether the bridge leads over the river, not over the stream or the railway.
        var isOverRiver: Bool
    }

    private(set) var pieces: [Piece] = []

    init(plan: CityPlan, drives: [Way]) {
        let terrain = plan.terrain
        var crossed: [PlanePoint: Double] = [:]
        for (index, way) in plan.ways.enumerated() {
            // The first railway is the main line; sidings are crossed on the level.
            if way.use == .stream { for point in plan.graph.points(ofPath: index) { crossed[point] = 18 } }
        }
        if let railway = plan.ways.firstIndex(where: { $0.use == .rail }) {
            for point in plan.graph.points(ofPath: railway) { crossed[point] = 45 }
        }
        let river = terrain.river
        let riverBox = Box(river)
        func isOverRiver(_ point: PlanePoint) -> Bool { riverBox.contains(point) && river.encloses(point) }

        var lines: [(points: [PlanePoint], way: Way)] = []
        var spans: [[ClosedRange<Double>]] = []
        for (index, way) in plan.ways.enumerated() where way.roadClass != nil {
            let line = plan.line(ofWay: index)
            guard line.points.count > 1 else { continue }
            var ranges: [ClosedRange<Double>] = []
            for (position, point) in line.points.enumerated() {
                if let reach = crossed[point], position > 0, position < line.points.count - 1 {
                    let middle = line.distances[position]
                    ranges.append(max(middle - reach, 0)...min(middle + reach, line.length))
                }
            }
            // Ends of the spans become vertices unless there is one near by.
            var points = line.points
            if !ranges.isEmpty {
                let ends = ranges.flatMap { [$0.lowerBound, $0.upperBound] }
                    .filter { end in !line.distances.contains { abs($0 - end) < 3 } }
                var all = zip(line.distances, line.points).map { ($0, $1) }
                all += ends.map { ($0, line.place(at: $0).point.rounded) }
                points = all.sorted { $0.0 < $1.0 }.map(\.1)
            }
            lines.append((points, way))
            spans.append(ranges)
        }
        lines += drives.map { ($0.points, $0) }
        let graph = PlanarGraph(lines.map { ($0.points, 0) })
        for (index, (_, way)) in lines.enumerated() {
            let line = MeasuredLine(graph.points(ofPath: index))
            let ranges = index < spans.count ? spans[index] : []
            var open: (start: Int, kind: (Bool, Bool))?
            for edge in line.points.indices.dropLast() {
                let middle = (line.distances[edge] + line.distances[edge + 1]) / 2
                let overRiver = isOverRiver((line.points[edge] + line.points[edge + 1]) * 0.5)
                let kind = (overRiver || ranges.contains { $0.contains(middle) }, overRiver)
                if let known = open, known.kind != kind {
                    add(line.points[known.start...edge], way, known.kind)
                    open = (edge, kind)
                } else if open == nil {
                    open = (edge, kind)
                }
            }
            if let open { add(line.points[open.start...], way, open.kind) }
        }
    }

    private mutating func add(_ points: ArraySlice<PlanePoint>, _ way: Way, _ kind: (Bool, Bool)) {
        pieces.append(Piece(points: Array(points), way: way, isBridge: kind.0, isOverRiver: kind.1))
    }
}
