import Geometry
import TimeBudgets
import Works

/// Equal cells that cover an extent, in metres, row by row from the south-west.
///
/// Squares lie in straight columns. Hexagons stand on a corner: the odd rows are shifted east by half a cell, and rows are
/// √3⁄2 of a cell apart, so that the six neighbours of a cell are all one cell size away from centre to centre.
///
///      squares                  hexagons
///     ┌───┬───┬───┐              / \ / \ / \
///     │ 3 │ 4 │ 5 │             | 3 | 4 | 5 |
///     ├───┼───┼───┤            / \ / \ / \ /
///     │ 0 │ 1 │ 2 │           | 0 | 1 | 2 |
///     └───┴───┴───┘            \ / \ / \ /
public struct CellGrid: Sendable, Hashable {
    public enum Shape: String, Sendable, CaseIterable, Codable {
        case square
        case hexagon
    }

    public let shape: Shape
    /// The side of a square, or the distance between the centres of neighbouring hexagons, in metres.
    public let cellSize: Double
    public let columns: Int
    public let rows: Int
    /// The centre of cell 0.
    public let firstCenter: PlanePoint

    /// Cells that cover an extent, edges included; the first has the south-western corner in its own (a square) or near its
    /// centre (a hexagon).
    ///
    /// - Throws: ``HotspotError`` if the size is not positive or there would be more than `limit` cells.
    public init(covering extent: PlaneExtent, cellSize: Double, shape: Shape = .square, limit: Int) throws(HotspotError)
    {
        try HotspotQuestion.distances.require(cellSize, "cell")
        let rowHeight = shape == .square ? cellSize : cellSize * (3.0.squareRoot() / 2)
        // A hexagonal grid needs room for its zigzag edges: half a cell to the west, a row to the north.
        let columns = (extent.width / cellSize).rounded(.down) + (shape == .square ? 1 : 2)
        let rows = (extent.height / rowHeight).rounded(.down) + (shape == .square ? 1 : 2)
        guard columns * rows <= Double(limit) else {
            throw .tooManyCells(
                cells: columns * rows, limit: limit, cellSize: cellSize, width: extent.width, height: extent.height)
        }
        self.shape = shape
        self.cellSize = cellSize
        self.columns = Int(columns)
        self.rows = Int(rows)
        firstCenter =
            shape == .square
            ? PlanePoint(x: extent.minX + cellSize / 2, y: extent.minY + cellSize / 2)
            : PlanePoint(x: extent.minX, y: extent.minY)
    }

    public var count: Int { columns * rows }

    /// The side of cells that hold about two incidents each, √(2 *A* / *n*): the rule of P. Greig-Smith for quadrats (*Annals of Botany* 16,
    /// 1952), as D. W. S. Wong and J. Lee have it (*Statistical Analysis of Geographic Information*, 2005, p. 239).
    ///
    /// - Parameter area: Square metres.
    public static func usualSize(area: Double, incidents: Int) -> Double {
        (2 * area / Double(max(incidents, 1))).squareRoot()
    }

    /// The distance between rows of centres, in metres.
    public var rowHeight: Double { shape == .square ? cellSize : cellSize * (3.0.squareRoot() / 2) }

    /// The middle of a cell.
    public func center(of cell: Int) -> PlanePoint {
        let (row, column) = cell.quotientAndRemainder(dividingBy: columns)
        return center(row: row, column: column)
    }

    func center(row: Int, column: Int) -> PlanePoint {
        PlanePoint(
            x: firstCenter.x + (Double(column) + shift(row)) * cellSize, y: firstCenter.y + Double(row) * rowHeight)
    }

    /// The cell that a position of the covered extent is in.
    public func cell(at point: PlanePoint) -> Int {
        switch shape {
        case .square:
            let column = Int((point.x - firstCenter.x) / cellSize + 0.5)
            let row = Int((point.y - firstCenter.y) / cellSize + 0.5)
            return clamped(row, rows) * columns + clamped(column, columns)
        case .hexagon:
            // The nearest centre is in one of the two rows that the position lies between.
            let below = Int(((point.y - firstCenter.y) / rowHeight).rounded(.down))
            var best = (cell: 0, distance: Double.infinity)
            for row in [clamped(below, rows), clamped(below + 1, rows)] {
                let column = clamped(Int(((point.x - firstCenter.x) / cellSize - shift(row)).rounded()), columns)
                let distance = center(row: row, column: column).distance(to: point)
                if distance < best.distance { best = (row * columns + column, distance) }
            }
            return best.cell
        }
    }

