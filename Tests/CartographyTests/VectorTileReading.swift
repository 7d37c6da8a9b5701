/// A Mapbox Vector Tile taken apart, as the specification says and no more leniently.
struct VectorTileReading {
    struct Layer {
        var name = ""
        var version = 0
        var extent = 4096
        var features: [Feature] = []
    }

    struct Feature {
        var id = 0
        var type = 0
        var properties: [String: String] = [:]
        /// Points, lines or rings, in the units of the tile.
        var parts: [[SIMD2<Int>]] = []
    }

    enum Fault: Error { case truncated, wireType, command(Int), tags }

    private(set) var layers: [Layer] = []

    init(_ bytes: [UInt8]) throws {
        try Self.fields(bytes[...]) { number, _, content in
            if number == 3 { layers.append(try Self.layer(content)) }
        }
    }

    private static func layer(_ bytes: ArraySlice<UInt8>) throws -> Layer {
        var layer = Layer()
        var keys: [String] = [], values: [String] = []
        var raw: [ArraySlice<UInt8>] = []
        try fields(bytes) { number, value, content in
            switch number {
            case 15: layer.version = value
            case 5: layer.extent = value
            case 1: layer.name = String(decoding: content, as: UTF8.self)
            case 2: raw.append(content)
            case 3: keys.append(String(decoding: content, as: UTF8.self))
            case 4: try fields(content) { _, _, text in values.append(String(decoding: text, as: UTF8.self)) }
            default: break
            }
        }
        for content in raw {
            var feature = Feature()
            try fields(content) { number, value, content in
                switch number {
                case 1: feature.id = value
                case 3: feature.type = value
                case 2:
                    let tags = try packed(content)
                    guard tags.count % 2 == 0 else { throw Fault.tags }
                    for index in stride(from: 0, to: tags.count, by: 2) {
                        guard tags[index] < keys.count, tags[index + 1] < values.count else { throw Fault.tags }
                        feature.properties[keys[tags[index]]] = values[tags[index + 1]]
                    }
                case 4: feature.parts = try geometry(packed(content))
                default: break
                }
            }
            layer.features.append(feature)
        }
        return layer
    }

    private static func geometry(_ commands: [Int]) throws -> [[SIMD2<Int>]] {
        var parts: [[SIMD2<Int>]] = []
        var cursor = SIMD2(0, 0)
        var index = 0
        func number() throws -> Int {
            guard index < commands.count else { throw Fault.truncated }
            defer { index += 1 }
            return commands[index] >> 1 ^ -(commands[index] & 1)
        }
        while index < commands.count {
            let (id, count) = (commands[index] & 7, commands[index] >> 3)
            index += 1
            switch id {
            case 1, 2:
                for _ in 0..<count {
                    cursor = cursor &+ SIMD2(try number(), try number())
                    if id == 1 { parts.append([cursor]) } else { parts[parts.count - 1].append(cursor) }
                }
            case 7: break
            default: throw Fault.command(id)
            }
        }
        return parts
    }

    private static func packed(_ bytes: ArraySlice<UInt8>) throws -> [Int] {
        var rest = bytes
        var values: [Int] = []
        while !rest.isEmpty { values.append(try varint(&rest)) }
        return values
    }

    private static func varint(_ bytes: inout ArraySlice<UInt8>) throws -> Int {
        var value = 0, shift = 0
        while let byte = bytes.popFirst() {
            value |= Int(byte & 127) << shift
            if byte < 128 { return value }
            shift += 7
        }
        throw Fault.truncated
    }

    private static func fields(
        _ bytes: ArraySlice<UInt8>, _ body: (_ number: Int, _ value: Int, _ content: ArraySlice<UInt8>) throws -> Void
    ) throws {
        var rest = bytes
        while !rest.isEmpty {
            let key = try varint(&rest)
            let value = try varint(&rest)
            switch key & 7 {
            case 0: try body(key >> 3, value, [])
            case 2:
                guard value <= rest.count else { throw Fault.truncated }
                try body(key >> 3, value, rest.prefix(value))
                rest = rest.dropFirst(value)
            default: throw Fault.wireType
            }
        }
    }
}
