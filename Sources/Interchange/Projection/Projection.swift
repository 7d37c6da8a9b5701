import CPROJ
import Geometry

/// The way from positions in one coordinate system to longitude and latitude in WGS 84, by PROJ.
///
/// Positions have the easting or longitude first, as GeoJSON and GIS programs have them, whatever order the authority of the system states.
/// A class, because it owns memory of PROJ's; it serves one thread.
final class Projection {
    /// The system's name as it was asked for.
    let name: String
    private let context: OpaquePointer
    private let transformation: OpaquePointer
    /// Area of use of the system, and some country around; nil if the system does not state one.
    private let area: Bounds?

    /// Degrees beyond a system's area of use within which positions are taken: neighbors keep to a system beyond its zone.
    private static let margin = 5.0

    /// PROJ's kinds of systems with positions of two ordinates: neither heights alone nor positions from the Earth's middle.
    private static let kinds = Set(
        [
            PJ_TYPE_GEOGRAPHIC_2D_CRS, PJ_TYPE_GEOGRAPHIC_3D_CRS, PJ_TYPE_PROJECTED_CRS, PJ_TYPE_COMPOUND_CRS,
            PJ_TYPE_BOUND_CRS,
        ].map(\.rawValue))

    /// - Parameter name: A code (`EPSG:25832`, `urn:ogc:def:crs:EPSG::25832`) or anything else that PROJ knows a system by.
    /// - Throws: ``UnknownReferenceSystem``
    init(_ name: String) throws(UnknownReferenceSystem) {
        self.name = name
        guard let context = proj_context_create() else { throw UnknownReferenceSystem(name: name, reason: "no memory") }
        proj_context_set_enable_network(context, 0)
        proj_log_level(context, PJ_LOG_NONE)
        let normal = ReferenceSystemName.code(in: name) ?? name
        guard let system = proj_create(context, normal) else {
            proj_context_destroy(context)
            throw UnknownReferenceSystem(name: name, reason: "PROJ does not know it")
        }
        defer { proj_destroy(system) }
        guard Self.kinds.contains(proj_get_type(system).rawValue) else {
            proj_context_destroy(context)
            throw UnknownReferenceSystem(name: name, reason: "it is no system of places on Earth")
        }
        area = Self.area(of: system, context)
        guard let raw = proj_create_crs_to_crs(context, normal, "EPSG:4326", nil) else {
            proj_context_destroy(context)
            throw UnknownReferenceSystem(name: name, reason: "PROJ knows no way from it to WGS 84")
        }
        defer { proj_destroy(raw) }
        guard let transformation = proj_normalize_for_visualization(context, raw) else {
            proj_context_destroy(context)
            throw UnknownReferenceSystem(name: name, reason: "PROJ does not know the order of its axes")
        }
        self.transformation = transformation
        self.context = context
    }

    deinit {
        proj_destroy(transformation)
        proj_context_destroy(context)
    }

    private static func area(of system: OpaquePointer, _ context: OpaquePointer) -> Bounds? {
        var (west, south, east, north) = (0.0, 0.0, 0.0, 0.0)
        guard proj_get_area_of_use(context, system, &west, &south, &east, &north, nil) == 1, west > -1000 else {
            return nil
        }
        let isWide = (west <= east ? east - west : east - west + 360) + 2 * margin >= 360
        func turned(_ longitude: Double) -> Double {
            longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude
        }
        return Bounds(
            west: isWide ? -180 : turned(west - margin), south: max(south - margin, -90),
            east: isWide ? 180 : turned(east + margin), north: min(north + margin, 90))
    }

    /// The geometry in WGS 84.
    ///
    /// - Throws: A refusal that names the first position that the system cannot have.
    func project(_ geometry: Geometry) throws(RowRefusal) -> Geometry {
        try geometry.mapped { place throws(RowRefusal) in try project(place) }
    }

