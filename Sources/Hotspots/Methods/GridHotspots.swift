import Geometry
public import TimeBudgets

/// Getis-Ord G* of the incidents in each cell of a grid: where they pile up more than chance would have it.
///
/// The value of a cell is how many incidents it holds; its neighbours, each of weight 1, are the cells whose centres are
/// within the band, itself included. *z* is that of ``LocalG``; *p* is two-sided, for cold spots are looked for as well
/// as hot ones; the adjusted *p* is that of ``FalseDiscoveryRate`` over all cells of the study area.
public struct GridHotspots: Sendable {
    public let grid: CellGrid
    /// How far the neighbourhood of a cell reaches, from centre to centre, in metres.
    public let band: Double
    /// The cells that are part of the study area, ascending; the arrays below have one entry for each.
    public let cells: [Int]
    /// Incidents in each cell.
    public let counts: [Int32]
    /// Standard deviations above (or below) what chance has in the cell and its neighbours; not a number if all cells are alike.
    public let z: [Double]
    /// Two-sided; 1 where `z` is not a number.
    public let p: [Double]
    /// After Benjamini and Hochberg, over all ``cells``.
    public let adjustedP: [Double]
    /// How many neighbours each cell has, itself not counted.
    public let neighbours: [Int32]

    /// Below this many neighbours, the normal approximation to *z* is not to be trusted: corners of the grid have three.
    public static let fewestNeighbours = 4

    /// - Parameters:
    ///   - points: Where incidents are.
    ///   - grid: Cells that cover them all.
    ///   - band: How far neighbours may be, in metres; below one cell size a cell is its own only neighbour.
    ///   - isInStudyArea: Whether a cell counts, by its centre; cells with incidents always do.
    /// Complexity: O(*cells* · *band* / *cell size*), on all cores.
    public init(
        _ points: PlanePoints, grid: CellGrid, band: Double, budget: TimeBudget = .unlimited,
        isInStudyArea: (@Sendable (PlanePoint) -> Bool)? = nil
    ) throws {
        // A look at each cell's centre costs as much as some hundred steps, or more where the area has many edges.
        let lookCost = 256

        try HotspotQuestion.distances.require(band, "band")
        let allCounts = try grid.counts(of: points, within: budget)
        var included = [Bool](repeating: true, count: grid.count)
        if let isInStudyArea {
            included = try mapChunks(of: grid.rows, size: 16, within: budget) { rows in
                var meter = BudgetMeter(budget)
                var included = [Bool]()
                for row in rows {
                    for column in 0..<grid.columns {
                        try meter.spend(lookCost)
                        included.append(
                            allCounts[row * grid.columns + column] > 0
                                || isInStudyArea(grid.center(row: row, column: column)))
                    }
                }
                return included
            }.flatMap { $0 }
        }
        let sums = try RowTotals(grid: grid, counts: allCounts, included: included, budget: budget)
        let moments = SampleMoments(
            count: sums.cells, sum: Double(sums.incidents), sumOfSquares: Double(sums.squares))
        let neighbourhood = grid.neighbourhood(within: band)
        let (isIncluded, width) = (included, grid.columns)

        let chunks = try mapChunks(of: grid.rows, size: 16, within: budget) { rows in
            var (z, degrees) = ([Double](), [Int32]())
            var meter = BudgetMeter(budget)
            for row in rows {
                // The others are of rows that the grid does not have.
                let runs = neighbourhood.runs(ofRow: row).filter { (0..<grid.rows).contains(row + $0.rows) }
                for column in 0..<width where isIncluded[row * width + column] {
                    try meter.spend(runs.count * 4)
                    let (incidents, cells) = sums.around(row: row, column: column, runs: runs)
                    z.append(moments.standardised(Double(incidents), weight: Double(cells)))
                    degrees.append(Int32(cells - 1))
                }
            }
            return (z, degrees)
        }
        self.grid = grid
        self.band = band
        cells = included.indices.filter { isIncluded[$0] }
        counts = cells.map { allCounts[$0] }
        z = chunks.flatMap(\.0)
        neighbours = chunks.flatMap(\.1)
        let z = z
        p = try mapIndices(of: z.count, chunk: 16_384, within: budget) {
            z[$0].isNaN ? 1 : NormalDistribution.twoSidedP(z[$0])
        }
        adjustedP = try FalseDiscoveryRate.adjusted(p, within: budget)
    }

    /// Entries (not cell numbers) that are significant at `level` after correction, the highest *z* first.
    public func significant(at level: Double = 0.05) -> [Int] { try! significant(at: level, within: .unlimited) }

    /// As ``significant(at:)``, within a budget.
    ///
    /// - Throws: `TimeBudgetError`.
    func significant(at level: Double, within budget: TimeBudget) throws -> [Int] {
        var meter = BudgetMeter(budget)
        return try cells.indices.filter { adjustedP[$0] <= level }.sorted {
            try meter.spend(8)
            return (-z[$0], $0) < (-z[$1], $1)
        }
    }

    /// Moran's I of the counts, over cells that touch; nil if there is nothing to compare.
    public func moran() -> MoransI? { try! moran(within: .unlimited) }

    /// As ``moran()``, within a budget.
    func moran(within budget: TimeBudget) throws(TimeBudgetError) -> MoransI? {
        // The ring of eight around a square, of six around a hexagon.
        let neighbours = try grid.neighbourLists(within: grid.cellSize * 1.45, of: cells, budget: budget)
        return try MoransI(counts.map(Double.init), neighbours: neighbours, within: budget)
    }
}

/// Running totals along the rows of a grid, so that a sum over a run of cells is one difference.
private struct RowTotals: Sendable {
    private let grid: CellGrid
    /// Incidents in the cells of a row before each column; a row has one more entry than columns.
    private let incidentsBefore: [Int32]
    private let cellsBefore: [Int32]
    let cells: Int
    let incidents: Int
    let squares: Int

    init(grid: CellGrid, counts: [Int32], included: [Bool], budget: TimeBudget) throws(TimeBudgetError) {
        var meter = BudgetMeter(budget)
        let stride = grid.columns + 1
        var incidentsBefore = [Int32](repeating: 0, count: stride * grid.rows)
        var cellsBefore = incidentsBefore
        var (cells, incidents, squares) = (0, 0, 0)
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                try meter.spend(4)
                let (count, isIn) = (counts[row * grid.columns + column], included[row * grid.columns + column])
                incidentsBefore[row * stride + column + 1] = incidentsBefore[row * stride + column] + count
                cellsBefore[row * stride + column + 1] = cellsBefore[row * stride + column] + (isIn ? 1 : 0)
                squares += Int(count) * Int(count)
                incidents += Int(count)
                cells += isIn ? 1 : 0
            }
        }
        self.grid = grid
        self.incidentsBefore = incidentsBefore
        self.cellsBefore = cellsBefore
        self.cells = cells
        self.incidents = incidents
        self.squares = squares
    }

    /// Incidents and cells in the runs around a cell.
    func around(row: Int, column: Int, runs: [Neighbourhood.Run]) -> (incidents: Int, cells: Int) {
        var (incidents, cells) = (0, 0)
        for run in runs {
            let other = row + run.rows
            guard other >= 0, other < grid.rows else { continue }
            let first = max(0, column + run.firstColumn)
            let end = min(grid.columns, column + run.lastColumn + 1)
            guard first < end else { continue }
            let base = other * (grid.columns + 1)
            incidents += Int(incidentsBefore[base + end] - incidentsBefore[base + first])
            cells += Int(cellsBefore[base + end] - cellsBefore[base + first])
        }
        return (incidents, cells)
    }
}
