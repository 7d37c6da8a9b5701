import CGEOS

/// The oracle of the clipping tests: GEOS, through its C interface.
final class GEOS {
    private let context: GEOSContextHandle_t

    init() { context = GEOS_init_r() }

    deinit { GEOS_finish_r(context) }

    struct Measures {
        var area: Double
        var length: Double
        var isValid: Bool
    }

    private func sequence(_ points: [SIMD2<Double>]) -> OpaquePointer? {
        let values = points.flatMap { [$0.x, $0.y] }
        return GEOSCoordSeq_copyFromBuffer_r(context, values, UInt32(points.count), 0, 0)
    }

    private func polygon(_ rings: [[SIMD2<Double>]]) -> OpaquePointer? {
        var shells = rings.map { ring in
            GEOSGeom_createLinearRing_r(context, sequence(ring + [ring[0]]))
        }
        guard let shell = shells.first else { return nil }
        shells.removeFirst()
        return GEOSGeom_createPolygon_r(context, shell, &shells, UInt32(shells.count))
    }

    private func measures(_ geometry: OpaquePointer?) -> Measures {
        var area = 0.0, length = 0.0
        GEOSArea_r(context, geometry, &area)
        GEOSLength_r(context, geometry, &length)
        return Measures(area: area, length: length, isValid: GEOSisValid_r(context, geometry) == 1)
    }

    /// Area and length of a polygon's part in a rectangle; nil when the polygon is not valid.
    func clipped(_ rings: [[SIMD2<Double>]], to r: (Double, Double, Double, Double)) -> Measures? {
        guard rings.allSatisfy({ $0.count > 2 }), let polygon = polygon(rings) else { return nil }
        defer { GEOSGeom_destroy_r(context, polygon) }
        guard GEOSisValid_r(context, polygon) == 1 else { return nil }
        let corners = [
            SIMD2(r.0, r.1), SIMD2(r.2, r.1), SIMD2(r.2, r.3), SIMD2(r.0, r.3),
        ]
        let rectangle = self.polygon([corners])
        defer { GEOSGeom_destroy_r(context, rectangle) }
        guard let part = GEOSIntersection_r(context, polygon, rectangle) else { return nil }
        defer { GEOSGeom_destroy_r(context, part) }
        return measures(part)
    }

    /// Area and validity of polygons together.
    func measures(polygons: [[[SIMD2<Double>]]]) -> Measures {
        var parts = polygons.map { polygon($0) }
        let whole = GEOSGeom_createCollection_r(
            context, Int32(GEOS_MULTIPOLYGON.rawValue), &parts, UInt32(parts.count))
        defer { GEOSGeom_destroy_r(context, whole) }
        return measures(whole)
    }

    /// The length of a line's part in a rectangle.
    func clippedLength(_ line: [SIMD2<Double>], to r: (Double, Double, Double, Double)) -> Double {
        let geometry = GEOSGeom_createLineString_r(context, sequence(line))
        defer { GEOSGeom_destroy_r(context, geometry) }
        let rectangle = polygon([[SIMD2(r.0, r.1), SIMD2(r.2, r.1), SIMD2(r.2, r.3), SIMD2(r.0, r.3)]])
        defer { GEOSGeom_destroy_r(context, rectangle) }
        // Bit by bit, since GEOS merges what a line runs over twice.
        var total = 0.0
        for index in line.indices.dropLast() {
            guard line[index] != line[index + 1] else { continue }
            let segment = GEOSGeom_createLineString_r(context, sequence([line[index], line[index + 1]]))
            let part = GEOSIntersection_r(context, segment, rectangle)
            var length = 0.0
            GEOSLength_r(context, part, &length)
            total += length
            GEOSGeom_destroy_r(context, part)
            GEOSGeom_destroy_r(context, segment)
        }
        return total
    }

    /// The polygons of a text in WKT, as rings without repeated end points.
    func polygons(wkt: String) -> [[[SIMD2<Double>]]] {
        read(wkt) { leaf in
            guard GEOSGeomTypeId_r(context, leaf) == Int32(GEOS_POLYGON.rawValue),
                let shell = GEOSGetExteriorRing_r(context, leaf)
            else { return nil }
            let holes = (0..<max(0, GEOSGetNumInteriorRings_r(context, leaf))).compactMap {
                GEOSGetInteriorRingN_r(context, leaf, $0)
            }
            return ([shell] + holes).map { Array(points($0).dropLast()) }
        }
    }

    /// The lines of a text in WKT; rings of polygons too.
    func lines(wkt: String) -> [[SIMD2<Double>]] {
        let lines = read(wkt) { leaf in
            GEOSGeomTypeId_r(context, leaf) == Int32(GEOS_LINESTRING.rawValue) ? points(leaf) : nil
        }
        return lines + polygons(wkt: wkt).joined().filter { !$0.isEmpty }.map { $0 + [$0[0]] }
    }

    /// What `body` makes of the geometries, none of them a collection, that a text in WKT consists of.
    private func read<Result>(_ wkt: String, _ body: (OpaquePointer) -> Result?) -> [Result] {
        guard let reader = GEOSWKTReader_create_r(context) else { return [] }
        defer { GEOSWKTReader_destroy_r(context, reader) }
        guard let geometry = GEOSWKTReader_read_r(context, reader, wkt) else { return [] }
        defer { GEOSGeom_destroy_r(context, geometry) }
        func leaves(_ geometry: OpaquePointer) -> [Result] {
            let count = GEOSGetNumGeometries_r(context, geometry)
            guard GEOSGeomTypeId_r(context, geometry) > Int32(GEOS_POLYGON.rawValue) else {
                return [body(geometry)].compactMap(\.self)
            }
            return (0..<count).flatMap { GEOSGetGeometryN_r(context, geometry, $0).map(leaves) ?? [] }
        }
        return leaves(geometry)
    }

    private func points(_ line: OpaquePointer) -> [SIMD2<Double>] {
        let sequence = GEOSGeom_getCoordSeq_r(context, line)
        var count: UInt32 = 0
        GEOSCoordSeq_getSize_r(context, sequence, &count)
        return (0..<count).map { index in
            var x = 0.0, y = 0.0
            GEOSCoordSeq_getXY_r(context, sequence, index, &x, &y)
            return SIMD2(x, y)
        }
    }
}
