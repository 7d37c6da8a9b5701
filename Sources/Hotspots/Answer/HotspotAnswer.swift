public import Geometry
import TimeBudgets
public import Works

/// The answer to a ``HotspotQuestion``, with everything needed to ask it again.
public struct HotspotAnswer: Sendable {
    public var question: HotspotQuestion
    /// The moment of asking: what is open and overdue is so as of then.
    public var askedAt: Instant
    /// From when until when incidents were reported; a missing beginning is open.
    public var period: Period
    /// How many incidents were used.
    public var incidents: Int
    /// How many were not, and why; every reason is there.
    public var leftOut: [LeftOutReason: Int]
    /// The places, most incidents first; at most as many as were asked for.
    public var places: [PlaceFinding]
    /// How many places were looked at.
    public var placeCount: Int
    /// Places without a geometry, which nothing can be near to.
    public var placesWithoutGeometry: [Place]
    /// Where the metres were measured from, and how wrong a distance can be at the edge of the data.
    public var projection: LocalProjection?
    public var largestDistanceError: Double
    /// The area that the mean density was taken over; nil where there is none.
    public var studyArea: StudyArea?
    /// Model that counts around places are compared with; nil without a mean density.
    public var chance: ChanceModel?
    /// Whether there is any clustering at all; nil if there are too few incidents or cells to say.
    public var moran: MoranTest?
    /// What `gi-star` found.
    public var grid: GridHotspots?
    /// The places that each significant cell reaches, by the cell's entry in ``grid``.
    public var cellPlaces: [Int: [String]] = [:]
    /// Findings of `gi-star` at each size of cells, if several were asked for.
    public var stability: [CellSizeFinding] = []
    /// Measure that is counted: incidents, or their weights.
    var measure = WeightedMeasure()
    /// What `dbscan` found, the largest cluster first.
    public var clusters: [ClusterFinding] = []
    /// How many incidents are in no cluster.
    public var noise: Int?
    /// What `kde` found, the densest peak first.
    public var peaks: [PeakFinding] = []
    /// The surface that the peaks are of, on the plane of ``projection``.
    public var surface: KernelDensity?
    /// Incidents far from all others, which are left out, the largest group first.
    public var outliers: [OutlierGroup] = []
    /// The exposure of the whole study area, or of all places where each has its own; nil without any.
    public var exposureTotal: Double?
    /// Limits that follow from the area and the exposure.
    var areaLimits: [HotspotLimit] = []
    /// What the reader has to know before relying on the numbers.
    public var limits: [HotspotLimit] = []
}

/// One place and what is around it.
public struct PlaceFinding: Sendable {
    public var place: Place
    public var count: PlaceCount
    /// The significant cells, clusters or peaks that reach it, by their ids.
    public var reachedBy: [String] = []
    /// Sizes of cells, in metres, of which a hot one reaches it, if several were asked for.
    public var hotAt: [Double] = []
}

/// Cells of one size.
public struct CellSizeFinding: Sendable {
    /// Metres.
    public var size: Double
    public var cells: Int
    public var hot: Int

    init(_ hotspots: GridHotspots, size: Double, at level: Double) {
        self.size = size
        cells = hotspots.cells.count
        hot = hotspots.cells.indices.count { hotspots.adjustedP[$0] <= level && hotspots.z[$0] > 0 }
    }
}

/// A cell of the grid of `gi-star`.
public struct CellFinding: Sendable {
    /// `r` and the row from the south, `c` and the column from the west.
    public var id: String
    public var incidents: Int
    /// Count in it: its incidents, or the sum of their weights.
    public var weighted: Double
    /// Not a number if all cells are alike.
    public var z: Double
    public var p: Double
    public var adjustedP: Double
    public var isSignificant: Bool
    /// Whether it has so few neighbours that `z` is not to be trusted.
    public var hasFewNeighbours: Bool
    public var geometry: Geometry
    /// The places that it reaches, if it is significant.
    public var places: [String]
}

/// A cluster of `dbscan`.
public struct ClusterFinding: Sendable {
    public var id: Int
    public var size: Int
    /// How many of its incidents are open.
    public var open: Int
    /// When its first and last incident was reported; nil if no time is known.
    public var from: Instant?
    public var until: Instant?
    /// The smallest convex area around it; a line or a point if it has none.
    public var hull: Geometry
    /// Square metres.
    public var area: Double
    /// The places that one of its incidents is near to.
    public var places: [String]
}

/// A peak of the surface of `kde`.
public struct PeakFinding: Sendable {
    public var id: Int
    public var position: Coordinate
    /// Incidents per square kilometre, as the kernel smooths them.
    public var density: Double
    /// The places that it is near to.
    public var places: [String]
}

/// Something that limits what an answer says.
public struct HotspotLimit: Sendable, Hashable {
    public enum Code: String, Sendable, CaseIterable, Codable {
        case incidentsWithoutLocation = "incidents_without_location"
        case incidentsWithoutTime = "incidents_without_time"
        case sharedPosition = "incidents_at_one_position"
        case incidentsFarAway = "incidents_far_away"
        case incidentsOutside = "incidents_outside_area"
        case placesWithoutExposure = "places_without_exposure"
        case boundaryNotUsed = "boundary_not_used"
        case placesWithoutGeometry = "places_without_geometry"
        case placesOutside = "places_outside_data"
        case noDensity = "no_mean_density"
        case fewNeighbours = "cells_with_few_neighbours"
        case tooFewToJudge = "too_few_to_judge"
        case fewIncidents = "few_incidents_per_cell"
        case distancesStretched = "distances_stretched"
        case noPeriodBefore = "no_period_before"
        case noPlaces = "no_places"
        case noIncidents = "no_incidents"
        case unknownCategory = "unknown_category"
    }

    public var code: Code
    /// How many are concerned; 0 where nothing is counted.
    public var count: Int
    /// A sentence in English.
    public var text: String
}

extension HotspotAnswer {
    /// The cells of `gi-star`, in rows from the south-west, or only the significant ones, the highest *z* first.
    public func cells(significantOnly: Bool = false) -> [CellFinding] {
        try! cells(significantOnly: significantOnly, within: .unlimited)
    }

    /// As ``cells(significantOnly:)``, within a budget.
    ///
    /// - Throws: `TimeBudgetError`.
    func cells(significantOnly: Bool, within budget: TimeBudget) throws -> [CellFinding] {
        guard let grid else { return [] }
        let entries =
            try significantOnly
            ? grid.significant(at: question.significance, within: budget) : Array(grid.cells.indices)
        return try entries.map { entry in
            try budget.check()
            return cell(entry)
        }
    }

    /// One cell of `gi-star`, by its entry in ``grid``.
    public func cell(_ entry: Int) -> CellFinding {
        let grid = grid!
        let ring = grid.grid.corners(of: grid.cells[entry]).map { projection!.unproject($0) }
        return CellFinding(
            id: grid.grid.id(of: grid.cells[entry]), incidents: Int(grid.counts[entry]), weighted: grid.values[entry],
            z: grid.z[entry],
            p: grid.p[entry], adjustedP: grid.adjustedP[entry],
            isSignificant: grid.adjustedP[entry] <= question.significance,
            hasFewNeighbours: grid.neighbours[entry] < GridHotspots.fewestNeighbours,
            geometry: .polygon(ofRing: ring), places: cellPlaces[entry] ?? [])
    }
}

extension CellGrid {
    /// `r` and the row from the south, `c` and the column from the west.
    public func id(of cell: Int) -> String { "r\(cell / columns)c\(cell % columns)" }
}
