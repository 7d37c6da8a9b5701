/// What of the works in a vector tile can be told apart at its zoom.
enum VectorTileThinning {
    /// Units across half a pixel.
    private static let cell = Int32(VectorTile.extent / 512)

    /// The places of those hits that are written, ascending: of points on the same half pixel the latest, and so for lines and areas that
    /// are smaller than half a pixel.
    static func shown(_ hits: WorkHits, _ snapshot: Snapshot, _ scene: Scene, _ grid: VectorTileGeometry) -> [Int] {
        var points = Occupancy(), specks = Occupancy()
        points.clear(scene, reach: VectorTile.reach)
        specks.clear(scene, reach: VectorTile.reach)
        func take(_ occupancy: inout Occupancy, _ place: SIMD2<Int32>) -> Bool {
            // A unit is 1/16 pixel.
            occupancy.take(x: Int(place.x) << 4, y: Int(place.y) << 4)
        }
        let (base, delta) = (snapshot.base, snapshot.delta)
        let (baseBoxes, deltaBoxes) = (base.shapes.geometry.box, delta.shapes.geometry.box)
        var shown: [Int] = []
        shown.reserveCapacity(hits.count)
        for index in stride(from: hits.count - 1, through: 0, by: -1) {
            let hit = hits[index]
            let row = Int(hit.row)
            let isShown =
                switch hit.shelf {
                case .basePoints: take(&points, grid.place(base.points.x[row], base.points.y[row]))
                case .deltaPoints: take(&points, grid.place(delta.points.x[row], delta.points.y[row]))
                case .baseShapes, .deltaShapes:
                    isSeen(hit.shelf == .baseShapes ? baseBoxes[row] : deltaBoxes[row])
                }
            func isSeen(_ box: WorldBox) -> Bool {
                let low = grid.place(box.minX, box.minY), high = grid.place(box.maxX, box.maxY)
                let isSpeck = high.x - low.x < cell && high.y - low.y < cell
                return !isSpeck || take(&specks, low)
            }
            if isShown { shown.append(index) }
        }
        shown.reverse()
        return shown
    }
}
