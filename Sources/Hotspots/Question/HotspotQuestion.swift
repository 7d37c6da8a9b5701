public import Geometry
public import Works

/// Where do incidents pile up near places, and is that more than chance?
public struct HotspotQuestion: Sendable {
    public enum Method: String, Sendable, CaseIterable, Codable {
        /// How many incidents are around each place, against the mean density.
        case count
        /// Which cells of a grid have more than chance would put there.
        case giStar = "gi-star"
        /// Which incidents form clusters.
        case dbscan
        /// Where a smooth surface of density has its peaks.
        case kde
    }

    public var method: Method
    /// The name of the layer that the places are of, to be repeated in the answer.
    public var layer: String
    /// How far from a place an incident is near it, in metres.
    public var within: Double

    /// Which kinds and categories the incidents were chosen by, to be repeated in the answer; empty for all.
    public var kinds: [WorkKind] = []
    public var categories: [String] = []
    /// Incidents reported from this moment on; nil for no limit.
    public var since: Instant?
    /// Incidents reported before this moment; nil for the moment of asking, itself included.
    public var until: Instant?
    /// Leave out what is done or rejected.
    public var openOnly = false

    /// The size of a cell in metres: of the grid of `gi-star` and of Moran's I (else half of ``within``), and of the raster of
    /// `kde` (else a tenth of its bandwidth).
    public var cell: Double?
    public var cellShape = CellGrid.Shape.square
    /// How far the neighbours of a cell may be in `gi-star`, from centre to centre, in metres; else one and a half cells, which is
    /// the ring of cells around it.
    public var band: Double?
    /// The distance of `dbscan` in metres; else a quarter of ``within``.
    public var epsilon: Double?
    /// How many incidents make a place dense in `dbscan`, the one in the middle counted.
    public var minimumPoints = 10
    /// The bandwidth of `kde` in metres; else ``within``.
    public var bandwidth: Double?
    /// Test of Moran's I.
    public var permutations = Permutations()
    /// The share of false alarms among the cells, and the places, called significant.
    public var significance = 0.05

    /// The area that chance is measured against; nil for the districts, the city's bounds or the hull of the incidents, whichever there is.
    public var boundary: StudyBoundary?
    /// Exposure that incidents are expected in proportion to.
    public var per = ExposureKind.area
    /// Positions of which no incident counts, each about a metre wide.
    public var excluded: [Coordinate] = []
    /// Which other works count; kinds, categories and ``openOnly`` have members of their own.
    public var filter = WorkFilter()
    /// The filter as it was asked for, `name=value`, to be repeated in the answer.
    public var filterTexts: [String] = []
    public var severityWeights = SeverityWeights()
    /// True if methods count ``severityWeights`` instead of incidents.
    public var countsWeights = false
    /// Further sizes of cells, in metres, at which `gi-star` is asked too: what is hot at all of them is stable.
    public var furtherCells: [Double] = []
    /// True if the cell is of the size that ``CellGrid/usualSize(area:incidents:)`` has.
    public var isCellAutomatic = false
    /// How many places the answer lists at most; nil for all.
    public var top: Int?
    /// Most cells of a grid; a raster may have ten times as many.
    public var cellLimit = 5_000_000
    /// Most pairs of a place and a cell, cluster or peak near it.
    public var pairLimit = 20_000_000

    // MARK: - What is allowed

    /// Distances: from a millimetre, finer than any position, to half the Earth's circumference.
    public static let distances = NumberRange(0.001...20_037_508, unit: "m")
    /// How many incidents make a place dense, and how many places may be listed.
    public static let counts = NumberRange(1...1_000_000)
    /// Sizes of cells beside the first.
    static let cellCounts = NumberRange(0...7)
    /// Most positions of which no incident counts.
    static let exclusions = NumberRange(0...100)
    /// Shares of false alarms.
    static let shares = NumberRange(0.0...1.0)

    public init(method: Method = .count, near layer: String, within: Double) {
        self.method = method
        self.layer = layer
        self.within = within
    }

    // MARK: - What is taken where nothing is said

    public var gridCell: Double { cell ?? within / 2 }
    public var gridBand: Double { band ?? gridCell * 1.5 }
    public var clusterDistance: Double { epsilon ?? within / 4 }
    public var kernelBandwidth: Double { bandwidth ?? within }
    public var rasterCell: Double { cell ?? kernelBandwidth / 10 }

    /// Throws if a parameter makes no sense, whichever method is asked for.
    func check(until end: Instant) throws(HotspotError) {
        try Self.distances.require(within, "within")
        for (name, metres) in [("cell", cell), ("band", band), ("epsilon", epsilon), ("bandwidth", bandwidth)] {
            if let metres { try Self.distances.require(metres, name) }
        }
        try Self.cellCounts.require(furtherCells.count, "cell")
        for metres in furtherCells { try Self.distances.require(metres, "cell") }
        if countsWeights, Severity.allCases.allSatisfy({ severityWeights[$0] == 0 }) { throw .noWeight }
        for severity in Severity.allCases { try SeverityWeights.range.require(severityWeights[severity], "weights") }
        try Self.counts.require(minimumPoints, "minimum_points")
        if let top { try Self.counts.require(top, "top") }
        try Permutations.counts.require(permutations.count, "permutations")
        try Permutations.seeds.require(permutations.seed, "seed")
        try Self.shares.require(significance, "significance")
        try Self.exclusions.require(excluded.count, "exclude_at")
        if let since, since >= end { throw .emptyPeriod(from: since.description, until: end.description) }
    }
}
