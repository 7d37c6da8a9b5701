import Foundation
import Geometry
import SeededRandom
import TestConditions
import Testing

private func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.filter { !$0.isWhitespace })
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16)! }
}

private func at(_ longitude: Double, _ latitude: Double) -> Coordinate {
    Coordinate(longitude: longitude, latitude: latitude)
}

@Suite("Well-known binary")
struct WKBTests {
    @Test(
        "A point is encoded byte by byte as the standard has it",
        arguments: [
            (WKB.Dialect.iso, WKB.ByteOrder.littleEndian, "01 01000000 000000000000F03F 0000000000000040"),
            (.iso, .bigEndian, "00 00000001 3FF0000000000000 4000000000000000"),
            (.ewkb(srid: 4326), .littleEndian, "01 01000020 E6100000 000000000000F03F 0000000000000040"),
            (.ewkb(srid: 4326), .bigEndian, "00 20000001 000010E6 3FF0000000000000 4000000000000000"),
            (.ewkb(srid: nil), .littleEndian, "01 01000000 000000000000F03F 0000000000000040"),
        ])
    func point(dialect: WKB.Dialect, byteOrder: WKB.ByteOrder, hex: String) throws {
        let point = Geometry.point(at(1, 2))
        #expect(WKB.encode(point, dialect: dialect, byteOrder: byteOrder) == bytes(hex))
        #expect(try WKB.decode(bytes(hex)) == point)
    }

    @Test("Only the outermost geometry of a collection has an SRID, and each member has its byte order")
    func collection() throws {
        let collection = Geometry.geometryCollection([.point(at(1, 2)), .lineString([at(1, 2), at(2, 1)])])
        let hex = """
            01 07000020 E6100000 02000000
              01 01000000 000000000000F03F 0000000000000040
              01 02000000 02000000 000000000000F03F 0000000000000040 0000000000000040 000000000000F03F
            """
        #expect(WKB.encode(collection, dialect: .ewkb(srid: 4326)) == bytes(hex))
        #expect(try WKB.decode(bytes(hex)) == collection)
    }

    @Test(
        "Z and M are dropped, however the dialect marks them",
        arguments: [
            "01 E9030000 000000000000F03F 0000000000000040 0000000000000840",
            "01 D1070000 000000000000F03F 0000000000000040 0000000000000840",
            "01 B90B0000 000000000000F03F 0000000000000040 0000000000000840 0000000000001040",
            "01 01000080 000000000000F03F 0000000000000040 0000000000000840",
            "01 01000040 000000000000F03F 0000000000000040 0000000000000840",
            "01 010000E0 E6100000 000000000000F03F 0000000000000040 0000000000000840 0000000000001040",
            "00 000003E9 3FF0000000000000 4000000000000000 4008000000000000",
        ])
    func dimensions(hex: String) throws {
        #expect(try WKB.decode(bytes(hex)) == .point(at(1, 2)))
    }

    @Test("Members may have another byte order than their collection")
    func mixedByteOrders() throws {
        let hex = """
            01 04000000 02000000 00 00000001 3FF0000000000000 4000000000000000
            01 01000000 0000000000000840 0000000000001040
            """
        #expect(try WKB.decode(bytes(hex)) == .multiPoint([at(1, 2), at(3, 4)]))
    }

    @Test("What is encoded decodes to the same geometry", arguments: WKB.ByteOrder.allCases)
    func roundTrip(byteOrder: WKB.ByteOrder) throws {
        var random = SeededRandom(seed: 1)
        for _ in 0..<500 {
            let geometry = random.geometry()
            for dialect in [WKB.Dialect.iso, .ewkb(srid: nil), .ewkb(srid: 4326)] {
                let encoded = WKB.encode(geometry, dialect: dialect, byteOrder: byteOrder)
                #expect(try WKB.decode(encoded) == geometry)
            }
        }
    }

    @Test(
        "An error says what is wrong and at which byte",
        arguments: [
            ("", WKBError(reason: .truncated(needed: 1, left: 0), offset: 0)),
            ("02 01000000", WKBError(reason: .byteOrder(2), offset: 0)),
            ("01 08000000", WKBError(reason: .type(8), offset: 1)),
            ("01 A10F0000", WKBError(reason: .type(4001), offset: 1)),
            ("01 01000000 000000000000F03F", WKBError(reason: .truncated(needed: 16, left: 8), offset: 5)),
            ("01 02000000 FFFFFFFF", WKBError(reason: .count(4_294_967_295, left: 0), offset: 5)),
            ("01 03000000 FFFFFF0F 00000000", WKBError(reason: .count(268_435_455, left: 4), offset: 5)),
            ("01 07000000 FFFFFF7F 0000", WKBError(reason: .count(2_147_483_647, left: 2), offset: 5)),
            (
                "01 04000000 01000000 01 02000000 00000000 0000000000000000",
                WKBError(reason: .member(.lineString, in: .multiPoint), offset: 9)
            ),
            ("01 01000020 110F0000", WKBError(reason: .referenceSystem(3857), offset: 5)),
            ("01 02000000 00000000 00", WKBError(reason: .trailingBytes(1), offset: 9)),
        ])
    func errors(hex: String, error: WKBError) {
        #expect(throws: error) { try WKB.decode(bytes(hex)) }
    }

