import Geometry

enum ReadingCases {
    private static let samples = [
        #"{"type":"Point","coordinates":[16.3,48.2]}"#,
        #"{"type":"FeatureCollection","features":[{"type":"Feature","id":7,"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]},"properties":{"a":"é\n","b":[1,2e9,null]}},{"type":"Feature","geometry":null,"properties":null}]}"#,
        #"{"type":"GeometryCollection","geometries":[{"type":"MultiLineString","coordinates":[[[0,0],[1e-7,-2.5]],[[3,4],[5,6,7]]]},{"type":"MultiPolygon","coordinates":[]}]}"#,
        #"[1,-0.5e-3,"\u0416😀",{"":{}},true]"#,
    ]

    /// Cuts, repeats, swaps and changes bytes.
    private static func spoil(_ bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<dice.number(0...8) where !bytes.isEmpty {
            let place = dice.number(0...bytes.count - 1)
            switch dice.number(0...5) {
            case 0: bytes[place] = UInt8(dice.number(0...255))
            case 1: bytes[place] ^= 1 << UInt8(dice.number(0...7))
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + dice.number(1...20)))
            case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + dice.number(1...40))], at: place)
            case 4: bytes.insert(contentsOf: [UInt8](repeating: bytes[place], count: dice.count(upTo: 5000)), at: place)
            default:
                bytes.replaceSubrange(
                    place..<min(bytes.count, place + 4), with: dice.one(of: [[255, 255, 255, 255], [0, 0, 0, 128]]))
            }
        }
        return bytes
    }

    static func geoJSON(_ dice: inout Dice) throws {
        let bytes = spoil(Array(dice.one(of: samples).utf8), &dice)
        if let value = try? JSONParser.parse(bytes) {
            if let geometry = try? GeoJSON.geometry(from: value) { _ = GeometryCheck.check(geometry) }
            _ = try? GeoJSON.feature(from: value)
        }
        // In pieces, as a file or a connection gives them.
        var stream = GeoJSONFeatureStream()
        var rest = bytes[...]
        var items = 0
        do {
            while true {
                if let _ = try stream.next() {
                    items += 1
                } else if rest.isEmpty {
                    break
                } else {
                    let piece = rest.prefix(dice.number(1...64))
                    stream.feed(piece)
                    rest = rest.dropFirst(piece.count)
                    if rest.isEmpty { stream.finish() }
                }
                if items > bytes.count { throw Fault("more features than bytes") }
            }
        } catch is GeoJSONError {}
    }

    static func geometry(_ dice: inout Dice, depth: Int = 0) -> Geometry {
        func line(_ minimum: Int) -> [Coordinate] {
            dice.shape(-170, 170, limit: 300).map { Coordinate(longitude: $0.x, latitude: $0.y / 2) }
        }
        func rings() -> [[Coordinate]] {
            (0..<dice.number(1...3)).map { _ in
                let ring = line(3)
                return ring + ring.prefix(1)
            }
        }
        switch dice.number(0...(depth > 3 ? 5 : 6)) {
        case 0: return .point(Coordinate(longitude: dice.coordinate(-180, 180), latitude: dice.coordinate(-90, 90)))
        case 1: return .multiPoint(line(1))
        case 2: return .lineString(line(2))
        case 3: return .multiLineString((0..<dice.number(0...3)).map { _ in line(2) })
        case 4: return .polygon(Polygon(rings: rings()))
        case 5: return .multiPolygon((0..<dice.number(0...3)).map { _ in Polygon(rings: rings()) })
        default: return .geometryCollection((0..<dice.number(0...3)).map { _ in geometry(&dice, depth: depth + 1) })
        }
    }

    static func wkb(_ dice: inout Dice) throws {
        let whole = geometry(&dice)
        let bytes = dice.chance(0.5) ? WKB.encode(whole) : SpatiaLiteBlob.encode(whole)
        let spoiled = spoil(bytes, &dice)
        if let geometry = try? WKB.decode(spoiled) { _ = GeometryCheck.check(geometry) }
        if let geometry = try? SpatiaLiteBlob.decode(spoiled) { _ = GeometryCheck.check(geometry) }
        _ = SpatiaLiteBlob.bounds(of: spoiled)
    }
}
