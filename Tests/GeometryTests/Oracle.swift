import CGEOS
import Geometry

/// GEOS as the oracle of valid geometries.
enum Oracle {
    /// GEOS's words for what is wrong with a geometry; nil if it is valid.
    static func fault(in geometry: Geometry) -> String? {
        let context = GEOS_init_r()
        defer { GEOS_finish_r(context) }
        let bytes = WKB.encode(geometry)
        guard let value = GEOSGeomFromWKB_buf_r(context, bytes, bytes.count) else { return "unreadable" }
        defer { GEOSGeom_destroy_r(context, value) }
        guard GEOSisValid_r(context, value) != 1 else { return nil }
        guard let reason = GEOSisValidReason_r(context, value) else { return "invalid" }
        defer { GEOSFree_r(context, reason) }
        return String(cString: reason)
    }
}
