import Cartography
import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import Works

/// `/ogc/tiles`: the same tiles with row before column, and what there is to know about them (OGC 20-057, OGC API - Tiles - Part 1).
struct OGCTileRoutes: RouteFamily {
    let services: MapServices

    var routes: [Route] {
        [
            .get("/ogc/tileMatrixSets") { request, _ in try matrixSets(request) },
            .get("/ogc/tileMatrixSets/{set}") { request, context in try matrixSet(request, context) },
            .get("/ogc/tiles") { request, _ in try tilesets(request) },
            .get("/ogc/tiles/{tileset}/{set}") { request, context in try tileset(request, context) },
            .get("/ogc/tiles/{tileset}/{set}/{z}/{row}/{column}") { request, context in
                try await tile(request, context)
            },
        ]
    }

    // MARK: Tile matrix sets

    private func matrixSets(_ request: Request) throws -> Response {
        let resource = try OGCResource(request, services)
        let href = resource.href("/tileMatrixSets/\(TileMatrixSet.id)")
        let entry: JSONValue = [
            "id": .string(TileMatrixSet.id), "title": .string(TileMatrixSet.id), "uri": .string(TileMatrixSet.uri),
            "links": [Link(href: href, rel: "self", type: "application/json").json],
        ]
        return resource.response(
            request,
            ["tileMatrixSets": [entry], "links": resource.selfLinks(json: "application/json").json]
        ) {
            resource.page(
                resource.language("Системы тайлов", "Tile matrix sets"), [],
                "<ul><li><a href=\"\(href)?f=html\">\(TileMatrixSet.id)</a></li></ul>")
        }
    }

    private func matrixSet(_ request: Request, _ context: MapContext) throws -> Response {
        try Self.checkSet(context)
        let resource = try OGCResource(request, services)
        return resource.response(
            request, TileMatrixSet.json(links: resource.selfLinks(json: "application/json").json)
        ) {
            var rows: HTML = ""
            for matrix in TileMatrixSet.matrices {
                rows +=
                    "<tr><td>\(matrix.zoom)</td><td>1 : \(matrix.scaleDenominator)</td><td>\(matrix.side)</td></tr>\n"
            }
            return resource.page(TileMatrixSet.id, [], "<table>\n\(rows)</table>")
        }
    }

    private static func checkSet(_ context: MapContext) throws {
        guard context.parameters.get("set") == TileMatrixSet.id else {
            throw Problem.notFound("the only tile matrix set is \(TileMatrixSet.id)")
        }
    }

    // MARK: Tilesets

    private func tilesets(_ request: Request) throws -> Response {
        let resource = try OGCResource(request, services)
        let tilesets = services.atlas.tilesets
        let entries = tilesets.flatMap { tileset in
            DataType.allCases.map { Self.describe(tileset, as: $0, resource, whole: false) }
        }
        return resource.response(
            request,
            [
                "tilesets": .array(entries), "links": resource.selfLinks(json: "application/json").json,
            ]
        ) {
            var items: HTML = ""
            for tileset in tilesets {
                let href = "/ogc/tiles/\(tileset.name)/\(TileMatrixSet.id)?f=html"
                items +=
                    "<li><a href=\"\(href)\">\(tileset.title[resource.language.rawValue] ?? tileset.name)</a></li>\n"
            }
            return resource.page(resource.language("Тайлы", "Tiles"), [], "<ul>\n\(items)</ul>")
        }
    }

    private func tileset(_ request: Request, _ context: MapContext) throws -> Response {
        try Self.checkSet(context)
        let resource = try OGCResource(request, services, parameters: ["type"])
        let type = try resource.query["type"].map { name throws(Problem) in
            guard let type = DataType(rawValue: name) else {
                throw .malformedParameter("type", "“\(name.prefix(20))” is neither map nor vector")
            }
            return type
        }
        let name = context.parameters.get("tileset") ?? ""
        let tilesets = services.atlas.tilesets
        guard let tileset = tilesets.first(where: { $0.name == name }) else {
            throw AtlasError.unknownTileset(name, known: tilesets.map(\.name))
        }
        let title = tileset.title[resource.language.rawValue] ?? name
        return resource.response(
            request, Self.describe(tileset, as: type ?? .map, resource, whole: true)
        ) {
            resource.page(
                title, [(resource.language("Тайлы", "Tiles"), "/ogc/tiles?f=html")],
                "<p><code>\(resource.address("/tiles/\(name)/{z}/{x}/{y}.png"))</code></p>")
        }
    }

