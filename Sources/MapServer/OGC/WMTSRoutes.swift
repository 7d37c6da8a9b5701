import Cartography
import Geometry
import HTTPEdge
import HTTPTypes
import Hummingbird
import Works

/// `/wmts`: the capabilities of a Web Map Tile Service over the same tiles (OGC 07-057r7, WMTS 1.0.0), with which desktop programs list
/// them; and GetTile by key-value pairs for those who do not use the template.
struct WMTSRoutes: RouteFamily {
    let services: MapServices

    var routes: [Route] {
        [
            .get("/wmts") { request, context in try await keyValues(request, context) },
            .get("/wmts/1.0.0/WMTSCapabilities.xml") { request, _ in try capabilities(request) },
        ]
    }

    // MARK: Key-value pairs

    private func keyValues(_ request: Request, _ context: MapContext) async throws -> Response {
        let query = try QueryParameters(request)
        // Names of parameters are not case-sensitive here (OGC 06-121r9, section 11.5.2).
        func value(_ name: String) -> String? {
            query.pairs.first { $0.name.lowercased() == name }?.value
        }
        if let service = value("service"), service.uppercased() != "WMTS" {
            throw Problem.malformedParameter("service", "“\(service.prefix(20))” is not WMTS")
        }
        switch value("request")?.lowercased() {
        case nil, "getcapabilities": return try capabilities(request)
        case "gettile":
            guard let layer = value("layer"), let z = value("tilematrix"), let row = value("tilerow"),
                let column = value("tilecol")
            else {
                throw Problem.malformedParameter("request", "GetTile needs Layer, TileMatrix, TileRow and TileCol")
            }
            guard value("tilematrixset") ?? TileMatrixSet.id == TileMatrixSet.id else {
                throw Problem.malformedParameter("tilematrixset", "the only one is \(TileMatrixSet.id)")
            }
            let format = value("format") ?? "image/png"
            guard format == "image/png" else {
                throw Problem.malformedParameter("format", "“\(format.prefix(40))” is not image/png")
            }
            let wanted = try TileRoutes.tileRequest(
                try QueryParameters(nil), tileset: layer, z: z, x: column, y: row, scale: .single, format: .png,
                services.cityZone)
            return try await services.tile(wanted, request, context)
        case let other?:
            throw Problem.malformedParameter("request", "“\(other.prefix(40))” is neither GetCapabilities nor GetTile")
        }
    }

    // MARK: Capabilities

    private func capabilities(_ request: Request) throws -> Response {
        let address = PublicAddress(request, configuration: services.configuration)
        let language = request.preferredLanguage(nil, city: services.city.language)
        let document = Self.capabilities(
            services.atlas.tilesets, title: services.city.title(language), address: address, language: language)
        var content = Content(text: document.bytes, "application/xml", gzip: request.acceptsGzip)
        content.headers[.vary] = "Accept-Encoding, Accept-Language"
        return content.response(to: request, caching: .revalidate)
    }

    /// The capabilities document. XML needs the same escapes that HTML does.
    static func capabilities(
        _ tilesets: [Tileset], title: String, address: PublicAddress, language: Language
    ) -> HTML {
        let kvp = address("/wmts?")
        func operation(_ name: String) -> HTML {
            """
              <ows:Operation name="\(name)"><ows:DCP><ows:HTTP><ows:Get xlink:href="\(kvp)"><ows:Constraint name="GetEncoding">\
            <ows:AllowedValues><ows:Value>KVP</ows:Value></ows:AllowedValues></ows:Constraint></ows:Get></ows:HTTP></ows:DCP></ows:Operation>

            """
        }
        var layers: HTML = ""
        for tileset in tilesets { layers += layer(tileset, address: address, language: language) }
        var matrices: HTML = ""
        for matrix in TileMatrixSet.matrices {
            matrices += """
                <TileMatrix><ows:Identifier>\(matrix.zoom)</ows:Identifier><ScaleDenominator>\(matrix.scaleDenominator)</ScaleDenominator>\
                <TopLeftCorner>-20037508.3427892 20037508.3427892</TopLeftCorner><TileWidth>256</TileWidth><TileHeight>256</TileHeight>\
                <MatrixWidth>\(matrix.side)</MatrixWidth><MatrixHeight>\(matrix.side)</MatrixHeight></TileMatrix>

                """
        }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1" \
            xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
            xsi:schemaLocation="http://www.opengis.net/wmts/1.0 http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd" \
            version="1.0.0">
            <ows:ServiceIdentification><ows:Title>\(title)</ows:Title><ows:ServiceType>OGC WMTS</ows:ServiceType>\
            <ows:ServiceTypeVersion>1.0.0</ows:ServiceTypeVersion></ows:ServiceIdentification>
            <ows:OperationsMetadata>
            \(operation("GetCapabilities"))\(operation("GetTile"))</ows:OperationsMetadata>
            <Contents>
            \(layers)<TileMatrixSet><ows:Identifier>\(TileMatrixSet.id)</ows:Identifier>\
            <ows:SupportedCRS>urn:ogc:def:crs:EPSG::3857</ows:SupportedCRS>\
            <WellKnownScaleSet>urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible</WellKnownScaleSet>
            \(matrices)</TileMatrixSet>
            </Contents>
            <ServiceMetadataURL xlink:href="\(address("/wmts/1.0.0/WMTSCapabilities.xml"))"/>
            </Capabilities>

            """
    }

    private static func layer(_ tileset: Tileset, address: PublicAddress, language: Language) -> HTML {
        let box = tileset.bounds ?? Bounds(west: -180, south: -85.0511, east: 180, north: 85.0511)
        let template = address("/tiles/\(tileset.name)") + "/{TileMatrix}/{TileCol}/{TileRow}.png"
        return """
            <Layer><ows:Title>\(tileset.title[language.rawValue] ?? tileset.name)</ows:Title>\
            <ows:WGS84BoundingBox><ows:LowerCorner>\(box.west) \(box.south)</ows:LowerCorner>\
            <ows:UpperCorner>\(box.east) \(box.north)</ows:UpperCorner></ows:WGS84BoundingBox>\
            <ows:Identifier>\(tileset.name)</ows:Identifier>\
            <Style isDefault="true"><ows:Identifier>default</ows:Identifier></Style><Format>image/png</Format>\
            <TileMatrixSetLink><TileMatrixSet>\(TileMatrixSet.id)</TileMatrixSet></TileMatrixSetLink>\
            <ResourceURL format="image/png" resourceType="tile" template="\(template)"/></Layer>

            """
    }
}