    private func project(_ place: Coordinate) throws(RowRefusal) -> Coordinate {
        let outcome = proj_trans(
            transformation, PJ_FWD, proj_coord(place.longitude, place.latitude, 0, .infinity))
        let moved = Coordinate(longitude: outcome.xy.x, latitude: outcome.xy.y)
        guard place.longitude.isFinite, place.latitude.isFinite, moved.isValid, area?.contains(moved) ?? true else {
            throw RowRefusal("geometry: the position \(place) lies outside of where \(name) is used")
        }
        return moved
    }
}

/// A coordinate system that positions cannot be read in.
struct UnknownReferenceSystem: Error, Hashable, CustomStringConvertible {
    var name: String
    var reason: String

    var description: String {
        "the coordinate system “\(name)” cannot be used: \(reason); name it by its code, such as EPSG:25832"
    }
}

/// Names of coordinate systems as files write them.
enum ReferenceSystemName {
    private static let authorities = ["EPSG", "ESRI", "IGNF", "OGC", "IAU_2015", "NKG"]

    /// The name as authority and code, `EPSG:25832`; nil if it is anything else.
    ///
    /// Only such a name is taken from a file: PROJ's own language names further files.
    static func code(in name: String) -> String? {
        let parts = name.uppercased().split { ":/#".contains($0) }.map(String.init)
        guard let code = parts.last, parts.count > 1, code.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }),
            let authority = parts.dropLast().compactMap({ part in
                authorities.first { part == $0 || part == $0 + ".XML" || part == $0 + ".GML" }
            }).last
        else { return nil }
        return "\(authority):\(code)"
    }
}

/// The coordinate systems that the rows of one file are in.
///
/// The user's statement counts more than the mapping's, and that more than the file's.
struct RowProjections {
    /// The system of all rows, whatever the file says.
    private var stated: Projection?
    /// The system that the file states for its rows.
    private var ofFile: Projection?
    /// Systems that single rows state.
    private var ofRows: [String: Projection] = [:]

    /// Systems that rows may state, all in memory.
    private static let mostOfRows = 32

    /// - Throws: ``UnknownReferenceSystem``
    init(stated: String?) throws(UnknownReferenceSystem) {
        if let stated, !Self.isOurs(stated) { self.stated = try Projection(stated) }
        isStated = stated != nil
    }

    /// True if somebody said in which system all rows are.
    private var isStated = false

    /// Notes the system that the file states.
    ///
    /// - Throws: ``UnknownReferenceSystem``
    mutating func use(ofFile name: String?) throws(UnknownReferenceSystem) {
        guard let name, !isStated else { return }
        guard let code = ReferenceSystemName.code(in: name) else {
            throw UnknownReferenceSystem(name: name, reason: "it is not named by a code")
        }
        ofFile = try Projection(code)
    }

    /// The geometry in WGS 84.
    ///
    /// - Parameter system: The system that the row states, if it does.
    mutating func project(_ geometry: Geometry, system: String?) throws(RowRefusal) -> Geometry {
        if isStated { return try stated?.project(geometry) ?? geometry }
        guard let system else { return try ofFile?.project(geometry) ?? geometry }
        if let known = ofRows[system] { return try known.project(geometry) }
        guard let code = ReferenceSystemName.code(in: system) else {
            throw RowRefusal("geometry: the coordinate system “\(system)” is not named by a code such as EPSG:25832")
        }
        guard ofRows.count < Self.mostOfRows else {
            throw RowRefusal("geometry: the rows are in more than \(Self.mostOfRows) coordinate systems")
        }
        let projection: Projection
        do throws(UnknownReferenceSystem) { projection = try Projection(code) } catch {
            throw RowRefusal("geometry: \(error)")
        }
        ofRows[system] = projection
        return try projection.project(geometry)
    }

    /// True for the system that everything is stored in, longitude first.
    private static func isOurs(_ name: String) -> Bool {
        ["EPSG:4326", "OGC:CRS84", "OGC:CRS 84", "CRS84", "WGS84", "WGS 84"].contains(
            ReferenceSystemName.code(in: name) ?? name.uppercased())
    }
}
