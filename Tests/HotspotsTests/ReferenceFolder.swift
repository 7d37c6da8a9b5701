import Foundation
import TestConditions

/// Data sets with values computed by esda and scikit-learn; absent from most machines.
enum ReferenceFolder {
    static let url = RealDataFolder.url

    static func contents(_ path: String) throws -> Foundation.Data {
        try Foundation.Data(contentsOf: url.appendingPathComponent(path))
    }
}

/// Expected values of one areal data set, as `stats-reference/expected/*.json` holds them.
struct ArealReference: Decodable {
    struct Moran: Decodable {
        let I, EI, VI_norm, z_norm, p_norm_two_sided, VI_rand, z_rand, p_rand_two_sided: Double
    }
    struct Geary: Decodable { let C, EC, VC_norm, z_norm: Double }
    struct General: Decodable { let G, EG, VG, z_norm, p_norm: Double }
    struct Local: Decodable { let G, z, p_norm_one_sided: [Double] }

    let file, attribute: String
    let n: Int
    let neighbors: [String: [Int]]
    let moran_row_standardised: Moran
    let geary_row_standardised: Geary
    let local_moran_I_row_standardised: [Double]
    let local_moran_quadrant_1HH_2LH_3LL_4HL: [Int]
    let general_G_binary: General
    let local_Gstar_binary, local_G_binary: Local

    init(named name: String) throws {
        let json = try ReferenceFolder.contents("stats-reference/expected/\(name).json")
        self = try JSONDecoder().decode(ArealReference.self, from: json)
    }

    var neighbourLists: [[Int]] { (0..<n).map { neighbors[String($0)] ?? [] } }

    /// The attribute's values, from the shapefile's table.
    func values() throws -> [Double] {
        let path = "stats-reference/" + file.replacingOccurrences(of: ".shp", with: ".dbf")
        return try DBaseTable(ReferenceFolder.contents(path)).numbers(attribute)
    }
}

/// Expected values of one set of points.
struct PointReference: Decodable {
    struct Clusters: Decodable {
        let eps: Double
        let min_samples, clusters, noise, core: Int
        let labels: [Int32]
    }
    struct Nearest: Decodable {
        let mean, max: Double
        let zeros: Int
    }

    let n: Int
    let nearest_neighbour_distance: Nearest
    let dbscan: [Clusters]

    init(named name: String) throws {
        let json = try ReferenceFolder.contents("stats-reference/expected/\(name).json")
        self = try JSONDecoder().decode(PointReference.self, from: json)
    }
}

/// The table of a shapefile (dBASE III).
struct DBaseTable {
    private let bytes: [UInt8]

    init(_ contents: Foundation.Data) { bytes = Array(contents) }

    func numbers(_ column: String) -> [Double] {
        let records = Int(bytes[4]) | Int(bytes[5]) << 8 | Int(bytes[6]) << 16 | Int(bytes[7]) << 24
        let header = Int(bytes[8]) | Int(bytes[9]) << 8
        let width = Int(bytes[10]) | Int(bytes[11]) << 8
        var offset = 1
        var field = 32
        while bytes[field] != 13 {
            let name = String(decoding: bytes[field..<field + 11].prefix { $0 != 0 }, as: UTF8.self)
            let length = Int(bytes[field + 16])
            if name == column {
                return (0..<records).compactMap { record in
                    let start = header + record * width + offset
                    let text = String(decoding: bytes[start..<start + length], as: UTF8.self)
                    return Double(text.trimmingCharacters(in: .whitespaces))
                }
            }
            offset += length
            field += 32
        }
        return []
    }
}

/// The positions of a shapefile of points.
func shapefilePoints(_ contents: Foundation.Data) -> [(x: Double, y: Double)] {
    func double(_ offset: Int) -> Double {
        var bits: UInt64 = 0
        for byte in 0..<8 { bits |= UInt64(contents[offset + byte]) << UInt64(8 * byte) }
        return Double(bitPattern: bits)
    }
    return stride(from: 100, to: contents.count, by: 28).map { (double($0 + 12), double($0 + 20)) }
}
