import Raster
public import TimeBudgets
public import Works

extension Atlas {
    /// A map sheet, as PNG.
    ///
    /// - Throws: ``AtlasError``, `TimeBudgetError`; ``StyleProblem`` if there are no fonts to write it with.
    public func sheet(_ sheet: MapSheet, at now: Instant, budget: TimeBudget) throws -> [UInt8] {
        guard let fonts = labeler.fonts else { throw labeler.problem! }
        let painter = SheetPainter(sheet: sheet, fonts: fonts)
        let layout = painter.layout()
        let request = PictureRequest(
            tilesets: sheet.tilesets, bounds: sheet.bounds, width: layout.map.width, height: layout.map.height)
        return try drawing(request, at: now, budget: budget) { map, scene in
            try SheetMap(scene: scene, fonts: fonts).draw(sheet, on: map, budget: budget)
            do { return try PNGEncoder().encode(painter.draw(map, layout)) } catch {
                throw AtlasError.encoding("\(error)")
            }
        }
    }
}
