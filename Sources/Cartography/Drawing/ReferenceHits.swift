import TimeBudgets
import Works

/// The features of a reference layer that a picture shows, in the order of their rows.
struct ReferenceHits {
    struct Hit {
        var row: UInt32
        var copy: UInt8
    }

    let shelf: ReferenceShelf
    private(set) var hits: [Hit] = []

    init(_ shelf: ReferenceShelf, _ scene: Scene, reach: Double, budget: TimeBudget) throws {
        self.shelf = shelf
        for (copy, part) in scene.copies(reach: reach).enumerated() {
            try shelf.tree.forEachRun(meeting: part.box) { rows, inside in
                for start in stride(from: rows.lowerBound, to: rows.upperBound, by: 4096) {
                    try budget.check()
                    for row in start..<min(start + 4096, rows.upperBound)
                    where inside || shelf.geometry.box[row].intersects(part.box) {
                        hits.append(Hit(row: UInt32(row), copy: UInt8(min(copy, 255))))
                    }
                }
            }
        }
    }
}
