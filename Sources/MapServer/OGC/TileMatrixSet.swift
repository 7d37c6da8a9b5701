import Geometry
import HTTPEdge

/// The tile matrix set of all tiles: WebMercatorQuad (OGC 17-083r4, annex D.1), zooms 0…22.
enum TileMatrixSet {
    static let id = "WebMercatorQuad"
    static let uri = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"

    /// The scale denominator of zoom 0, for pixels of 0.28 mm.
    static let baseScale = 559_082_264.028717
    /// Metres of a pixel of zoom 0 on the equator.
    static let baseCellSize = 156_543.033928041

    /// One zoom of the pyramid.
    struct Matrix: Sendable {
        let zoom: Int
        var scaleDenominator: Double { baseScale / Double(1 << zoom) }
        var cellSize: Double { baseCellSize / Double(1 << zoom) }
        /// Columns, and rows.
        var side: Int { 1 << zoom }
    }

    static let matrices = (0...TileAddress.maximumZoom).map(Matrix.init)

    /// The definition in the JSON of OGC 17-083r4.
    static func json(links: JSONValue) -> JSONValue {
        let corner: JSONValue = [.number(-WebMercator.halfCircumference), .number(WebMercator.halfCircumference)]
        return [
            "id": .string(id), "title": "Google Maps Compatible for the World", "uri": .string(uri),
            "crs": .string(CoordinateReference.epsg3857.rawValue), "orderedAxes": ["X", "Y"],
            "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
            "links": links,
            "tileMatrices": .array(
                matrices.map { matrix in
                    [
                        "id": .string("\(matrix.zoom)"), "scaleDenominator": .number(matrix.scaleDenominator),
                        "cellSize": .number(matrix.cellSize), "cornerOfOrigin": "topLeft", "pointOfOrigin": corner,
                        "tileWidth": 256, "tileHeight": 256, "matrixWidth": .integer(matrix.side),
                        "matrixHeight": .integer(matrix.side),
                    ]
                }),
        ]
    }
}
