import Geometry

extension HotspotAnswer {
    /// The surface of `kde` as an Esri ASCII grid, in incidents per square kilometre from the north-west, and the text of the `.prj` file
    /// beside it with which GIS programs put it in its place; nil for the other methods and where there are no incidents.
    public func rasterGrid() -> (grid: [UInt8], projection: String)? {
        guard let surface, !surface.values.isEmpty, let projection else { return nil }
        let south = surface.northWest.y - Double(surface.rows) * surface.cellSize
        var text = """
            ncols \(surface.columns)
            nrows \(surface.rows)
            xllcorner \(surface.northWest.x)
            yllcorner \(south)
            cellsize \(surface.cellSize)
            NODATA_value -1

            """
        for row in 0..<surface.rows {
            let values = surface.values[row * surface.columns..<(row + 1) * surface.columns]
            text += values.map { $0 == 0 ? "0" : "\($0 * 1e6)" }.joined(separator: " ") + "\n"
        }
        return (Array(text.utf8), projection.wellKnownText)
    }
}
