import Cartography
import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import Interchange
import NIOCore
import TimeBudgets
import Works

/// `/tiles`: pictures and vector tiles, and the TileJSON that describes them.
struct TileRoutes: RouteFamily {
    /// The address of tiles, also their name in metrics.
    static let pattern = "/tiles/{tileset}/{z}/{x}/{y}"

    let services: MapServices

    var routes: [Route] {
        [
            .get(RouterPath(Self.pattern)) { request, context in try await tile(request, context) },
            .get("/tiles/{tileset}") { request, context in try tileJSON(request, context) },
        ]
    }

    // MARK: Tiles

    func tile(_ request: Request, _ context: MapContext) async throws -> Response {
        let wanted = try Self.tileRequest(request, context.parameters, services.cityZone)
        return try await services.tile(wanted, request, context)
    }

    /// The tile that the path and the query name.
    static func tileRequest(
        _ request: Request, _ parameters: Parameters, _ city: CityZone
    ) throws -> TileRequest {
        guard let tileset = parameters.get("tileset"), let z = parameters.get("z"), let x = parameters.get("x"),
            let name = parameters.get("y"), let (y, scale, format) = fileName(name)
        else { throw Problem.notFound("tiles are at /tiles/{tileset}/{z}/{x}/{y}.png, …@2x.png or ….mvt") }
        return try tileRequest(
            try QueryParameters(request), tileset: tileset, z: z, x: x, y: y, scale: scale, format: format, city)
    }

    /// The tile that an address names, if it is written as addresses of tiles are and everything in it is right; the route says what is wrong
    /// with others.
    static func tileRequest(uri: String, _ city: CityZone) -> TileRequest? {
        var uri = uri
        let parts = uri.withUTF8 { bytes -> (tileset: String, address: TileAddress, rest: Int)? in
            let prefix: StaticString = "/tiles/"
            guard bytes.starts(with: UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount))
            else { return nil }
            var position = prefix.utf8CodeUnitCount
            while position < bytes.count, isPlain(bytes[position]) { position += 1 }
            let tileset = String(decoding: bytes[prefix.utf8CodeUnitCount..<position], as: UTF8.self)
            var numbers = (0, 0, 0)
            func number(_ field: WritableKeyPath<(Int, Int, Int), Int>) -> Bool {
                guard position < bytes.count, bytes[position] == UInt8(ascii: "/") else { return false }
                position += 1
                let start = position
                var value = 0
                while position < bytes.count, position < start + 9, (48...57).contains(bytes[position]) {
                    value = value * 10 + Int(bytes[position] - 48)
                    position += 1
                }
                numbers[keyPath: field] = value
                // A zero in front is not how a number is written.
                return position > start && (bytes[start] != 48 || position == start + 1)
            }
            guard number(\.0), number(\.1), number(\.2),
                let address = TileAddress(z: numbers.0, x: numbers.1, y: numbers.2)
            else { return nil }
            return (tileset, address, position)
        }
        guard let parts else { return nil }
        let rest = uri.utf8.dropFirst(parts.rest)
        let query = rest.firstIndex(of: UInt8(ascii: "?"))
        var wanted = TileRequest(tileset: parts.tileset, address: parts.address)
        switch rest[..<(query ?? rest.endIndex)] {
        case let end where end.elementsEqual(".png".utf8): break
        case let end where end.elementsEqual("@2x.png".utf8): wanted.scale = .double
        case let end where end.elementsEqual(".mvt".utf8): wanted.format = .mvt
        default: return nil
        }
        guard let query else { return wanted }
        guard
            let tile = try? tileRequest(
                QueryParameters(String(uri[uri.index(after: query)...])), filling: wanted, city)
        else { return nil }
        // The route knows which classes there are.
        return tile.filter.districtsByClass.isEmpty ? tile : nil
    }

    /// Letters, digits, underscores and hyphens: what names of tilesets are made of.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 95, 45: true
        default: false
        }
    }

    /// The tile at an address of a pyramid, with what the query asks of it.
    static func tileRequest(
        _ query: QueryParameters, tileset: String, z: some StringProtocol, x: some StringProtocol,
        y: some StringProtocol,
        scale: TileScale, format: TileFormat, _ city: CityZone
    ) throws -> TileRequest {
        guard let address = TileAddress("\(z)/\(x)/\(y)") else {
            throw Problem.notFound(
                "\(z)/\(x)/\(y) is no tile: z is 0…\(TileAddress.maximumZoom), x and y are 0…2^z − 1")
        }
        return try tileRequest(
            query, filling: TileRequest(tileset: tileset, address: address, scale: scale, format: format), city)
    }

    /// The tile with what the query asks of it.
    private static func tileRequest(
        _ query: QueryParameters, filling wanted: TileRequest, _ city: CityZone
    ) throws -> TileRequest {
        var wanted = wanted
        guard !query.isEmpty else { return wanted }
        try query.allow(only: FilterQuery.names + ["theme"])
        wanted.filter = try FilterQuery.filter(query, city)
        if let name = query["theme"] {
            guard let theme = Theme(rawValue: name) else {
                throw Problem.malformedParameter("theme", "“\(name.prefix(20))” is neither light nor dark")
            }
            wanted.theme = theme
        }
        return wanted
    }

    /// Splits `12.png`, `12@2x.png` or `12.mvt`.
    private static func fileName(_ name: String) -> (y: Substring, scale: TileScale, format: TileFormat)? {
        guard let dot = name.lastIndex(of: "."),
            let format = TileFormat(rawValue: String(name[name.index(after: dot)...]))
        else { return nil }
        let stem = name[..<dot]
        if format == .png, stem.hasSuffix("@2x") { return (stem.dropLast(3), .double, format) }
        return (stem, .single, format)
    }

    // MARK: TileJSON

    func tileJSON(_ request: Request, _ context: MapContext) throws -> Response {
        guard let file = context.parameters.get("tileset"), file.hasSuffix(".json") else {
            throw Problem.notFound("a tileset describes itself at /tiles/{tileset}.json")
        }
        let name = String(file.dropLast(5))
        let tilesets = services.atlas.tilesets
        guard let tileset = tilesets.first(where: { $0.name == name }) else {
            throw AtlasError.unknownTileset(name, known: tilesets.map(\.name))
        }
        let query = try QueryParameters(request)
        try query.allow(only: FilterQuery.names + ["theme", "format", "lang"])
        _ = try FilterQuery.filter(query.without("theme", "format", "lang"), services.cityZone)
        let format = query["format"] ?? "mvt"
        guard ["png", "mvt"].contains(format) else {
            throw Problem.malformedParameter("format", "“\(format.prefix(20))” is neither png nor mvt")
        }
        let address = PublicAddress(request, configuration: services.configuration)
        let tiles = address("/tiles/\(name)/{z}/{x}/{y}.\(format)") + query.without("format", "lang").encoded
        let document = Self.tileJSON(
            tileset, tiles: tiles, language: try request.language(query, city: services.city.language),
            withLayers: format == "mvt")
        var content = Content(text: document, "application/json", gzip: request.acceptsGzip)
        content.headers[.vary] = "Accept-Encoding, Accept-Language"
        return content.response(to: request, caching: .revalidate)
    }

    /// TileJSON 3.0.0 (github.com/mapbox/tilejson-spec). Raster tiles have no vector layers, and say so.
    static func tileJSON(_ tileset: Tileset, tiles: String, language: Language, withLayers: Bool) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("tilejson")
        json.string("3.0.0")
        json.key("name")
        json.string(tileset.title[language.rawValue] ?? tileset.name)
        json.key("scheme")
        json.string("xyz")
        json.key("tiles")
        json.beginArray()
        json.string(tiles)
        json.endArray()
        json.key("minzoom")
        json.integer(tileset.minimumZoom)
        json.key("maxzoom")
        json.integer(tileset.maximumZoom)
        // Where there is nothing yet, the specification's default says so: the whole square.
        let limit = 85.05112877980659
        let bounds = tileset.bounds ?? Bounds(west: -180, south: -limit, east: 180, north: limit)
        json.key("bounds")
        json.numbers([bounds.west, bounds.south, bounds.east, bounds.north])
        let zoom = tileset.bounds == nil ? 0 : min(max(tileset.minimumZoom, 11), tileset.maximumZoom)
        json.key("center")
        json.numbers([bounds.center.longitude, bounds.center.latitude, Double(zoom)])
        if let attribution = tileset.attribution {
            json.key("attribution")
            json.string(attribution)
        }
        json.key("vector_layers")
        json.beginArray()
        for layer in withLayers ? tileset.vectorLayers : [] {
            json.beginObject()
            json.key("id")
            json.string(layer.name)
            json.key("fields")
            json.beginObject()
            for field in layer.fields {
                json.key(field.name)
                json.string(field.type)
            }
            json.endObject()
            json.key("minzoom")
            json.integer(layer.minimumZoom)
            json.key("maxzoom")
            json.integer(layer.maximumZoom)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }
}

