import Geometry
import Glibc
public import TimeBudgets

/// How dense incidents are everywhere, as a smooth surface: the quartic (biweight) kernel on a raster.
///
/// Density at a place = Σ *w*ᵢ · 3 / (π *h*²) · (1 − *d*ᵢ² / *h*²)² over the incidents nearer than the bandwidth *h*: incidents per
/// square metre. The volume below one incident is its weight. B. W. Silverman, *Density Estimation*, 1986, p. 76 (4.5).
public struct KernelDensity: Sendable {
    /// *h*: how far one incident is felt, in metres.
    public let bandwidth: Double
    /// Side of a raster cell in metres.
    public let cellSize: Double
    public let columns: Int
    public let rows: Int
    /// The outer corner of the first value's cell: west and **north**, in metres.
    public let northWest: PlanePoint
    /// Incidents per square metre at the middle of each cell, row by row from the north-west.
    public let values: [Float]

    /// Rows that one core works on at a time. A row adds its incidents in one order, so the sums do not depend on it.
    private static let band = 32

    /// The surface over the extent of the positions and a bandwidth around them.
    ///
    /// Complexity: O(*n* · (*h* / *cell size*)²) on all cores; only cells nearer than *h* to an incident are touched.
    ///
    /// - Parameter weights: One for each position, or nil for 1 each.
    /// - Throws: ``HotspotError`` for a distance that is not positive or more than `limit` cells; `TimeBudgetError`.
    public init(
        _ points: PlanePoints, weights: [Double]? = nil, bandwidth: Double, cellSize: Double, limit: Int = 50_000_000,
        budget: TimeBudget = .unlimited
    ) throws {
        try HotspotQuestion.distances.require(bandwidth, "bandwidth")
        try HotspotQuestion.distances.require(cellSize, "cell")
        precondition(weights == nil || weights!.count == points.count)
        guard let extent = points.extent?.expanded(by: bandwidth) else {
            self.init(
                bandwidth: bandwidth, cellSize: cellSize, columns: 0, rows: 0, northWest: PlanePoint(x: 0, y: 0),
                values: [])
            return
        }
        let columns = (extent.width / cellSize).rounded(.up)
        let rows = (extent.height / cellSize).rounded(.up)
        guard columns * rows <= Double(limit) else {
            throw HotspotError.tooManyCells(
                cells: columns * rows, limit: limit, cellSize: cellSize, width: extent.width, height: extent.height)
        }
        let northWest = PlanePoint(x: extent.minX, y: extent.minY + rows * cellSize)
        let (width, height) = (Int(columns), Int(rows))
        let sources = try KernelSources(
            points, weights: weights, northWest: northWest, cellSize: cellSize, rows: height, budget: budget)
        let scale = 3 / (.pi * bandwidth * bandwidth)
        let reach = Int(min(bandwidth / cellSize, rows)) + 1

        let bands = try mapChunks(of: height, size: Self.band, within: budget) { band in
            var meter = BudgetMeter(budget)
            var sums = [Double](repeating: 0, count: band.count * width)
            let touched = max(0, band.lowerBound - reach)..<min(height, band.upperBound + reach)
            for source in sources.sources(inRows: touched) {
                try sources.spread(source, over: &sums, rows: band, columns: width, bandwidth: bandwidth, &meter)
            }
            return sums.map { Float($0 * scale) }
        }
        self.init(
            bandwidth: bandwidth, cellSize: cellSize, columns: width, rows: height, northWest: northWest,
            values: Array(bands.joined()))
    }

    private init(
        bandwidth: Double, cellSize: Double, columns: Int, rows: Int, northWest: PlanePoint, values: [Float]
    ) {
        self.bandwidth = bandwidth
        self.cellSize = cellSize
        self.columns = columns
        self.rows = rows
        self.northWest = northWest
        self.values = values
    }

    /// The middle of a raster cell.
    public func center(row: Int, column: Int) -> PlanePoint {
        PlanePoint(
            x: northWest.x + (Double(column) + 0.5) * cellSize, y: northWest.y - (Double(row) + 0.5) * cellSize)
    }

    /// Incidents per square metre in the raster cell that holds a position; 0 outside the raster.
    public func value(at point: PlanePoint) -> Double {
        let column = ((point.x - northWest.x) / cellSize).rounded(.down)
        let row = ((northWest.y - point.y) / cellSize).rounded(.down)
        guard column >= 0, row >= 0, column < Double(columns), row < Double(rows) else { return 0 }
        return Double(values[Int(row) * columns + Int(column)])
    }

    /// A place that is denser than all around it.
    public struct Peak: Sendable, Hashable {
        public var position: PlanePoint
        /// Incidents per square metre.
        public var density: Double
    }

