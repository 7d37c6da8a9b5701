import Geometry
import TestConditions
import Testing

/// What becomes of a file of other people's test suites.
private func outcome(_ path: String) throws -> String {
    let streamed = Streamed(try RealData.bytes(path))
    if streamed.error != nil { return "error" }
    if !streamed.refused.isEmpty { return "refused" }
    for geometry in streamed.features.compactMap(\.geometry) {
        switch GeometryCheck.check(geometry) {
        case .valid: continue
        case .repaired: return "repaired"
        case .refused: return "defect"
        }
    }
    return "valid"
}

@Suite("Other people's nasty files", .needs(.realData("nasty-geometry")))
struct NastyFilesTests {
    private static let folder = "nasty-geometry/geojson-invalid-geometry"

    @Test("Valid files are valid")
    func valid() throws {
        let files = try RealData.files(in: "\(Self.folder)/valid", ending: ".geojson")
        #expect(files.count == 22)
        for file in files { #expect(try outcome(file) == "valid", "\(file)") }
    }

    @Test("Files of invalid structure are refused, but for what the project does not need from them")
    func invalidStructure() throws {
        // Boxes are not read, and a feature without properties has none.
        let tolerated = ["bbox", "no_properties"]
        for file in try RealData.files(in: "\(Self.folder)/invalid_structure", ending: ".geojson") {
            let outcome = try outcome(file)
            if tolerated.contains(where: { file.contains($0) }) {
                #expect(outcome == "valid", "\(file)")
            } else {
                #expect(outcome == "error" || outcome == "refused", "\(file)")
            }
        }
    }

    @Test(
        "Geometries are taken, repaired or refused as their names say",
        arguments: [
            ("invalid_geometries/invalid_exterior_not_ccw", "valid"),
            ("invalid_geometries/invalid_interior_not_cw", "valid"),
            ("invalid_geometries/invalid_incorrect_geometry_data_type", "refused"),
            ("invalid_geometries/invalid_less_three_unique_nodes", "defect"),
            ("invalid_geometries/invalid_unclosed", "repaired"),
            ("problematic_geometries/problematic_3d_coordinates", "valid"),
            ("problematic_geometries/problematic_4d_coordinates", "valid"),
            ("problematic_geometries/problematic_duplicate_nodes", "repaired"),
            ("problematic_geometries/problematic_holes", "valid"),
            ("problematic_geometries/problematic_inner_and_exterior_ring_intersect", "repaired"),
            ("problematic_geometries/problematic_outside_lat_lon_boundaries", "defect"),
            ("problematic_geometries/problematic_self_intersection_large", "repaired"),
            ("problematic_geometries/problematic_self_intersection_small", "repaired"),
            ("problematic_geometries/problematic_zero_length_linestring", "defect"),
            ("problematic_geometries/problematic_feature_null_geometry", "valid"),
            ("problematic_structure/problematic_crs_defined", "error"),
            ("problematic_structure/problematic_geometry_not_wrapped", "valid"),
            ("problematic_structure/problematic_nested_geometrycollection", "repaired"),
        ])
    func geometries(name: String, expected: String) throws {
        #expect(try outcome("\(Self.folder)/\(name).geojson") == expected)
    }

    @Test("A linter's good files are read, and of its bad ones those that have no positions or types are not")
    func linter() throws {
        for (path, bytes) in try RealData.archive("nasty-geometry/geojsonhint.tar.gz") where path.hasSuffix(".geojson")
        {
            let streamed = Streamed(bytes)
            if path.contains("good/") {
                #expect(streamed.error == nil && streamed.refused.isEmpty, "\(path)")
            } else if ["badcoord", "point-toofew", "bad-featurelist", "badfeature", "multipoint-nondimension"].contains(
                where: { path.contains($0) })
            {
                #expect(streamed.error != nil || !streamed.refused.isEmpty, "\(path)")
            }
        }
    }

    @Test("Geometries cut at the antimeridian pass and do not look uncut")
    func antimeridian() throws {
        for file in try RealData.files(in: "nasty-geometry/antimeridian/expected_flat", ending: ".json") {
            for geometry in Streamed(try RealData.bytes(file)).features.compactMap(\.geometry) {
                #expect(GeometryCheck.check(geometry).geometry != nil, "\(file)")
                #expect(!GeometryCheck.looksUncutAtAntimeridian(geometry), "\(file)")
            }
        }
    }
}