extension MapServices {
    /// The answer with a tile.
    func tile(_ wanted: TileRequest, _ request: Request, _ context: MapContext) async throws -> Response {
        let now = Instant.now
        // A hop to a worker and back costs more than the whole answer when the tile is there already.
        if let tile = atlas.cachedTile(wanted, at: now) { return response(wanted, tile, to: request, at: now) }
        let tile = try await tiles(request, context) { [atlas] budget in
            try atlas.tile(wanted, at: now, budget: budget)
        }
        return response(wanted, tile, to: request, at: now)
    }

    private func response(
        _ wanted: TileRequest, _ tile: EncodedTile, to request: Request, at now: Instant
    ) -> Response {
        tile.content(wanted.format, gzip: request.acceptsGzip)
            .response(to: request, caching: caching(of: tile, at: now))
    }

    /// How long caches may keep a tile.
    func caching(of tile: EncodedTile, at now: Instant) -> Caching {
        Caching(atMost: configuration.tileLifetime, changingIn: tile.expiresAt.map { $0 - now })
    }
}

extension EncodedTile {
    /// The strong entity tag of the bytes.
    var entityTag: String { "\"" + String(digest, radix: 16) + "\"" }

    /// The tile as it leaves.
    func content(_ format: TileFormat, gzip: Bool) -> Content {
        switch format {
        case .png: Content(binary: bytes, "image/png", entityTag: entityTag)
        case .mvt: Content(text: bytes, "application/vnd.mapbox-vector-tile", gzip: gzip, entityTag: "W/" + entityTag)
        }
    }
}

extension JSONWriter {
    /// An array of numbers.
    mutating func numbers(_ values: [Double]) {
        beginArray()
        for value in values { number(value) }
        endArray()
    }

    /// A member with a text value.
    mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    /// A member with a text value, null if there is none.
    mutating func member(_ name: String, orNull value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }
}
