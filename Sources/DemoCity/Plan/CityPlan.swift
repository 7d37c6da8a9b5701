/// The plan of the city: its terrain, its streets as a graph, and the blocks between them.
struct CityPlan: Sendable {
    /// An area between streets.
    struct Block: Sendable {
        var face: Int
        /// Its corners, to the left of its edges; a dead end inside is walked in and out.
        var ring: [PlanePoint]
        /// The way along each edge, an index into ``CityPlan/ways``.
        var edgeWays: [Int]
        var zone: Zone
        /// An index into ``MasterPlan/districts``; nil outside the city.
        var district: Int?
    }

    let terrain: Terrain
    let skeleton: Skeleton
    let master: MasterPlan
    let names: [String]
    let ways: [Way]
    /// Made of ``ways``, path by path.
    let graph: PlanarGraph
    let blocks: [Block]
    /// The quarters: the faces between main streets, whose zones and districts are those of their blocks.
    let quarters: PlanarGraph
    let quarterZones: [Zone]
    let quarterDistricts: [Int?]

    init(seed: UInt64) {
        var land = SeededGenerator(seed: seed, stream: 1)
        var naming = SeededGenerator(seed: seed, stream: 2)
        var lines = SeededGenerator(seed: seed, stream: 3)
        let terrain = Terrain(generator: &land)
        var names = StreetNames(generator: &naming)
        let skeleton = Skeleton(terrain: terrain, names: &names, generator: &lines)
        let master = MasterPlan(terrain: terrain, outline: skeleton.outline)

        let quarters = PlanarGraph(skeleton.ways.map { ($0.points, $0.trim) })
        let quarterWays = Self.wayOfEdges(quarters, ways: skeleton.ways)
        var zones: [Zone] = []
        var districts: [Int?] = []
        var fill = StreetFill(names: names, terrain: terrain, generator: SeededGenerator(seed: seed, stream: 4))
        for face in quarters.faces.indices {
            let ring = quarters.ring(of: face)
            let uses = quarters.boundary(of: face).map { skeleton.ways[quarterWays[$0 / 2]].use }
            var (shore, perimeter) = (0.0, 0.0)
            for (index, use) in uses.enumerated() {
                let length = ring[index].distance(to: ring[(index + 1) % ring.count])
                perimeter += length
                if use == .shore { shore += length }
            }
            let zone = master.zone(of: ring, shoreShare: shore / perimeter)
            zones.append(zone)
            districts.append(master.district(of: ring))
            if zone.isBuilt { fill.fill(ring, uses: uses, zone: zone) }
        }

        // The main lines as they were cut, so that nothing that dangled comes back.
        let main = zip(skeleton.ways, quarters.paths.indices).map { way, path in
            var way = way
            way.points = quarters.points(ofPath: path)
            way.trim = 0
            return way
        }
        let ways = main + fill.ways
        let graph = PlanarGraph(ways.map { ($0.points, $0.trim) })
        let wayOfEdge = Self.wayOfEdges(graph, ways: ways)

        let rings = quarters.faces.indices.map { quarters.ring(of: $0) }
        let boxes = rings.map(Box.init)
        var greens = SeededGenerator(seed: seed, stream: 7)
        var stadiums = 0
        var blocks: [Block] = []
        for face in graph.faces.indices {
            let ring = graph.ring(of: face)
            let point = interiorPoint(of: ring)
            guard let quarter = rings.indices.first(where: { boxes[$0].contains(point) && rings[$0].encloses(point) })
            else { continue }
            var zone = zones[quarter]
            let area = signedArea(ring)
            if zone.isResidential, zone != .cottages, area > 4000 {
                if greens.chance(0.04) { zone = .square }
                if zone == .micro, area > 50_000, stadiums < 3, greens.chance(0.04) {
                    zone = .stadium
                    stadiums += 1
                }
            }
            blocks.append(
                Block(
                    face: face, ring: ring, edgeWays: graph.boundary(of: face).map { wayOfEdge[$0 / 2] }, zone: zone,
                    district: districts[quarter]))
        }
        self.terrain = terrain
        self.skeleton = skeleton
        self.master = master
        self.names = fill.names.names
        self.ways = ways
        self.graph = graph
        self.blocks = blocks
        self.quarters = quarters
        quarterZones = zones
        quarterDistricts = districts
    }

    /// A way as the graph has it, as far as the map goes.
    func line(ofWay way: Int) -> MeasuredLine {
        MeasuredLine(
            graph.points(ofPath: way).filter {
                abs($0.x) <= Terrain.halfWidth + 0.02 && abs($0.y) <= Terrain.halfHeight + 0.02
            })
    }

    /// For each edge of a graph the way that runs along it; a road comes before anything else.
    private static func wayOfEdges(_ graph: PlanarGraph, ways: [Way]) -> [Int] {
        var wayOfEdge = [Int](repeating: -1, count: graph.halfEdges.count / 2)
        for (way, path) in graph.paths.enumerated() {
            for (a, b) in zip(path, path.dropFirst()) {
                guard let edge = graph.edge(a, b) else { continue }
                let known = wayOfEdge[edge / 2]
                if known < 0 || (ways[known].roadClass == nil && ways[way].roadClass != nil) {
                    wayOfEdge[edge / 2] = way
                }
            }
        }
        return wayOfEdge
    }
}

/// An upright rectangle of the plane.
struct Box: Sendable {
    var low: PlanePoint
    var high: PlanePoint

    init(_ points: [PlanePoint]) {
        low = PlanePoint(.infinity, .infinity)
        high = PlanePoint(-.infinity, -.infinity)
        for point in points {
            low = PlanePoint(min(low.x, point.x), min(low.y, point.y))
            high = PlanePoint(max(high.x, point.x), max(high.y, point.y))
        }
    }

    func meets(_ other: Box) -> Bool {
        low.x <= other.high.x && other.low.x <= high.x && low.y <= other.high.y && other.low.y <= high.y
    }

    func contains(_ point: PlanePoint) -> Bool {
        point.x >= low.x && point.x <= high.x && point.y >= low.y && point.y <= high.y
    }
}
