import CGEOS

/// Polygons as GEOS has them: to be asked whether they are valid together, to be made valid, and to be united.
///
/// A class, because it owns memory of GEOS's. A context of GEOS's serves one thread, so each value makes its own.
final class GEOSAreas {
    private let context: GEOSContextHandle_t
    private var geometry: OpaquePointer

    deinit {
        GEOSGeom_destroy_r(context, geometry)
        GEOS_finish_r(context)
    }

    /// - Parameter polygons: Their rings are closed and have four positions at least.
    init?(_ polygons: [Polygon]) {
        guard let context = GEOS_init_r() else { return nil }
        var members: [OpaquePointer?] = []
        for polygon in polygons {
            guard let member = Self.polygon(polygon, context) else { break }
            members.append(member)
        }
        let isWhole = members.count == polygons.count
        let geometry =
            isWhole
            ? GEOSGeom_createCollection_r(
                context, Int32(bitPattern: GEOS_MULTIPOLYGON.rawValue), &members, UInt32(members.count)) : nil
        guard let geometry else {
            if !isWhole { for member in members { GEOSGeom_destroy_r(context, member) } }
            GEOS_finish_r(context)
            return nil
        }
        self.context = context
        self.geometry = geometry
    }

    private static func polygon(_ polygon: Polygon, _ context: GEOSContextHandle_t) -> OpaquePointer? {
        var rings: [OpaquePointer?] = []
        for ring in polygon.rings {
            // Coordinates lie in memory as GEOS wants them: x, y, x, y, ….
            let sequence = ring.withUnsafeBufferPointer { run in
                run.withMemoryRebound(to: Double.self) {
                    GEOSCoordSeq_copyFromBuffer_r(context, $0.baseAddress, UInt32(ring.count), 0, 0)
                }
            }
            guard let sequence, let ring = GEOSGeom_createLinearRing_r(context, sequence) else { break }
            rings.append(ring)
        }
        guard rings.count == polygon.rings.count, let exterior = rings.first else {
            for ring in rings { GEOSGeom_destroy_r(context, ring) }
            return nil
        }
        var holes = Array(rings.dropFirst())
        return GEOSGeom_createPolygon_r(context, exterior, &holes, UInt32(holes.count))
    }

    // MARK: Questions

    /// GEOS's words for what is wrong with the polygons together; nil if they are valid.
    var fault: String? {
        guard GEOSisValid_r(context, geometry) != 1 else { return nil }
        guard let reason = GEOSisValidReason_r(context, geometry) else { return "invalid" }
        defer { GEOSFree_r(context, reason) }
        return String(cString: reason)
    }

    // MARK: Repair

    /// Makes the polygons valid by GEOS's “structure” method: each exterior ring is made an area, holes are cut out of it, holes outside are
    /// areas, and what overlaps is one area.
    ///
    /// - Parameter grid: The distance of positions in the result, in degrees.
    /// - Returns: False if GEOS gives up.
    func repair(grid: Double) -> Bool {
        guard let parameters = GEOSMakeValidParams_create_r(context) else { return false }
        defer { GEOSMakeValidParams_destroy_r(context, parameters) }
        GEOSMakeValidParams_setMethod_r(context, parameters, GEOS_MAKE_VALID_STRUCTURE)
        GEOSMakeValidParams_setKeepCollapsed_r(context, parameters, 0)
        guard let valid = GEOSMakeValidWithParams_r(context, geometry, parameters) else { return false }
        replace(by: valid)
        guard let snapped = GEOSGeom_setPrecision_r(context, geometry, grid, 0) else { return false }
        replace(by: snapped)
        return true
    }

    /// Makes them one area; false if GEOS gives up.
    func unite() -> Bool {
        guard let union = GEOSUnaryUnion_r(context, geometry) else { return false }
        replace(by: union)
        return true
    }

    private func replace(by other: OpaquePointer) {
        GEOSGeom_destroy_r(context, geometry)
        geometry = other
    }

    /// The polygons as they are now.
    var polygons: [Polygon] {
        let count = GEOSGetNumGeometries_r(context, geometry)
        return (0..<max(count, 0)).compactMap { index in
            guard let member = GEOSGetGeometryN_r(context, geometry, index),
                GEOSGeomTypeId_r(context, member) == Int32(bitPattern: GEOS_POLYGON.rawValue),
                GEOSisEmpty_r(context, member) == 0
            else { return nil }
            let holes = GEOSGetNumInteriorRings_r(context, member)
            let rings =
                [GEOSGetExteriorRing_r(context, member)]
                + (0..<max(holes, 0)).map { GEOSGetInteriorRingN_r(context, member, $0) }
            return Polygon(rings: rings.map { $0.map(run) ?? [] })
        }
    }

    private func run(_ ring: OpaquePointer) -> [Coordinate] {
        guard let sequence = GEOSGeom_getCoordSeq_r(context, ring) else { return [] }
        var size: UInt32 = 0
        GEOSCoordSeq_getSize_r(context, sequence, &size)
        return [Coordinate](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            let isCopied = buffer.withMemoryRebound(to: Double.self) {
                GEOSCoordSeq_copyToBuffer_r(context, sequence, $0.baseAddress, 0, 0)
            }
            count = isCopied == 1 ? Int(size) : 0
        }
    }
}
