import Geometry
public import TimeBudgets

/// Getis-Ord G* of the incidents in each cell of a grid: where they pile up more than chance would have it.
///
/// The value of a cell is how many incidents it holds; its neighbours, each of weight 1, are the cells whose centres are
/// within the band, itself included. *z* is that of ``LocalG``. *p* is that of ``NeighbourhoodSum``, two-sided, for cold spots are looked for
/// as well as hot ones; *z* is far from normal where cells hold few incidents. The adjusted *p* is that of ``FalseDiscoveryRate`` over all
/// cells of the study area.
public struct GridHotspots: Sendable {
    public let grid: CellGrid
    /// How far the neighbourhood of a cell reaches, from centre to centre, in metres.
    public let band: Double
    /// The cells that are part of the study area, ascending; the arrays below have one entry for each.
    public let cells: [Int]
    /// Incidents in each cell.
    public let counts: [Int32]
    /// Count in each cell: its incidents, or the sum of their weights.
    public let values: [Double]
    /// Standard deviations above (or below) what chance has in the cell and its neighbours; not a number if all cells are alike.
    public let z: [Double]
    /// Two-sided; 1 where `z` is not a number, and everywhere if there are too few incidents or cells to judge.
    public let p: [Double]
    /// Name of the distribution that ``p`` is of; nil if there are too few incidents or cells.
    public let model: String?
    /// After Benjamini and Hochberg, over all ``cells``.
    public let adjustedP: [Double]
    /// How many neighbours each cell has, itself not counted.
    public let neighbours: [Int32]

    /// Cells with fewer neighbours are marked: corners of the grid have three.
    public static let fewestNeighbours = 4
    /// Fewer incidents, or cells, are not judged.
    public static let fewestIncidents = 10
    public static let fewestCells = 20

    /// - Parameters:
    ///   - points: Where incidents are.
    ///   - weights: What each counts; 1 unless told.
    ///   - grid: Cells that cover them all.
    ///   - band: How far neighbours may be, in metres; below one cell size a cell is its own only neighbour.
    ///   - isInStudyArea: Whether a cell counts, by its centre; cells with incidents always do.
    /// Complexity: O(*cells* · *band* / *cell size*), on all cores.
    public init(
        _ points: PlanePoints, weights: [Double]? = nil, grid: CellGrid, band: Double, budget: TimeBudget = .unlimited,
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
        let totals = try RowTotals(grid: grid, counts: allCounts, included: included, budget: budget)
        let amounts = try weights.map {
            try RowAmounts(grid: grid, amounts: grid.sums(of: $0, at: points, within: budget), budget: budget)
        }
        let moments = SampleMoments(
            count: totals.cells, sum: amounts?.sum ?? Double(totals.incidents),
            sumOfSquares: amounts?.squares ?? Double(totals.squares))
        let neighbourhood = grid.neighbourhood(within: band)
        let (isIncluded, width) = (included, grid.columns)

        let chunks = try mapChunks(of: grid.rows, size: 16, within: budget) { rows in
            var (z, found, sums) = ([Double](), [NeighbourhoodTotals](), [Double]())
            var meter = BudgetMeter(budget)
            for row in rows {
                // The others are of rows that the grid does not have.
                let runs = neighbourhood.runs(ofRow: row).filter { (0..<grid.rows).contains(row + $0.rows) }
                for column in 0..<width where isIncluded[row * width + column] {
                    try meter.spend(runs.count * 4)
                    let around = totals.around(row: row, column: column, runs: runs)
                    found.append(around)
                    let sum = amounts?.around(row: row, column: column, runs: runs) ?? Double(around.sum)
                    if amounts != nil { sums.append(sum) }
                    z.append(moments.standardised(sum, weight: Double(around.cells)))
                }
            }
            return (z, found, sums)
        }
        self.grid = grid
        self.band = band
        cells = included.indices.filter { isIncluded[$0] }
        counts = cells.map { allCounts[$0] }
        values = cells.map { amounts?.amounts[$0] ?? Double(allCounts[$0]) }
        z = chunks.flatMap(\.0)
        let around = chunks.flatMap(\.1)
        neighbours = around.map { Int32($0.cells - 1) }
        if totals.incidents < Self.fewestIncidents || totals.cells < Self.fewestCells {
            model = nil
            p = [Double](repeating: 1, count: z.count)
        } else if amounts != nil {
            let (z, sums, total) = (z, chunks.flatMap(\.2), (totals.incidents, totals.cells))
            model = "gamma"
            p = try mapIndices(of: sums.count, chunk: 4096, within: budget) { entry in
                guard !z[entry].isNaN else { return 1 }
                return moments.gammaTails(
                    of: sums[entry], weight: Double(around[entry].cells), incidents: total.0, cells: total.1
                ).twoSidedP
            }
        } else {
            let z = z
            let all = NeighbourhoodTotals(
                sum: totals.incidents, squares: Double(totals.squares), cells: totals.cells)
            (p, model) = try NeighbourhoodSum.twoSidedP(
                of: around, among: all, isKnown: { !z[$0].isNaN }, within: budget)
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

    /// Moran's I of the counts, over cells that touch, with its *p* from permutations; nil if there is nothing to compare, or too little to
    /// judge.
    public func moran(permutations: Permutations = Permutations()) -> MoranTest? {
        try! moran(permutations: permutations, within: .unlimited)
    }

    /// As ``moran(permutations:)``, within a budget.
    func moran(permutations: Permutations, within budget: TimeBudget) throws -> MoranTest? {
        guard model != nil else { return nil }
        // The ring of eight around a square, of six around a hexagon.
        let neighbours = try grid.neighbourLists(within: grid.cellSize * 1.45, of: cells, budget: budget)
        return try MoranTest(
            values, neighbours: neighbours, permutations: permutations, within: budget)
    }
}

/// Running totals of amounts along the rows of a grid.
private struct RowAmounts: Sendable {
    let amounts: [Double]
    private let grid: CellGrid
    /// Amounts in the cells of a row before each column; a row has one more entry than columns.
    private let before: [Double]
    let sum: Double
    let squares: Double

    /// - Parameter amounts: One for each cell; those of cells that do not count are 0.
    init(grid: CellGrid, amounts: [Double], budget: TimeBudget) throws(TimeBudgetError) {
        var meter = BudgetMeter(budget)
        let stride = grid.columns + 1
        var before = [Double](repeating: 0, count: stride * grid.rows)
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                try meter.spend(2)
                before[row * stride + column + 1] = before[row * stride + column] + amounts[row * grid.columns + column]
            }
        }
        self.grid = grid
        self.amounts = amounts
        self.before = before
        sum = amounts.sum { $0 }
        squares = amounts.sum { $0 * $0 }
    }

