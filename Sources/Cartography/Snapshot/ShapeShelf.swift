/// Works that are lines, areas or several of anything, in the order of the Hilbert curve.
struct ShapeShelf: Sendable {
    let facts: WorkFacts
    let geometry: ShapeGeometry
    let tree: PackedTree

    static let fanOut = 16

    var count: Int { geometry.count }

    static let empty = ShapeShelf(facts: WorkFacts(), geometry: ShapeGeometry())

    init(facts: WorkFacts, geometry: ShapeGeometry) {
        let order = Self.order(geometry.box)
        self.facts = facts.arranged(order)
        let arranged = geometry.arranged(order)
        self.geometry = arranged
        tree = PackedTree(count: arranged.count, fanOut: Self.fanOut) { arranged.box[$0] }
    }

    /// The order of the boxes' middles on the curve.
    static func order(_ boxes: [WorldBox]) -> [UInt32] {
        HilbertCurve.order(
            boxes.map { box in
                HilbertCurve.key(x: box.minX + (box.maxX - box.minX) / 2, y: box.minY + (box.maxY - box.minY) / 2)
            })
    }

    var bytes: Int { facts.bytes + geometry.bytes + tree.bytes }
}
