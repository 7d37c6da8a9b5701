public import Geometry

/// The rows of a file that lie far from the city: swapped, without a sign, at zero, or somebody else's.
public struct FarRows: Hashable, Sendable {
    /// One of them.
    public struct Row: Hashable, Sendable {
        /// The line on which it begins, from 1.
        public var line: Int
        /// The middle of its place.
        public var place: Coordinate
    }

    public var count = 0
    /// The first of them.
    public var examples: [Row] = []
    /// Basis of the city's extent, in words.
    public var basis = ""

    public init() {}

    static let examplesKept = 20
    private static let examplesTold = 5

    mutating func add(_ row: Row) {
        count += 1
        if examples.count < Self.examplesKept { examples.append(row) }
    }

    mutating func add(_ other: FarRows) {
        if basis.isEmpty { basis = other.basis }
        count += other.count
        examples += other.examples.prefix(Self.examplesKept - examples.count)
    }

    /// The warning; nil if there are none.
    public var warning: String? {
        guard count > 0 else { return nil }
        let told = examples.prefix(Self.examplesTold).map {
            "line \($0.line) at longitude \($0.place.longitude), latitude \($0.place.latitude)"
        }
        let more = count - told.count
        return
            "\(count) row\(count == 1 ? " lies" : "s lie") far from the city (by \(basis)) and came in all the same: "
            + told.joined(separator: "; ") + (more > 0 ? "; and \(more) more" : "")
            + ". Look whether longitude and latitude are swapped or lack a sign; `bounds` in a mapping refuses such rows"
    }
}

/// Looks which rows of a file lie far from the city.
///
/// If it is not known where the city is, most rows of the file say it: their places are kept until all have been seen, 20 bytes each.
struct DistanceSurvey {
    private let extent: CityExtent?
    private let reach: Bounds?
    private var found = FarRows()
    /// Places of a file that has to say itself where the city is.
    private var places: [Coordinate] = []
    private var lines: [Int32] = []

    init(extent: CityExtent?) {
        self.extent = extent
        reach = extent?.reach
        found.basis = extent?.basis.rawValue ?? ""
    }

    mutating func note(_ geometry: Geometry, line: Int) {
        guard let place = geometry.middle else { return }
        guard let reach else {
            places.append(place)
            lines.append(Int32(truncatingIfNeeded: line))
            return
        }
        if !reach.contains(place) { found.add(FarRows.Row(line: line, place: place)) }
    }

    /// The rows far away, once all have been seen.
    var farRows: FarRows {
        guard extent == nil, let bulk = CityExtent.bulk(of: places) else { return found }
        let city = CityExtent(bounds: bulk, basis: .rows)
        let reach = city.reach
        var found = FarRows()
        found.basis = city.basis.rawValue
        for (place, line) in zip(places, lines) where !reach.contains(place) {
            found.add(FarRows.Row(line: Int(line), place: place))
        }
        return found
    }
}

extension Geometry {
    /// The middle of the geometry's box.
    fileprivate var middle: Coordinate? {
        if case .point(let point) = self { return point }
        return bounds?.center.rounded
    }
}