    /// The sum in the runs around a cell.
    func around(row: Int, column: Int, runs: [Neighbourhood.Run]) -> Double {
        var sum = 0.0
        for run in runs {
            let other = row + run.rows
            guard other >= 0, other < grid.rows else { continue }
            let first = max(0, column + run.firstColumn)
            let end = min(grid.columns, column + run.lastColumn + 1)
            guard first < end else { continue }
            let base = other * (grid.columns + 1)
            sum += before[base + end] - before[base + first]
        }
        return sum
    }
}

/// Running totals along the rows of a grid, so that a sum over a run of cells is one difference.
private struct RowTotals: Sendable {
    private let grid: CellGrid
    /// Incidents in the cells of a row before each column; a row has one more entry than columns.
    private let incidentsBefore: [Int32]
    private let cellsBefore: [Int32]
    private let squaresBefore: [Double]
    let cells: Int
    let incidents: Int
    let squares: Int

    init(grid: CellGrid, counts: [Int32], included: [Bool], budget: TimeBudget) throws(TimeBudgetError) {
        var meter = BudgetMeter(budget)
        let stride = grid.columns + 1
        var incidentsBefore = [Int32](repeating: 0, count: stride * grid.rows)
        var cellsBefore = incidentsBefore
        var squaresBefore = [Double](repeating: 0, count: stride * grid.rows)
        var (cells, incidents, squares) = (0, 0, 0)
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                try meter.spend(4)
                let (count, isIn) = (counts[row * grid.columns + column], included[row * grid.columns + column])
                incidentsBefore[row * stride + column + 1] = incidentsBefore[row * stride + column] + count
                cellsBefore[row * stride + column + 1] = cellsBefore[row * stride + column] + (isIn ? 1 : 0)
                let square = Int(count) * Int(count)
                squaresBefore[row * stride + column + 1] = squaresBefore[row * stride + column] + Double(square)
                squares += square
                incidents += Int(count)
                cells += isIn ? 1 : 0
            }
        }
        self.grid = grid
        self.incidentsBefore = incidentsBefore
        self.cellsBefore = cellsBefore
        self.squaresBefore = squaresBefore
        self.cells = cells
        self.incidents = incidents
        self.squares = squares
    }

    /// Incidents and cells in the runs around a cell.
    func around(row: Int, column: Int, runs: [Neighbourhood.Run]) -> NeighbourhoodTotals {
        var around = NeighbourhoodTotals(sum: 0, squares: 0, cells: 0)
        for run in runs {
            let other = row + run.rows
            guard other >= 0, other < grid.rows else { continue }
            let first = max(0, column + run.firstColumn)
            let end = min(grid.columns, column + run.lastColumn + 1)
            guard first < end else { continue }
            let base = other * (grid.columns + 1)
            around.sum += Int(incidentsBefore[base + end] - incidentsBefore[base + first])
            around.squares += squaresBefore[base + end] - squaresBefore[base + first]
            around.cells += Int(cellsBefore[base + end] - cellsBefore[base + first])
        }
        return around
    }
}
