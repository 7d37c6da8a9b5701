public import TimeBudgets
import Works

/// An index over positions: square cells of which only the occupied ones are kept.
///
/// The positions are sorted by cell, cells row by row from the south-west, and stay in their given order inside a cell.
/// So the positions of neighbouring cells in one row are one run of the sorted arrays.
/// Memory is linear in the number of positions, however far apart they are.
public struct PointGrid: Sendable {
    /// Side of a cell in metres.
    public let cellSize: Double
    /// The south-western corner of the first cell.
    public let origin: PlanePoint
    public let columns: Int
    public let rows: Int

    /// Eastings, sorted by cell.
    let x: [Double]
    /// Northings, sorted by cell.
    let y: [Double]
    /// Where each sorted position stood in the input.
    let inputIndex: [Int32]
    /// The occupied cells, row · ``columns`` + column, ascending.
    let cells: [Int]
    /// Where the positions of each occupied cell begin; one more than there are cells.
    let starts: [Int32]
    /// Where the occupied cells of each row begin, or empty if there are far more rows than positions.
    private let rowStarts: [Int32]

    /// Most cells along one axis: what is finer becomes this.
    static let maximumSide = Double(1 << 30)

    /// Sorts the positions into cells of about `cellSize` metres, larger only if more than 2³⁰ would be needed in a row.
    ///
    /// Complexity: O(*n*), with a radix sort on the bits that the cell numbers have.
    ///
    /// - Parameter wanted: 0 or more, in metres.
    /// - Throws: `TimeBudgetError`.
    public init(_ points: PlanePoints, cellSize wanted: Double, within budget: TimeBudget) throws {
        precondition(points.count <= Int(Int32.max), "more than 2³¹ − 1 positions")
        let extent = points.extent ?? PlaneExtent(minX: 0, minY: 0, maxX: 0, maxY: 0)
        let size = max(wanted, max(extent.width, extent.height) / Self.maximumSide, .leastNormalMagnitude)
        let columns = Int(min(extent.width / size, Self.maximumSide)) + 1
        let rows = Int(min(extent.height / size, Self.maximumSide)) + 1
        cellSize = size
        origin = PlanePoint(x: extent.minX, y: extent.minY)
        self.columns = columns
        self.rows = rows

        let keys = try mapIndices(of: points.count, chunk: 65_536, within: budget) { index in
            let column = Int(min((points.x[index] - extent.minX) / size, Double(columns - 1)))
            let row = Int(min((points.y[index] - extent.minY) / size, Double(rows - 1)))
            return UInt64(row * columns + column)
        }
        let order = try radixSortedOrder(of: keys, within: budget)
        inputIndex = order
        x = order.map { points.x[Int($0)] }
        try budget.check()
        y = order.map { points.y[Int($0)] }
        try budget.check()

        var cells = [Int]()
        var starts = [Int32]()
        for position in order.indices {
            let cell = Int(keys[Int(order[position])])
            if cells.last != cell {
                cells.append(cell)
                starts.append(Int32(position))
            }
        }
        starts.append(Int32(order.count))
        var rowStarts = [Int32]()
        if rows <= 4 * points.count + 1024 {
            rowStarts.reserveCapacity(rows + 1)
            var cell = 0
            for row in 0...rows {
                while cell < cells.count, cells[cell] < row * columns { cell += 1 }
                rowStarts.append(Int32(cell))
            }
        }
        self.cells = cells
        self.starts = starts
        self.rowStarts = rowStarts
    }

    /// As ``init(_:cellSize:within:)`` without a limit of time.
    public init(_ points: PlanePoints, cellSize wanted: Double) {
        try! self.init(points, cellSize: wanted, within: .unlimited)
    }

    public var count: Int { x.count }

    /// The occupied cells in a row of which the column is in `columns`; both may go beyond the grid.
    func occupiedCells(row: Int, columns wanted: ClosedRange<Int>) -> Range<Int> {
        guard row >= 0, row < rows, wanted.upperBound >= 0, wanted.lowerBound < columns else { return 0..<0 }
        let bounds =
            rowStarts.isEmpty ? 0..<cells.count : Int(rowStarts[row])..<Int(rowStarts[row + 1])
        let lower = firstCell(in: bounds, from: row * columns + max(wanted.lowerBound, 0))
        let upper = firstCell(
            in: lower..<bounds.upperBound, from: row * columns + min(wanted.upperBound, columns - 1) + 1)
        return lower..<upper
    }

    /// The run of sorted positions in the cells of a row.
    func positions(row: Int, columns: ClosedRange<Int>) -> Range<Int> {
        let cells = occupiedCells(row: row, columns: columns)
        return cells.isEmpty ? 0..<0 : Int(starts[cells.lowerBound])..<Int(starts[cells.upperBound])
    }

