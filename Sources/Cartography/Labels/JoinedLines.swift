import Works

/// The named lines of a layer, joined where pieces of one name and class meet, so that a street that is stored crossing by crossing is
/// named as one.
struct JoinedLines: Sendable {
    let classCode: [UInt16]
    let name: [UInt32]
    let geometry: ShapeGeometry
    let tree: PackedTree

    static let empty = JoinedLines(classCode: [], name: [], geometry: ShapeGeometry())

    private init(classCode: [UInt16], name: [UInt32], geometry: ShapeGeometry) {
        let order = ShapeShelf.order(geometry.box)
        self.classCode = order.map { classCode[Int($0)] }
        self.name = order.map { name[Int($0)] }
        let arranged = geometry.arranged(order)
        self.geometry = arranged
        tree = PackedTree(count: arranged.count, fanOut: ShapeShelf.fanOut) { arranged.box[$0] }
    }

    var bytes: Int { geometry.bytes + tree.bytes + name.count * 6 }

    /// A run of vertices with a name.
    private struct Piece {
        var vertices: Range<Int>
        var name: UInt32
        var classCode: UInt16
    }

    /// One of the two ends of a piece: 2 × piece, and 1 more for its last vertex.
    private struct End {
        var name: UInt32
        var classCode: UInt16
        var x: UInt32
        var y: UInt32
        var number: Int

        var place: (UInt32, UInt16, UInt32, UInt32) { (name, classCode, x, y) }
    }

    /// Joins what lies in `geometry`. Where more than two pieces of a name meet, the straightest pairs are joined.
    ///
    /// Complexity: O(n log n) in the number of pieces.
    init(joining geometry: ShapeGeometry, name: [UInt32], classCode: [UInt16]) {
        var pieces: [Piece] = []
        for feature in 0..<geometry.count where name[feature] != Traits.absent {
            for part in geometry.parts(feature) where geometry.role[part] == .line {
                pieces.append(
                    Piece(vertices: geometry.vertices(part), name: name[feature], classCode: classCode[feature]))
            }
        }
        guard !pieces.isEmpty else {
            self = .empty
            return
        }
        let mates = Self.mates(of: pieces, geometry)
        var joined = ShapeGeometry()
        var names: [UInt32] = []
        var classCodes: [UInt16] = []
        var isUsed = [Bool](repeating: false, count: pieces.count)

        func walk(from end: Int) {
            var end = end
            let first = joined.x.count
            let piece = pieces[end / 2]
            while !isUsed[end / 2] {
                isUsed[end / 2] = true
                let run = pieces[end / 2].vertices
                if end % 2 == 0 {
                    for vertex in run { joined.add(geometry.x[vertex], geometry.y[vertex], first: first) }
                } else {
                    for vertex in run.reversed() { joined.add(geometry.x[vertex], geometry.y[vertex], first: first) }
                }
                guard let next = mates[end ^ 1] else { break }
                end = next
            }
            joined.endPart(.line)
            guard joined.endFeature() else { return }
            names.append(piece.name)
            classCodes.append(piece.classCode)
        }
        for end in 0..<pieces.count * 2 where mates[end] == nil && !isUsed[end / 2] { walk(from: end) }
        // What is left are rings.
        for piece in pieces.indices where !isUsed[piece] { walk(from: piece * 2) }
        self.init(classCode: classCodes, name: names, geometry: joined)
    }

    /// For each end the end of another piece that goes on from it.
    private static func mates(of pieces: [Piece], _ geometry: ShapeGeometry) -> [Int?] {
        var ends: [End] = []
        ends.reserveCapacity(pieces.count * 2)
        for (index, piece) in pieces.enumerated() {
            for (side, vertex) in [piece.vertices.lowerBound, piece.vertices.upperBound - 1].enumerated() {
                ends.append(
                    End(
                        name: piece.name, classCode: piece.classCode, x: geometry.x[vertex], y: geometry.y[vertex],
                        number: index * 2 + side))
            }
        }
        ends.sort { $0.place == $1.place ? $0.number < $1.number : $0.place < $1.place }
        var mates = [Int?](repeating: nil, count: ends.count)
        var start = 0
        while start < ends.count {
            var end = start + 1
            while end < ends.count, ends[end].place == ends[start].place { end += 1 }
            if end - start == 2 {
                join(ends[start].number, ends[start + 1].number, &mates)
            } else if (3...8).contains(end - start) {
                var pairs: [(Double, Int, Int)] = []
                for a in start..<end {
                    for b in a + 1..<end {
                        let (p, q) = (ends[a].number, ends[b].number)
                        let (u, v) = (direction(of: p, pieces, geometry), direction(of: q, pieces, geometry))
                        pairs.append(((u * v).sum(), p, q))
                    }
                }
                for (bend, p, q) in pairs.sorted(by: { $0 < $1 })
                where bend < -0.5 && mates[p] == nil && mates[q] == nil {
                    join(p, q, &mates)
                }
            }
            start = end
        }
        return mates
    }

    private static func join(_ p: Int, _ q: Int, _ mates: inout [Int?]) {
        guard p / 2 != q / 2 else { return }
        mates[p] = q
        mates[q] = p
    }

    /// The direction in which a piece leaves one of its ends, of length 1.
    private static func direction(of end: Int, _ pieces: [Piece], _ geometry: ShapeGeometry) -> SIMD2<Double> {
        let run = pieces[end / 2].vertices
        guard run.count > 1 else { return SIMD2() }
        let (from, to) =
            end % 2 == 0
            ? (run.lowerBound, run.lowerBound + 1) : (run.upperBound - 1, run.upperBound - 2)
        let vector = SIMD2(
            Double(geometry.x[to]) - Double(geometry.x[from]), Double(geometry.y[to]) - Double(geometry.y[from]))
        let length = (vector * vector).sum().squareRoot()
        return length > 0 ? vector / length : SIMD2()
    }
}
