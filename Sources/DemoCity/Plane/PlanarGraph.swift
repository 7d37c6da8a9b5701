/// Lines on the plane turned into a graph: wherever two of them meet there is a node of both, and the areas that they enclose
/// are its faces.
struct PlanarGraph: Sendable {
    /// One direction of an edge. `index ^ 1` is the other one.
    struct HalfEdge: Sendable {
        var from: Int
        var to: Int
        /// The half-edge that follows on the boundary of the face to the left.
        var next = 0
        var face = -1
    }

    private(set) var nodes: [PlanePoint] = []
    /// For each line that went in, the nodes along it.
    private(set) var paths: [[Int]] = []
    private(set) var halfEdges: [HalfEdge] = []
    /// A half-edge of each bounded face.
    private(set) var faces: [Int] = []
    private var nodeOfPosition: [Int64: Int] = [:]
    private var edgeOfNodes: [Int64: Int] = [:]

    /// - Parameter lines: The lines; those with `trim` lose what dangles from their ends, up to so many metres.
    init(_ lines: [(points: [PlanePoint], trim: Double)]) {
        // A line that was bent to a node near by may cross another one now: what was cut is cut again.
        cut(lines.map(\.points))
        for _ in 0..<3 {
            let bent = paths.indices.map { points(ofPath: $0) }
            (nodes, paths, nodeOfPosition) = ([], [], [:])
            cut(bent)
        }
        trimEnds(lines.map(\.trim))
        link()
        trace()
    }

    // MARK: - Reading

    func points(ofPath path: Int) -> [PlanePoint] { paths[path].map { nodes[$0] } }

    /// The edge between two nodes, as the lower index of its half-edges.
    func edge(_ a: Int, _ b: Int) -> Int? { edgeOfNodes[Self.key(min(a, b), max(a, b))] }

    /// The half-edges around a face, which lies to their left.
    func boundary(of face: Int) -> [Int] {
        var boundary: [Int] = []
        var edge = faces[face]
        repeat {
            boundary.append(edge)
            edge = halfEdges[edge].next
        } while edge != faces[face]
        return boundary
    }

    /// The corners of a face; a dead end inside it is walked in and out.
    func ring(of face: Int) -> [PlanePoint] { boundary(of: face).map { nodes[halfEdges[$0].from] } }

    // MARK: - Building

    private static func key(_ a: Int, _ b: Int) -> Int64 { Int64(a) << 32 | Int64(b) }

    /// How near two positions are one node, and a node lies on a line, in metres.
    private static let reach = 1.5