    @Test("Collections may be nested 64 deep and no deeper")
    func nesting() throws {
        func nested(_ depth: Int) -> [UInt8] {
            var nested = Array(repeating: bytes("01 07000000 01000000"), count: depth - 1).flatMap { $0 }
            nested += bytes("01 07000000 00000000")
            return nested
        }
        _ = try WKB.decode(nested(WKB.maximumDepth))
        #expect(throws: WKBError(reason: .depth, offset: 64 * 9)) { try WKB.decode(nested(WKB.maximumDepth + 1)) }
        #expect(throws: WKBError.self) { try WKB.decode(nested(100_000)) }
    }

    @Test("Every truncation of valid bytes is an error")
    func truncations() {
        var random = SeededRandom(seed: 2)
        for _ in 0..<50 {
            let encoded = WKB.encode(random.geometry(), byteOrder: .bigEndian)
            for length in 0..<encoded.count {
                #expect(throws: WKBError.self) { try WKB.decode(Array(encoded[..<length])) }
            }
        }
    }

    @Test("Damaged bytes are read or refused, and nothing else happens")
    func damage() throws {
        var random = SeededRandom(seed: 3)
        var refused = 0
        for _ in 0..<3000 {
            var encoded = WKB.encode(random.geometry(), dialect: .ewkb(srid: 4326))
            for _ in 0..<3 {
                encoded[Int.random(in: encoded.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            guard let geometry = try? WKB.decode(encoded) else {
                refused += 1
                continue
            }
            // Numbers may be any, NaN among them: bytes are compared, not values.
            let again = WKB.encode(geometry, dialect: .ewkb(srid: 4326))
            #expect(try WKB.encode(WKB.decode(again), dialect: .ewkb(srid: 4326)) == again)
        }
        #expect((1..<3000).contains(refused))
    }
}

@Suite("SpatiaLite's blobs")
struct SpatiaLiteBlobTests {
    @Test("A point is encoded byte by byte as SpatiaLite's documentation has it")
    func point() throws {
        let hex = """
            00 01 E6100000 000000000000F03F 0000000000000040 000000000000F03F 0000000000000040 7C
            01000000 000000000000F03F 0000000000000040 FE
            """
        #expect(SpatiaLiteBlob.encode(.point(at(1, 2))) == bytes(hex))
        #expect(try SpatiaLiteBlob.decode(bytes(hex)) == .point(at(1, 2)))
    }

    @Test("Members of a collection are marked")
    func collection() throws {
        let hex = """
            00 01 E6100000 000000000000F03F 0000000000000040 0000000000000840 0000000000001040 7C 04000000 02000000
            69 01000000 000000000000F03F 0000000000000040 69 01000000 0000000000000840 0000000000001040 FE
            """
        #expect(SpatiaLiteBlob.encode(.multiPoint([at(1, 2), at(3, 4)])) == bytes(hex))
        #expect(try SpatiaLiteBlob.decode(bytes(hex)) == .multiPoint([at(1, 2), at(3, 4)]))
    }

    @Test(
        "The short form of a point is read",
        arguments: [
            "00 81 E6100000 01 000000000000F03F 0000000000000040 FE",
            "00 80 000010E6 01 3FF0000000000000 4000000000000000 FE",
            "00 81 E6100000 02 000000000000F03F 0000000000000040 0000000000000840 FE",
            "00 81 E6100000 04 000000000000F03F 0000000000000040 0000000000000840 0000000000001040 FE",
        ])
    func tinyPoint(hex: String) throws {
        #expect(try SpatiaLiteBlob.decode(bytes(hex)) == .point(at(1, 2)))
        #expect(SpatiaLiteBlob.bounds(of: bytes(hex)) == Bounds(west: 1, south: 2, east: 1, north: 2))
        var writer = JSONWriter()
        try writer.geometry(spatiaLite: bytes(hex))
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"type":"Point","coordinates":[1,2]}"#)
    }

    @Test("Vertices of a compressed line are differences")
    func compressedLine() throws {
        let hex = """
            00 01 E6100000 000000000000F03F 0000000000000040 0000000000000040 0000000000000440 7C
            42420F00 03000000 000000000000F03F 0000000000000040 0000003F 0000003F 0000000000000040 0000000000000040 FE
            """
        #expect(try SpatiaLiteBlob.decode(bytes(hex)) == .lineString([at(1, 2), at(1.5, 2.5), at(2, 2)]))
    }

    @Test("What is encoded decodes to the same geometry, and the header has its bounds")
    func roundTrip() throws {
        var random = SeededRandom(seed: 4)
        for _ in 0..<500 {
            let geometry = random.geometry()
            let encoded = SpatiaLiteBlob.encode(geometry)
            #expect(try SpatiaLiteBlob.decode(encoded) == geometry)
            #expect(SpatiaLiteBlob.bounds(of: encoded) == geometry.bounds)
        }
    }

    @Test("Encoding appends")
    func appending() {
        var bytes: [UInt8] = [1, 2, 3]
        SpatiaLiteBlob.encode(.point(at(1, 2)), srid: 3857, into: &bytes)
        #expect(bytes == [1, 2, 3] + SpatiaLiteBlob.encode(.point(at(1, 2)), srid: 3857))
    }

    @Test(
        "An error says what is wrong and at which byte",
        arguments: [
            ("01", WKBError(reason: .marker(expected: 0, found: 1), offset: 0)),
            ("00 02", WKBError(reason: .byteOrder(2), offset: 1)),
            ("00 01 110F0000", WKBError(reason: .referenceSystem(3857), offset: 2)),
            ("00 01 E6100000 00", WKBError(reason: .truncated(needed: 32, left: 1), offset: 6)),
            (
                "00 81 E6100000 01 000000000000F03F 0000000000000040 FF",
                WKBError(reason: .marker(expected: 0xFE, found: 0xFF), offset: 23)
            ),
            ("00 81 E6100000 05", WKBError(reason: .type(5), offset: 6)),
        ])
    func errors(hex: String, error: WKBError) {
        #expect(throws: error) { try SpatiaLiteBlob.decode(bytes(hex)) }
    }

    @Test("Every truncation of valid bytes and every byte behind them is an error, for reader and writer of text")
    func truncations() {
        var random = SeededRandom(seed: 5)
        for _ in 0..<50 {
            let encoded = SpatiaLiteBlob.encode(random.geometry())
            for wrong in (0..<encoded.count).map({ Array(encoded[..<$0]) }) + [encoded + [0]] {
                #expect(throws: WKBError.self) { try SpatiaLiteBlob.decode(wrong) }
                var writer = JSONWriter()
                #expect(throws: WKBError.self) { try writer.geometry(spatiaLite: wrong) }
                #expect(writer.bytes.isEmpty)
            }
        }
    }

    @Test("Damaged bytes are read or refused by reader and writer of text alike")
    func damage() {
        var random = SeededRandom(seed: 6)
        for _ in 0..<3000 {
            var encoded = SpatiaLiteBlob.encode(random.geometry())
            for _ in 0..<2 {
                encoded[Int.random(in: encoded.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            let geometry = try? SpatiaLiteBlob.decode(encoded)
            var writer = JSONWriter()
            let isWritten = (try? writer.geometry(spatiaLite: encoded)) != nil
            if isWritten { #expect(geometry != nil) }
        }
    }

    private static let spatiaLite = "/usr/bin/spatialite"
    private static let texts = [
        "POINT(1.25 -2.5)", "LINESTRING(1 2, 1.5 2.5, 2 2, 2.25 3)",
        "POLYGON((0 0, 4 0, 4 4, 0 4, 0 0),(1 1, 1 2, 2 2, 1 1))",
        "MULTIPOINT(1 2, 3 4)", "MULTILINESTRING((1 2, 3 4),(5 6, 7 8, 9 9))",
        "MULTIPOLYGON(((0 0, 4 0, 4 4, 0 0)),((10 10, 12 10, 12 12, 10 10)))",
        "GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(1 2, 3 4))",
    ]

    @Test(
        "SpatiaLite writes the same bytes, and its compressed and three-dimensional ones are read",
        .needs(.program(spatiaLite, package: "spatialite-bin")), arguments: texts)
    func oracle(text: String) throws {
        let geometry = "GeomFromText('\(text)', 4326)"
        let sql = """
            SELECT hex(\(geometry)), hex(CompressGeometry(\(geometry))), hex(CastToXYZ(\(geometry))), \
            hex(CompressGeometry(CastToXYZM(\(geometry)))), hex(CompressGeometry(CastToXYM(\(geometry)))), \
            hex(AsBinary(\(geometry))), hex(AsEWKB(\(geometry)));
            """
        let output = try Command.run(Self.spatiaLite, ["-batch", "-noheader", "-list", ":memory:", sql])
        let line = try #require(String(decoding: output, as: UTF8.self).split(separator: "\n").last)
        let fields = line.split(separator: "|").map { bytes(String($0)) }
        try #require(fields.count == 7)
        let expected = try WKB.decode(fields[5])
        #expect(SpatiaLiteBlob.encode(expected) == fields[0])
        for field in fields[..<5] { #expect(try SpatiaLiteBlob.decode(field) == expected) }
        let ewkb = bytes(String(decoding: fields[6], as: UTF8.self))
        #expect(try WKB.decode(ewkb) == expected)
    }
}
