public import Geometry
public import TimeBudgets
public import Works

/// A boundary of the area that chance is measured against.
public struct StudyBoundary: Sendable {
    /// Polygons; anything else has no area.
    public var geometry: Geometry
    public var origin: StudyArea.Origin
    /// Name for messages: a layer, a file or a box.
    public var name: String

    public init(_ geometry: Geometry, name: String, origin: StudyArea.Origin = .boundary) {
        self.geometry = geometry
        self.name = name
        self.origin = origin
    }

    /// A box in degrees; one of which west > east crosses the antimeridian.
    public init(_ box: Bounds, origin: StudyArea.Origin = .boundary) {
        let polygons = box.split.map { part in
            // Parallels bend on the plane, so that edges along them have corners between.
            let steps = max(1, Int((part.width / 0.1).rounded(.up)).clamped(to: 1...720))
            let longitudes = (0...steps).map { part.west + part.width * Double($0) / Double(steps) }
            let south = longitudes.map { Coordinate(longitude: $0, latitude: part.south) }
            let north = longitudes.reversed().map { Coordinate(longitude: $0, latitude: part.north) }
            return Polygon(rings: [south + north + [south[0]]])
        }
        let ordinates = [box.west, box.south, box.east, box.north].map(\.shortest)
        self.init(
            polygons.count == 1 ? .polygon(polygons[0]) : .multiPolygon(polygons),
            name: ordinates.joined(separator: ","), origin: origin)
    }

    /// The polygons of a layer, made one area; districts are those of the first class. Nil if the layer has none.
    ///
    /// - Throws: `StoreError`, `TimeBudgetError`.
    public init?(
        layer: ReferenceLayer, of store: any WorksStore, origin: StudyArea.Origin = .boundary, budget: TimeBudget
    ) throws {
        var polygons = [Geometry]()
        let districtClass = layer == .districts ? try store.districtClasses(budget: budget).first : nil
        try store.forEachFeature(in: layer, bounds: nil, after: nil, limit: nil, budget: budget) { _, feature in
            if let districtClass, DistrictClass.name(of: feature.featureClass) != districtClass { return }
            if let geometry = feature.geometry { polygons.append(geometry) }
        }
        guard let union = Geometry.union(of: polygons) else { return nil }
        self.init(union, name: layer.rawValue, origin: origin)
    }

    /// The boundary that a store has without being told: its districts, else the bounds that the city states; nil if it has neither.
    ///
    /// - Throws: `StoreError`, `TimeBudgetError`.
    static func usual(of store: any WorksStore, budget: TimeBudget) throws -> StudyBoundary? {
        if let districts = try StudyBoundary(layer: .districts, of: store, origin: .districts, budget: budget) {
            return districts
        }
        return try CityFacts.bounds(store.note(.cityBounds)).map { StudyBoundary($0, origin: .city) }
    }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