    /// The node at a position, or the one near by that was there before.
    private mutating func node(_ point: PlanePoint) -> Int {
        let column = Int((point.x / Self.reach).rounded(.down))
        let row = Int((point.y / Self.reach).rounded(.down))
        var nearest: (node: Int, distance: Double)?
        for x in column - 1...column + 1 {
            for y in row - 1...row + 1 {
                guard let known = nodeOfPosition[Self.key(x, y & 0xFFFF_FFFF)] else { continue }
                let distance = nodes[known].distance(to: point)
                if distance < Self.reach, distance < nearest?.distance ?? .infinity { nearest = (known, distance) }
            }
        }
        if let nearest { return nearest.node }
        nodes.append(point.rounded)
        nodeOfPosition[Self.key(column, row & 0xFFFF_FFFF)] = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func cut(_ lines: [[PlanePoint]]) {
        struct Segment {
            var a: Int
            var b: Int
            var cuts: [(t: Double, node: Int)] = []
        }
        var segments: [Segment] = []
        var firstSegment: [Int] = []
        for line in lines {
            firstSegment.append(segments.count)
            var previous: Int?
            for point in line {
                let current = node(point)
                if let previous, previous != current { segments.append(Segment(a: previous, b: current)) }
                previous = current
            }
        }
        firstSegment.append(segments.count)

        // Candidates that share a cell of 120 m.
        let cell = 120.0
        func number(_ quotient: Double) -> Int { Int(quotient.rounded(.down)) }
        var members: [Int64: [Int]] = [:]
        var cells: [Int64] = []
        for (index, segment) in segments.enumerated() {
            let (a, b) = (nodes[segment.a], nodes[segment.b])
            for column in number((min(a.x, b.x) - 2) / cell)...number((max(a.x, b.x) + 2) / cell) {
                for row in number((min(a.y, b.y) - 2) / cell)...number((max(a.y, b.y) + 2) / cell) {
                    // The cell's own square must be near the segment, or a long diagonal one would fill its whole box.
                    let middle = PlanePoint((Double(column) + 0.5) * cell, (Double(row) + 0.5) * cell)
                    guard middle.distance(toSegment: a, b) < cell * 0.75 + 2 else { continue }
                    let key = Self.key(column + 1000, row + 1000)
                    if members[key] == nil { cells.append(key) }
                    members[key, default: []].append(index)
                }
            }
        }
        let near = Self.reach
        for key in cells {
            let list = members[key]!
            for (position, first) in list.enumerated() {
                for second in list[(position + 1)...] {
                    let (p, q) = (segments[first], segments[second])
                    let (a, b, c, d) = (nodes[p.a], nodes[p.b], nodes[q.a], nodes[q.b])
                    if min(a.x, b.x) > max(c.x, d.x) + near || min(c.x, d.x) > max(a.x, b.x) + near
                        || min(a.y, b.y) > max(c.y, d.y) + near || min(c.y, d.y) > max(a.y, b.y) + near
                    {
                        continue
                    }
                    var touched = false
                    func share(_ point: PlanePoint, _ from: PlanePoint, _ to: PlanePoint) -> Double {
                        (point - from).dot(to - from) / (to - from).dot(to - from)
                    }
                    for end in [q.a, q.b] where end != p.a && end != p.b {
                        if nodes[end].distance(toSegment: a, b) < near {
                            segments[first].cuts.append((share(nodes[end], a, b), end))
                            touched = true
                        }
                    }
                    for end in [p.a, p.b] where end != q.a && end != q.b {
                        if nodes[end].distance(toSegment: c, d) < near {
                            segments[second].cuts.append((share(nodes[end], c, d), end))
                            touched = true
                        }
                    }
                    if touched || p.a == q.a || p.a == q.b || p.b == q.a || p.b == q.b { continue }
                    if let t = crossing(a, b, c, d) {
                        let point = a + (b - a) * t
                        let node = node(point)
                        segments[first].cuts.append((t, node))
                        segments[second].cuts.append((share(point, c, d), node))
                    }
                }
            }
        }
        for line in lines.indices {
            var path: [Int] = []
            func append(_ node: Int) { if path.last != node { path.append(node) } }
            for segment in segments[firstSegment[line]..<firstSegment[line + 1]] {
                append(segment.a)
                for cut in segment.cuts.sorted(by: { ($0.t, $0.node) < ($1.t, $1.node) }) { append(cut.node) }
                append(segment.b)
            }
            paths.append(Self.withoutReturns(path))
        }
    }

    /// A path that goes somewhere and straight back, as touching ends can make it, does not go there.
    private static func withoutReturns(_ path: [Int]) -> [Int] {
        var result: [Int] = []
        for node in path {
            if result.count > 1, result[result.count - 2] == node { result.removeLast() } else { result.append(node) }
        }
        return result
    }

    private mutating func trimEnds(_ limits: [Double]) {
        var uses = [Int](repeating: 0, count: nodes.count)
        for path in paths {
            for (index, node) in path.enumerated() { uses[node] += index == 0 || index == path.count - 1 ? 1 : 2 }
        }
        for index in paths.indices where limits[index] > 0 {
            for _ in 0..<2 {
                let path = paths[index]
                if let junction = path.indices.dropLast().first(where: { uses[path[$0]] > ($0 == 0 ? 1 : 2) }),
                    junction > 0,
                    MeasuredLine(path[...junction].map { nodes[$0] }).length < limits[index]
                {
                    for node in path[..<junction] { uses[node] = 0 }
                    uses[path[junction]] -= 1
                    paths[index].removeFirst(junction)
                }
                paths[index].reverse()
            }
        }
    }

    private mutating func link() {
        var outgoing = [[Int]](repeating: [], count: nodes.count)
        for path in paths {
            for (a, b) in zip(path, path.dropFirst()) where edge(a, b) == nil {
                edgeOfNodes[Self.key(min(a, b), max(a, b))] = halfEdges.count
                outgoing[a].append(halfEdges.count)
                outgoing[b].append(halfEdges.count + 1)
                halfEdges += [HalfEdge(from: a, to: b), HalfEdge(from: b, to: a)]
            }
        }
        for edges in outgoing where !edges.isEmpty {
            let ordered = edges.map { ($0, turn(of: $0)) }.sorted { $0.1 < $1.1 }.map(\.0)
            for (position, edge) in ordered.enumerated() {
                // Whoever comes in along this edge and keeps its face to the left leaves by the one before it.
                halfEdges[edge ^ 1].next = ordered[(position + ordered.count - 1) % ordered.count]
            }
        }
    }

    /// A number that grows with the angle of a half-edge, from sums and quotients only.
    private func turn(of edge: Int) -> Double {
        let step = nodes[halfEdges[edge].to] - nodes[halfEdges[edge].from]
        let share = step.y / (abs(step.x) + abs(step.y))
        return step.x >= 0 ? share : 2 - share
    }

    private mutating func trace() {
        var visited = [Bool](repeating: false, count: halfEdges.count)
        for start in halfEdges.indices where !visited[start] {
            var cycle: [Int] = []
            var edge = start
            repeat {
                visited[edge] = true
                cycle.append(edge)
                edge = halfEdges[edge].next
            } while edge != start
            guard signedArea(cycle.map { nodes[halfEdges[$0].from] }) > 1 else { continue }
            for edge in cycle { halfEdges[edge].face = faces.count }
            faces.append(start)
        }
    }
}

// MARK: - Merging

extension PlanarGraph {
    /// The area of several faces together, without the edges between them and without dead ends.
    func merged(_ chosen: [Int]) -> [PlaneArea] {
        var isChosen = [Bool](repeating: false, count: faces.count)
        for face in chosen { isChosen[face] = true }
        func inside(_ edge: Int) -> Bool { halfEdges[edge].face >= 0 && isChosen[halfEdges[edge].face] }
        func isOutline(_ edge: Int) -> Bool { inside(edge) && !inside(edge ^ 1) }

        var visited: Set<Int> = []
        var rings: [[PlanePoint]] = []
        for face in chosen.sorted() {
            for start in boundary(of: face) where isOutline(start) && !visited.contains(start) {
                var path: [Int] = []
                var edge = start
                repeat {
                    visited.insert(edge)
                    path.append(halfEdges[edge].from)
                    edge = halfEdges[edge].next
                    while !isOutline(edge) { edge = halfEdges[edge ^ 1].next }
                } while edge != start
                rings += Self.simpleLoops(path).map { $0.map { nodes[$0] } }
            }
        }
        var areas = rings.filter { signedArea($0) > 0 }.map { PlaneArea($0) }
        for hole in rings where signedArea(hole) < 0 {
            let point = interiorPoint(of: hole)
            if let owner = areas.indices.filter({ areas[$0].exterior.encloses(point) })
                .min(by: { signedArea(areas[$0].exterior) < signedArea(areas[$1].exterior) })
            {
                areas[owner].holes.append(hole)
            }
        }
        return areas
    }

    /// A closed walk that visits a node twice, as several walks that do not.
    private static func simpleLoops(_ walk: [Int]) -> [[Int]] {
        var loops: [[Int]] = []
        var open: [Int] = []
        for node in walk {
            if let position = open.firstIndex(of: node) {
                loops.append(Array(open[position...]))
                open.removeSubrange(position...)
            }
            open.append(node)
        }
        loops.append(open)
        return loops.filter { $0.count > 2 }
    }
}
