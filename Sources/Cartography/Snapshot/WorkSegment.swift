/// A part of all works that was built at once: never changed, shared by whoever reads.
struct WorkSegment: Sendable {
    var points: PointShelf
    var shapes: ShapeShelf

    static let empty = WorkSegment(points: .empty, shapes: .empty)

    var count: Int { points.count + shapes.count }
    var bytes: Int { points.bytes + shapes.bytes }
    var vertices: Int { points.count + shapes.geometry.x.count }
    /// The box around everything.
    var extent: WorldBox? {
        [points.tiers.extent, shapes.tree.extent].compactMap { $0 }.reduce(nil) { union, box in
            var result = union ?? .empty
            result.extend(box)
            return result
        }
    }
}

/// Works on their way into a segment, in the order in which they come.
struct SegmentStaging {
    var pointFacts = WorkFacts()
    var x: [UInt32] = []
    var y: [UInt32] = []
    var shapeFacts = WorkFacts()
    var shapes = ShapeGeometry()

    mutating func add(_ work: StagedWork, at position: WorldPosition) {
        pointFacts.append(work)
        x.append(position.x)
        y.append(position.y)
    }

    /// The work whose geometry was just added to ``shapes``.
    mutating func addShape(_ work: StagedWork) {
        shapeFacts.append(work)
    }

    /// Adds the works of a segment whose rows are wanted.
    mutating func add(_ segment: WorkSegment, wherePoint: (Int) -> Bool, whereShape: (Int) -> Bool) {
        let points = segment.points
        for row in 0..<points.count where wherePoint(row) {
            add(points.facts[row], at: WorldPosition(x: points.x[row], y: points.y[row]))
        }
        let geometry = segment.shapes.geometry
        for row in 0..<segment.shapes.count where whereShape(row) {
            for part in geometry.parts(row) {
                let run = geometry.vertices(part)
                shapes.x.append(contentsOf: geometry.x[run])
                shapes.y.append(contentsOf: geometry.y[run])
                shapes.endPart(geometry.role[part])
            }
            if shapes.endFeature() { addShape(segment.shapes.facts[row]) }
        }
    }

    /// - Parameter ranked: The works' traits, if it is worth while to work out which points hide others.
    func segment(ranked: Traits?) -> WorkSegment {
        WorkSegment(
            points: PointShelf(facts: pointFacts, x: x, y: y, ranked: ranked),
            shapes: ShapeShelf(facts: shapeFacts, geometry: shapes))
    }
}
