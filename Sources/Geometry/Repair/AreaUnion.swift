extension Geometry {
    /// One area of all polygons of several geometries: what they share is in it once, and borders between them are gone.
    ///
    /// Points and lines do not count. Nil without polygons, or if GEOS finds no union.
    public static func union(of geometries: [Geometry]) -> Geometry? {
        let polygons = geometries.flatMap(\.allPolygons).filter { $0.rings.allSatisfy { $0.count >= 4 } }
        guard !polygons.isEmpty, let areas = GEOSAreas(polygons), areas.unite() else { return nil }
        let united = areas.polygons
        return united.isEmpty ? nil : united.count == 1 ? .polygon(united[0]) : .multiPolygon(united)
    }

    private var allPolygons: [Polygon] {
        switch self {
        case .polygon(let polygon): [polygon]
        case .multiPolygon(let polygons): polygons
        case .geometryCollection(let members): members.flatMap(\.allPolygons)
        case .point, .multiPoint, .lineString, .multiLineString: []
        }
    }
}