    /// The corners of a cell, anticlockwise, the first not repeated.
    public func corners(of cell: Int) -> [PlanePoint] {
        let center = center(of: cell)
        let half = cellSize / 2
        switch shape {
        case .square:
            return [(-half, -half), (half, -half), (half, half), (-half, half)].map {
                PlanePoint(x: center.x + $0.0, y: center.y + $0.1)
            }
        case .hexagon:
            let side = cellSize / 3.0.squareRoot()
            return [(0, -side), (half, -side / 2), (half, side / 2), (0, side), (-half, side / 2), (-half, -side / 2)]
                .map { PlanePoint(x: center.x + $0.0, y: center.y + $0.1) }
        }
    }

    /// How many positions each cell holds.
    ///
    /// - Throws: `TimeBudgetError`.
    func counts(of points: PlanePoints, within budget: TimeBudget) throws -> [Int32] {
        let cells = try mapIndices(of: points.count, chunk: 16_384, within: budget) { Int32(cell(at: points[$0])) }
        var counts = [Int32](repeating: 0, count: count)
        for cell in cells { counts[Int(cell)] += 1 }
        return counts
    }

    /// The sum of the amounts at the positions in each cell.
    ///
    /// - Throws: `TimeBudgetError`.
    func sums(of amounts: [Double], at points: PlanePoints, within budget: TimeBudget) throws -> [Double] {
        let cells = try mapIndices(of: points.count, chunk: 16_384, within: budget) { Int32(cell(at: points[$0])) }
        var sums = [Double](repeating: 0, count: count)
        for (cell, amount) in zip(cells, amounts) { sums[Int(cell)] += amount }
        return sums
    }

    /// The cells whose centres are within `distance` metres of a cell's own, as runs of columns, one for each row.
    ///
    /// A run is what makes sums over neighbours quick: with running totals along each row it costs two look-ups.
    /// It ends where every cell's row would: a distance larger than the grid makes no more runs, and no longer ones, than the grid has.
    func neighbourhood(within distance: Double) -> Neighbourhood {
        // Centres exactly at the distance belong to it, whatever rounding makes of them.
        let reach = distance * (1 + 1e-9)
        let rowsAway = Int(min(reach / rowHeight, Double(rows - 1)))
        func columnsAway(_ cells: Double) -> Int { Int(min(max(cells, -Double(columns)), Double(columns))) }
        func runs(parity: Int) -> [Neighbourhood.Run] {
            (-rowsAway...rowsAway).map { away in
                let height = Double(away) * rowHeight
                let half = max(0, reach * reach - height * height).squareRoot() / cellSize
                let offset = shift(parity + abs(away)) - shift(parity)
                return .init(
                    rows: away, firstColumn: columnsAway((-half - offset).rounded(.up)),
                    lastColumn: columnsAway((half - offset).rounded(.down)))
            }
        }
        return Neighbourhood(even: runs(parity: 0), odd: runs(parity: 1))
    }

    /// Neighbour lists within a distance from centre to centre, for the cells that `isIncluded`, in their order.
    public func neighbourLists(within distance: Double, of included: [Int]) -> NeighbourLists {
        try! neighbourLists(within: distance, of: included, budget: .unlimited)
    }

    /// As ``neighbourLists(within:of:)``, within a budget.
    func neighbourLists(
        within distance: Double, of included: [Int], budget: TimeBudget
    ) throws(TimeBudgetError) -> NeighbourLists {
        var meter = BudgetMeter(budget)
        var numbers = [Int32](repeating: -1, count: count)
        for (number, cell) in included.enumerated() { numbers[cell] = Int32(number) }
        let neighbourhood = neighbourhood(within: distance)
        var starts: [Int32] = [0]
        var neighbours = [Int32]()
        starts.reserveCapacity(included.count + 1)
        for cell in included {
            let (row, column) = cell.quotientAndRemainder(dividingBy: columns)
            for run in neighbourhood.runs(ofRow: row) {
                let other = row + run.rows
                guard other >= 0, other < rows else { continue }
                let first = max(0, column + run.firstColumn)
                let last = min(columns - 1, column + run.lastColumn)
                try meter.spend(max(1, last - first))
                for neighbour in stride(from: other * columns + first, through: other * columns + last, by: 1)
                where neighbour != cell && numbers[neighbour] >= 0 { neighbours.append(numbers[neighbour]) }
            }
            starts.append(Int32(neighbours.count))
        }
        return NeighbourLists(starts: starts, neighbours: neighbours)
    }

    /// How far east a row is shifted, in cells.
    private func shift(_ row: Int) -> Double { shape == .hexagon && row & 1 == 1 ? 0.5 : 0 }

    private func clamped(_ value: Int, _ count: Int) -> Int { min(max(value, 0), count - 1) }
}

/// The cells around any cell of a grid, itself included.
struct Neighbourhood: Sendable {
    /// Columns in a row, both relative to the cell in the middle.
    struct Run: Sendable {
        let rows: Int
        let firstColumn: Int
        let lastColumn: Int
    }

    let even: [Run]
    let odd: [Run]

    func runs(ofRow row: Int) -> [Run] { row & 1 == 0 ? even : odd }
}