    /// What a tileset's tiles hold.
    private enum DataType: String, CaseIterable {
        case map
        case vector

        var format: TileFormat { self == .map ? .png : .mvt }
        var mediaType: String { self == .map ? "image/png" : "application/vnd.mapbox-vector-tile" }
    }

    private static func describe(
        _ tileset: Tileset, as type: DataType, _ resource: OGCResource, whole: Bool
    ) -> JSONValue {
        let path = "/tiles/\(tileset.name)/\(TileMatrixSet.id)"
        let template = resource.href(path) + "/{tileMatrix}/{tileRow}/{tileCol}.\(type.format.rawValue)"
        var links = [
            Link(
                href: resource.href("/tileMatrixSets/\(TileMatrixSet.id)"),
                rel: "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme", type: "application/json"),
            Link(href: template, rel: "item", type: type.mediaType, isTemplate: true),
        ]
        links.append(
            Link(href: resource.href(path) + "?type=\(type.rawValue)", rel: "self", type: "application/json"))
        var members: [(String, JSONValue)] = [
            ("title", .string(tileset.title[resource.language.rawValue] ?? tileset.name)),
            ("dataType", .string(type.rawValue)), ("crs", .string(CoordinateReference.epsg3857.rawValue)),
            ("tileMatrixSetURI", .string(TileMatrixSet.uri)), ("links", links.json),
        ]
        guard whole else { return .object(JSONObject(members)) }
        if let attribution = tileset.attribution { members.append(("attribution", .string(attribution))) }
        members.append(
            (
                "tileMatrixSetLimits",
                .array(
                    (tileset.minimumZoom...tileset.maximumZoom).map { zoom in
                        let box = tileset.bounds ?? .world
                        let first = TileAddress(
                            containing: Coordinate(longitude: box.west, latitude: box.north), zoom: zoom)
                        let last = TileAddress(
                            containing: Coordinate(longitude: box.east, latitude: box.south), zoom: zoom)
                        return [
                            "tileMatrix": .string("\(zoom)"), "minTileRow": .integer(first.y),
                            "maxTileRow": .integer(last.y), "minTileCol": .integer(first.x),
                            "maxTileCol": .integer(last.x),
                        ]
                    })
            ))
        if let box = tileset.bounds {
            members.append(
                (
                    "boundingBox",
                    [
                        "lowerLeft": [.number(box.west), .number(box.south)],
                        "upperRight": [.number(box.east), .number(box.north)],
                        "crs": .string(CoordinateReference.crs84.rawValue),
                    ]
                ))
        }
        if type == .vector {
            members.append(
                (
                    "layers",
                    .array(
                        tileset.vectorLayers.map { layer in
                            [
                                "id": .string(layer.name), "dataType": "vector",
                                "minTileMatrix": .string("\(layer.minimumZoom)"),
                                "maxTileMatrix": .string("\(layer.maximumZoom)"),
                            ]
                        })
                ))
        }
        return .object(JSONObject(members))
    }

    // MARK: Tiles

    private func tile(_ request: Request, _ context: MapContext) async throws -> Response {
        try Self.checkSet(context)
        let parameters = context.parameters
        guard let tileset = parameters.get("tileset"), let z = parameters.get("z"), let row = parameters.get("row"),
            let column = parameters.get("column")
        else { throw Problem.notFound("there is no such tile") }
        let parts = column.split(separator: ".", maxSplits: 1)
        let query = try QueryParameters(request)
        let name = parts.count == 2 ? String(parts[1]) : query["f"] ?? "png"
        guard let format = TileFormat(rawValue: name), let x = parts.first else {
            throw Problem.notFound("tiles come as png and as mvt")
        }
        let wanted = try TileRoutes.tileRequest(
            query.without("f"), tileset: tileset, z: z, x: x, y: row, scale: .single, format: format,
            services.cityZone)
        return try await services.tile(wanted, request, context)
    }
}
