import Geometry
import SeededRandom
import Testing

/// Random geometries with every fault that there is, on a coarse grid so that faults are many, and around the last decimal.
private struct FaultyGeometries {
    var random: SeededRandom
    /// The distance of neighboring positions, in degrees.
    let step: Double

    private mutating func position() -> Coordinate {
        let noise = Double.random(in: -0.4...0.4, using: &random) * min(step, 1e-6)
        return Coordinate(
            longitude: Double(Int.random(in: 0...7, using: &random)) * step + noise,
            latitude: 49 + Double(Int.random(in: 0...7, using: &random)) * step - noise)
    }

    private mutating func run(_ counts: ClosedRange<Int>) -> [Coordinate] {
        (0..<Int.random(in: counts, using: &random)).map { _ in position() }
    }

    private mutating func ring() -> [Coordinate] {
        var ring = run(1...7)
        if Int.random(in: 0..<5, using: &random) > 0 { ring.append(ring[0]) }
        return ring
    }

    private mutating func polygon() -> Polygon {
        Polygon(rings: (0..<Int.random(in: 1...3, using: &random)).map { _ in ring() })
    }

    mutating func next(depth: Int = 0) -> Geometry {
        let count = Int.random(in: 1...3, using: &random)
        switch Int.random(in: 0..<(depth < 2 ? 7 : 6), using: &random) {
        case 0: return .point(position())
        case 1: return .multiPoint(run(1...3))
        case 2: return .lineString(run(1...4))
        case 3: return .multiLineString((0..<count).map { _ in run(1...4) })
        case 4: return .polygon(polygon())
        case 5: return .multiPolygon((0..<count).map { _ in polygon() })
        default: return .geometryCollection((0..<count).map { _ in next(depth: depth + 1) })
        }
    }
}

@Suite("Whatever comes in")
struct RepairPropertyTests {
    @Test(
        "What passes the check is valid by GEOS, passes again unchanged, and comes back from its text and its blob the same",
        arguments: [1, 0.01, 1e-6, 1e-7, 3e-8])
    func passes(step: Double) throws {
        var geometries = FaultyGeometries(random: SeededRandom(seed: 18), step: step)
        var counts = (valid: 0, repaired: 0, refused: 0)
        for _ in 0..<1000 {
            let geometry = geometries.next()
            let verdict = GeometryCheck.check(geometry)
            switch verdict {
            case .valid: counts.valid += 1
            case .repaired: counts.repaired += 1
            case .refused: counts.refused += 1
            }
            guard let stored = verdict.geometry else { continue }
            #expect(Oracle.fault(in: stored) == nil, "\(geometry)")
            #expect(GeometryCheck.check(stored) == .valid(stored), "\(geometry)")
            var json = JSONWriter()
            json.geometry(stored)
            #expect(try GeoJSON.geometry(from: JSONParser.parse(json.bytes)) == stored, "\(geometry)")
            #expect(try SpatiaLiteBlob.decode(SpatiaLiteBlob.encode(stored)) == stored)
            if case .geometryCollection(let members) = stored {
                let simple: [GeometryType] = [.point, .lineString, .polygon]
                #expect(members.allSatisfy { simple.contains($0.type) }, "SpatiaLite reads no parts in collections")
            }
        }
        #expect(counts.valid > 20 && counts.repaired > 20 && counts.refused > 2, "\(counts)")
    }
}