    /// Calls `body` with runs of sorted positions that together hold every position in `area`, and some around it.
    func forEachRun(touching area: PlaneExtent, _ body: (Range<Int>) throws -> Void) rethrows {
        guard count > 0, let rowRange = span(from: area.minY - origin.y, to: area.maxY - origin.y, limit: rows),
            let columnRange = span(from: area.minX - origin.x, to: area.maxX - origin.x, limit: columns)
        else { return }
        if rowRange.count <= cells.count {
            for row in rowRange {
                let run = positions(row: row, columns: columnRange)
                if !run.isEmpty { try body(run) }
            }
        } else {
            // Far more rows than occupied cells: go by the cells.
            let first = firstCell(in: 0..<cells.count, from: rowRange.lowerBound * columns)
            for cell in first..<cells.count {
                let (row, column) = cells[cell].quotientAndRemainder(dividingBy: columns)
                guard row <= rowRange.upperBound else { break }
                if columnRange.contains(column) { try body(Int(starts[cell])..<Int(starts[cell + 1])) }
            }
        }
    }

    /// How many positions are within `radius` metres of a position, itself included if it is one of them.
    public func count(within radius: Double, of point: PlanePoint) -> Int {
        var found = 0
        let limit = radius * radius
        forEachRun(touching: PlaneExtent(around: point, radius: radius)) { run in
            for position in run {
                let (dx, dy) = (x[position] - point.x, y[position] - point.y)
                if dx * dx + dy * dy <= limit { found += 1 }
            }
        }
        return found
    }

    /// The positions that at least `fewest` of the input have in common to the last bit, at most three, the most shared first.
    ///
    /// - Throws: `TimeBudgetError`.
    func sharedPositions(
        atLeast fewest: Int, within budget: TimeBudget
    ) throws(TimeBudgetError) -> [(position: PlanePoint, count: Int)] {
        var meter = BudgetMeter(budget)
        var found = [(position: PlanePoint, count: Int)]()
        // Equal positions are in one cell; only cells with enough in them are worth a look.
        for cell in cells.indices where Int(starts[cell + 1] - starts[cell]) >= max(fewest, 1) {
            var counts = [PlanePoint: Int]()
            for position in Int(starts[cell])..<Int(starts[cell + 1]) {
                try meter.spend(32)
                counts[PlanePoint(x: x[position], y: y[position]), default: 0] += 1
            }
            for (position, count) in counts where count >= fewest { found.append((position, count)) }
        }
        found.sort { ($0.count, $0.position.x, $0.position.y) > ($1.count, $1.position.x, $1.position.y) }
        return Array(found.prefix(3))
    }

    /// The distance to the nearest position of which `isCandidate` says yes by its number in the input; nil if there is none.
    public func nearestDistance(
        to point: PlanePoint, where isCandidate: (Int) -> Bool = { _ in true }
    ) -> Double? {
        let best = nearest(
            lowerBound: { $0.distance(toX: point.x, y: point.y) },
            distance: { x, y in
                let (dx, dy) = (x - point.x, y - point.y)
                return (dx * dx + dy * dy).squareRoot()
            }, where: isCandidate)
        return best.isFinite ? best : nil
    }

    /// The smallest `distance` of all positions, given a bound that no position in a rectangle can be nearer than.
    func nearest(
        lowerBound: (PlaneExtent) throws -> Double, distance: (Double, Double) throws -> Double,
        where isCandidate: (Int) -> Bool = { _ in true }
    ) rethrows -> Double {
        var best = Double.infinity
        for cell in cells.indices {
            let (row, column) = cells[cell].quotientAndRemainder(dividingBy: columns)
            guard try lowerBound(rectangle(row: row, column: column)) < best else { continue }
            for position in Int(starts[cell])..<Int(starts[cell + 1]) where isCandidate(Int(inputIndex[position])) {
                best = min(best, try distance(x[position], y[position]))
            }
        }
        return best
    }

    /// The square that a cell covers, with a hair more, so that rounding puts no position outside its cell.
    private func rectangle(row: Int, column: Int) -> PlaneExtent {
        let (west, south) = (origin.x + Double(column) * cellSize, origin.y + Double(row) * cellSize)
        return PlaneExtent(minX: west, minY: south, maxX: west + cellSize, maxY: south + cellSize)
            .expanded(by: cellSize * 1e-6)
    }

    private func firstCell(in range: Range<Int>, from key: Int) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if cells[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func span(from low: Double, to high: Double, limit: Int) -> ClosedRange<Int>? {
        // Half a millionth of a cell more on each side: a position on the edge must not be lost to rounding.
        let first = (low / cellSize - 5e-7).rounded(.down)
        let last = (high / cellSize + 5e-7).rounded(.down)
        guard first <= last, last >= 0, first < Double(limit) else { return nil }
        return Int(max(first, 0))...Int(min(last, Double(limit - 1)))
    }
}

extension PlaneExtent {
    /// The square around a circle.
    init(around point: PlanePoint, radius: Double) {
        self.init(minX: point.x - radius, minY: point.y - radius, maxX: point.x + radius, maxY: point.y + radius)
    }
}