    /// The local maxima, the densest first: cells with no denser one among the eight around.
    ///
    /// Of neighbouring cells that are equally dense, the northernmost, then westernmost, is the peak.
    public func peaks() -> [Peak] { try! peaks(within: .unlimited) }

    /// As ``peaks()``, within a budget.
    ///
    /// - Throws: `TimeBudgetError`.
    func peaks(within budget: TimeBudget) throws -> [Peak] {
        let (values, columns, rows) = (values, columns, rows)
        let found = try mapChunks(of: rows, size: 64, within: budget) { range in
            var meter = BudgetMeter(budget)
            var found = [(Int, Int)]()
            for row in range {
                for column in 0..<columns {
                    try meter.spend(4)
                    let value = values[row * columns + column]
                    guard value > 0 else { continue }
                    var isPeak = true
                    search: for otherRow in max(0, row - 1)...min(rows - 1, row + 1) {
                        for otherColumn in max(0, column - 1)...min(columns - 1, column + 1) {
                            let other = values[otherRow * columns + otherColumn]
                            let isEarlier = (otherRow, otherColumn) < (row, column)
                            if other > value || other == value && isEarlier {
                                isPeak = false
                                break search
                            }
                        }
                    }
                    if isPeak { found.append((row, column)) }
                }
            }
            return found
        }.flatMap { $0 }
        var meter = BudgetMeter(budget)
        return try found.map { row, column in
            Peak(position: center(row: row, column: column), density: Double(values[row * columns + column]))
        }.sorted {
            try meter.spend(8)
            return ($1.density, $0.position.x) < ($0.density, $1.position.x)
        }
    }
}

/// Incidents sorted by raster row, in units of raster cells from the north-western corner.
private struct KernelSources: Sendable {
    struct Source: Sendable {
        var column: Double
        var row: Double
        var weight: Double
    }

    private let sources: [Source]
    private let starts: [Int32]
    private let cellSize: Double

    init(
        _ points: PlanePoints, weights: [Double]?, northWest: PlanePoint, cellSize: Double, rows: Int,
        budget: TimeBudget
    ) throws(TimeBudgetError) {
        var meter = BudgetMeter(budget)
        func row(_ index: Int) -> Int { Int(min(max((northWest.y - points.y[index]) / cellSize, 0), Double(rows - 1))) }
        var starts = [Int32](repeating: 0, count: rows + 1)
        for index in 0..<points.count {
            try meter.spend(2)
            starts[row(index) + 1] += 1
        }
        for row in 0..<rows { starts[row + 1] += starts[row] }
        var next = starts
        var sources = [Source](repeating: Source(column: 0, row: 0, weight: 0), count: points.count)
        for index in 0..<points.count {
            try meter.spend(4)
            let position = Int(next[row(index)])
            next[row(index)] += 1
            sources[position] = Source(
                column: (points.x[index] - northWest.x) / cellSize, row: (northWest.y - points.y[index]) / cellSize,
                weight: weights?[index] ?? 1)
        }
        self.sources = sources
        self.starts = starts
        self.cellSize = cellSize
    }

    func sources(inRows rows: Range<Int>) -> ArraySlice<Source> {
        sources[Int(starts[rows.lowerBound])..<Int(starts[rows.upperBound])]
    }

    /// Adds (1 − *d*² / *h*²)² times its weight to the cells of a band of rows that a source reaches.
    func spread(
        _ source: Source, over sums: inout [Double], rows: Range<Int>, columns: Int, bandwidth: Double,
        _ meter: inout BudgetMeter
    ) throws(TimeBudgetError) {
        let reach = bandwidth / cellSize
        let first = Int(max(Double(rows.lowerBound), (source.row - reach - 0.5).rounded(.up)))
        let last = Int(min(Double(rows.upperBound - 1), (source.row + reach - 0.5).rounded(.down)))
        try meter.spend()
        guard first <= last else { return }
        let scale = 1 / (reach * reach)
        for row in first...last {
            let dy = Double(row) + 0.5 - source.row
            let rest = reach * reach - dy * dy
            guard rest > 0 else { continue }
            let half = rest.squareRoot()
            let firstColumn = Int(max(0, (source.column - half - 0.5).rounded(.up)))
            let lastColumn = Int(min(Double(columns - 1), (source.column + half - 0.5).rounded(.down)))
            guard firstColumn <= lastColumn else { continue }
            try meter.spend(lastColumn - firstColumn)
            let base = (row - rows.lowerBound) * columns
            let start = 1 - dy * dy * scale
            for column in firstColumn...lastColumn {
                let dx = Double(column) + 0.5 - source.column
                let closeness = start - dx * dx * scale
                sums[base + column] += source.weight * closeness * closeness
            }
        }
    }
}
