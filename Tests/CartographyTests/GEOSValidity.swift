import CGEOS

/// GEOS as the judge of what is a valid polygon.
final class GEOSValidity {
    private let context: GEOSContextHandle_t

    init() { context = GEOS_init_r() }

    deinit { GEOS_finish_r(context) }

    /// What is wrong with polygons taken together, in GEOS's words; nil if they are valid. Rings do not repeat their first place.
    func fault(in polygons: [[[SIMD2<Int>]]]) -> String? {
        func text(_ ring: [SIMD2<Int>]) -> String {
            "(" + (ring + ring.prefix(1)).map { "\($0.x) \($0.y)" }.joined(separator: ", ") + ")"
        }
        let body = polygons.map { "(" + $0.map(text).joined(separator: ", ") + ")" }.joined(separator: ", ")
        if polygons.isEmpty { return nil }
        let reader = GEOSWKTReader_create_r(context)
        defer { GEOSWKTReader_destroy_r(context, reader) }
        guard let geometry = GEOSWKTReader_read_r(context, reader, "MULTIPOLYGON (\(body))") else {
            return "unreadable"
        }
        defer { GEOSGeom_destroy_r(context, geometry) }
        guard GEOSisValid_r(context, geometry) != 1 else { return nil }
        guard let reason = GEOSisValidReason_r(context, geometry) else { return "invalid" }
        defer { GEOSFree_r(context, reason) }
        return String(cString: reason)
    }
}
