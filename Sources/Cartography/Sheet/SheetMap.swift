import Geometry
import Glibc
import Lettering
import Raster
import TimeBudgets
import Works

/// Draws what lies upon the ground of a sheet's map: the veil, the surface, the marks, the scale bar.
struct SheetMap {
    let scene: Scene
    let fonts: FontSet

    func draw(_ sheet: MapSheet, on canvas: Canvas, budget: TimeBudget) throws {
        canvas.fill(scene, Color.white.opacity(sheet.veil))
        if let surface = sheet.surface { try draw(surface, on: canvas, budget: budget) }
        for (index, mark) in sheet.marks.enumerated() {
            if index % 64 == 0 { try budget.check() }
            draw(mark.geometry, mark.sign, on: canvas)
        }
        drawScaleBar(in: sheet.bounds, on: canvas)
    }

    // MARK: Surface

    /// A pixel is coloured by what is in its middle.
    private func draw(_ surface: (Coordinate) -> Color?, on canvas: Canvas, budget: TimeBudget) throws {
        let world = Double(scene.worldWidth) / 256
        let (left, top) = (Double(scene.originX) / 256, Double(scene.originY) / 256)
        let longitudes = (0..<scene.width).map { column in
            let longitude = WebMercator.longitude(x: (left + Double(column) + 0.5) / world)
            return longitude - 360 * ((longitude + 180) / 360).rounded(.down)
        }
        for row in 0..<scene.height {
            try budget.check()
            let latitude = WebMercator.latitude(y: (top + Double(row) + 0.5) / world)
            for column in 0..<scene.width {
                guard let color = surface(Coordinate(longitude: longitudes[column], latitude: latitude)) else {
                    continue
                }
                canvas.blend(color, x: column, y: row)
            }
        }
    }

    // MARK: Marks

    private func draw(_ geometry: Geometry, _ sign: SheetSign, on canvas: Canvas) {
        switch geometry {
        case .point(let point): draw(point, sign, on: canvas)
        case .multiPoint(let points): for point in points { draw(point, sign, on: canvas) }
        case .lineString(let line): draw([line], sign, isArea: false, on: canvas)
        case .multiLineString(let lines): draw(lines, sign, isArea: false, on: canvas)
        case .polygon(let polygon): draw(polygon.rings, sign, isArea: true, on: canvas)
        case .multiPolygon(let polygons): draw(polygons.flatMap(\.rings), sign, isArea: true, on: canvas)
        case .geometryCollection(let members): for member in members { draw(member, sign, on: canvas) }
        }
    }

    private func draw(_ point: Coordinate, _ sign: SheetSign, on canvas: Canvas) {
        let (x, y) = position(point)
        canvas.draw(sign, x: Double(x) / 256, y: Double(y) / 256, fonts)
    }

    private func draw(_ runs: [[Coordinate]], _ sign: SheetSign, isArea: Bool, on canvas: Canvas) {
        var path = Path()
        for run in runs {
            for (index, coordinate) in run.enumerated() {
                let (x, y) = position(coordinate)
                if index == 0 {
                    path.move(subpixelX: x, subpixelY: y)
                } else {
                    path.line(subpixelX: x, subpixelY: y)
                }
            }
            if isArea { path.close() }
        }
        canvas.draw(path, sign, isArea: isArea)
    }

    /// Where a coordinate falls, in 1/256 pixel, on the repetition of the world that is nearest to the middle of the map.
    private func position(_ coordinate: Coordinate) -> (x: Int, y: Int) {
        let point = WorldPoint(coordinate)
        let middle = scene.originX + scene.width * 128
        let x = scene.subpixels(point.x)
        let turns = (Double(middle - x) / Double(scene.worldWidth)).rounded()
        return (x + Int(turns) * scene.worldWidth - scene.originX, scene.subpixels(point.y) - scene.originY)
    }

    // MARK: Scale

    private func drawScaleBar(in bounds: Bounds, on canvas: Canvas) {
        let latitude = bounds.center.latitude * (.pi / 180)
        let metres = 2 * WebMercator.halfCircumference * cos(latitude) / (Double(scene.worldWidth) / 256)
        let bar = ScaleBar(metresPerPixel: metres, room: Double(scene.width) / 4)
        let (x, y) = (16.0, Double(scene.height) - 16)
        var path = Path()
        path.move(x: x, y: y - 6)
        path.line(x: x, y: y)
        path.line(x: x + bar.length, y: y)
        path.line(x: x + bar.length, y: y - 6)
        canvas.stroke(path, Stroke(width: 5, cap: .square), Color.white.opacity(0.85))
        canvas.stroke(path, Stroke(width: 2, cap: .square), SheetPainter.ink)
        canvas.write(
            bar.text, fonts.regular,
            TextStyle(size: 12, color: SheetPainter.ink, halo: Color.white.opacity(0.85), haloWidth: 2), x: x + 4,
            y: y - 6)
    }
}

extension Canvas {
    /// An area or a line by its sign.
    func draw(_ path: Path, _ sign: SheetSign, isArea: Bool) {
        if isArea, let fill = sign.fill { fill.alpha > 0 ? self.fill(path, fill, rule: .evenOdd) : () }
        if let line = sign.line ?? (isArea ? nil : sign.fill), sign.lineWidth > 0 {
            stroke(path, Stroke(width: sign.lineWidth, cap: .round, join: .round), line)
        }
    }

    /// A symbol, and what is written on it.
    func draw(_ sign: SheetSign, x: Double, y: Double, _ fonts: FontSet) {
        let path = sign.symbol.path(x: x, y: y, size: sign.size)
        if let fill = sign.fill { self.fill(path, fill) }
        if let line = sign.line, sign.lineWidth > 0 {
            stroke(path, Stroke(width: sign.lineWidth, join: .round), line)
        }
        if let text = sign.text {
            let size = min(12, sign.size * (text.count > 2 ? 0.45 : 0.6))
            write(
                text, fonts.bold, TextStyle(size: size, color: .white), x: x, y: y + size * 0.36, alignment: .center)
        }
    }

    /// Lays a colour over one pixel.
    func blend(_ color: Color, x: Int, y: Int) {
        let (over, under) = (color.premultiplied, self[x, y])
        let rest = 255 - UInt32(color.alpha)
        func channel(_ over: UInt8, _ under: UInt8) -> UInt32 { UInt32(over) + (UInt32(under) * rest + 127) / 255 }
        self[x, y] = Pixel(
            bits: channel(over.red, under.red) | channel(over.green, under.green) << 8
                | channel(over.blue, under.blue) << 16 | channel(over.alpha, under.alpha) << 24)
    }

    /// Puts another picture in place of what is here; it must fit.
    func copy(_ other: Canvas, x: Int, y: Int) {
        for row in 0..<other.height {
            for column in 0..<other.width { self[x + column, y + row] = other[column, row] }
        }
    }
}

extension Path {
    /// Adds an upright rectangle, in pixels.
    mutating func add(x: Double, y: Double, width: Double, height: Double) {
        move(x: x, y: y)
        line(x: x + width, y: y)
        line(x: x + width, y: y + height)
        line(x: x, y: y + height)
        close()
    }
}
