import Foundation
public import Geometry
public import TimeBudgets

/// The part of the world that a map shows first: the city, and nothing that is far from it.
public struct CityView: Hashable, Sendable {
    public var bounds: Bounds
    /// The farthest zoom that the view should have, 0…11: as far away as a city of this size needs, so that works scattered over a small box
    /// are not shown from afar on a small screen.
    public var minimumZoom: Int

    /// Zoom of a city that fits into a usual screen.
    public static let cityZoom = 11
    /// Width and height of a usual screen, in pixels.
    private static let screen = 1024.0

    /// A view of nothing in particular.
    public static let world = CityView(Bounds(west: -180, south: -60, east: 180, north: 75))

    /// - Parameter bounds: The city's box.
    public init(_ bounds: Bounds) {
        self.bounds = bounds
        // Pixels at zoom 0, where the world is 256 wide.
        let width = bounds.width / 360 * 256
        let height = (Self.mercator(bounds.north) - Self.mercator(bounds.south)) * 256
        let zoom = log2(Self.screen / max(width, height, 1e-9)).rounded(.down)
        minimumZoom = Int(saturating: min(max(zoom, 0), Double(Self.cityZoom)))
    }

    /// The box around those places that are nearest to the middle of all: at least 98 in 100 of them, and without the farthest one where
    /// there are three or more; nil without places.
    ///
    /// - Complexity: O(*n* log *n*) in the number of places.
    public init?(places: [Coordinate]) {
        guard !places.isEmpty else { return nil }
        let middle = Coordinate(
            longitude: Self.median(places.map(\.longitude)), latitude: Self.median(places.map(\.latitude)))
        let shrink = cos(middle.latitude * .pi / 180)
        func distance(_ place: Coordinate) -> Double {
            let east = (place.longitude - middle.longitude) * shrink
            let north = place.latitude - middle.latitude
            return east * east + north * north
        }
        let left = places.count < 3 ? 0 : max(places.count / 50, 1)
        let near = places.map { (distance($0), $0) }.sorted { $0.0 < $1.0 }.dropLast(left)
        var bounds = Bounds(
            west: near[0].1.longitude, south: near[0].1.latitude, east: near[0].1.longitude, north: near[0].1.latitude)
        for (_, place) in near { bounds.extend(to: place) }
        self.init(bounds)
    }

    private static func median(_ numbers: [Double]) -> Double { numbers.sorted()[numbers.count / 2] }

    /// Fraction of the world's height north of its middle (EPSG:3857), −0.5…0.5.
    private static func mercator(_ latitude: Double) -> Double {
        let limited = min(max(latitude, -85.05), 85.05) * .pi / 180
        return log(tan(.pi / 4 + limited / 2)) / (2 * .pi)
    }
}

extension WorksStore {
    /// The first view of the city's map: its stated box, else the box of its districts, else that of nearly all works, else that of anything.
    ///
    /// - Throws: `StoreError`, `TimeBudgetError`.
    public func cityView(at now: Instant, budget: TimeBudget) throws -> CityView {
        if let bounds = try CityFacts.bounds(note(.cityBounds)) { return CityView(bounds) }
        if let bounds = try extent(of: .districts) { return CityView(bounds) }
        var places: [Coordinate] = []
        try forEachWork(WorkPage(columns: []), at: now, budget: budget) { row in
            if let place = try row.geometry?.decoded().bounds?.center { places.append(place) }
        }
        if let view = CityView(places: places) { return view }
        for layer in ReferenceLayer.allCases {
            if let bounds = try extent(of: layer) { return CityView(bounds) }
        }
        return .world
    }
}
