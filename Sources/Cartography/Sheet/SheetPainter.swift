import Geometry
import Glibc
import Lettering
import Raster

/// Draws what is around the map of a sheet: title, legend, credits.
struct SheetPainter {
    let sheet: MapSheet
    let fonts: FontSet

    static let ink = Color(red: 0x22, green: 0x25, blue: 0x2B)
    static let faint = Color(red: 0x5F, green: 0x66, blue: 0x70)
    private static let textSize = 13.0
    private static let line = 22.0
    private static let headingLine = 30.0
    private static let smallSize = 11.5
    private static let smallLine = 16.0
    /// Where the text of an entry begins, behind its sign.
    private static let indent = 36.0

    func layout() -> SheetLayout {
        SheetLayout(sheet, legendHeight: sheet.legend.reduce(0) { $0 + height(of: $1) })
    }

    /// The whole sheet, with the map put where it belongs.
    func draw(_ map: Canvas, _ layout: SheetLayout) -> Canvas {
        let canvas = Canvas(width: layout.width, height: layout.height)
        canvas.clear(.white)
        canvas.copy(map, x: layout.map.x, y: layout.map.y)
        let (x, y) = (Double(layout.map.x), Double(layout.map.y))
        var frame = Path()
        frame.add(x: x, y: y, width: Double(layout.map.width), height: Double(layout.map.height))
        canvas.stroke(frame, Stroke(width: 1), Self.faint)

        let room = Double(layout.width) - 2 * SheetLayout.margin
        var baseline = SheetLayout.margin + SheetLayout.titleSize - 4
        canvas.write(
            fitted(sheet.title, fonts.bold, SheetLayout.titleSize, room), fonts.bold,
            TextStyle(size: SheetLayout.titleSize, color: Self.ink), x: SheetLayout.margin, y: baseline)
        baseline += 5
        for note in sheet.notes {
            baseline += SheetLayout.noteLine
            write(fitted(note, fonts.regular, SheetLayout.noteSize, room), SheetLayout.noteSize, x, baseline, canvas)
        }
        write(
            fitted(sheet.credits, fonts.regular, Self.smallSize, room), Self.smallSize, x, layout.creditsY, canvas,
            Self.faint)

        var top = Double(layout.map.y)
        for entry in sheet.legend {
            draw(entry, x: layout.legendX, y: top, canvas)
            top += height(of: entry)
        }
        return canvas
    }

    // MARK: Legend

    private func height(of entry: SheetEntry) -> Double {
        switch entry {
        case .heading: Self.headingLine
        case .point(let sign, _, _): max(Self.line, sign.size + 4)
        case .area: Self.line
        case .ramp: Self.line * 2
        case .note(let text): Double(lines(text).count) * Self.smallLine + 6
        }
    }

    private func draw(_ entry: SheetEntry, x: Double, y: Double, _ canvas: Canvas) {
        let middle = y + height(of: entry) / 2
        switch entry {
        case .heading(let text):
            canvas.write(
                fitted(text, fonts.bold, Self.textSize, SheetLayout.legendWidth), fonts.bold,
                TextStyle(size: Self.textSize, color: Self.ink), x: x, y: y + 19)
        case .point(let sign, let text, let detail):
            canvas.draw(sign, x: x + 14, y: middle, fonts)
            label(text, detail, x, middle, canvas)
        case .area(let sign, let text, let detail):
            var path = Path()
            path.add(x: x + 2, y: middle - 7, width: 24, height: 14)
            canvas.draw(path, sign, isArea: true)
            label(text, detail, x, middle, canvas)
        case .ramp(let colors, let low, let high):
            let width = (SheetLayout.legendWidth - 4) / Double(max(colors.count, 1))
            for (index, color) in colors.enumerated() {
                var path = Path()
                path.add(x: x + 2 + Double(index) * width, y: y + 6, width: width, height: 14)
                canvas.fill(path, color)
            }
            write(low, Self.smallSize, x + 2, y + 35, canvas)
            canvas.write(
                high, fonts.regular, TextStyle(size: Self.smallSize, color: Self.ink),
                x: x + SheetLayout.legendWidth - 2, y: y + 35, alignment: .right)
        case .note(let text):
            for (index, line) in lines(text).enumerated() {
                write(line, Self.smallSize, x, y + 15 + Double(index) * Self.smallLine, canvas, Self.faint)
            }
        }
    }

    private func label(_ text: String, _ detail: String, _ x: Double, _ middle: Double, _ canvas: Canvas) {
        let baseline = middle + Self.textSize * 0.36
        let taken = detail.isEmpty ? 0 : fonts.regular.width(of: detail, size: Self.textSize) + 8
        let room = SheetLayout.legendWidth - Self.indent - taken
        write(fitted(text, fonts.regular, Self.textSize, room), Self.textSize, x + Self.indent, baseline, canvas)
        canvas.write(
            detail, fonts.regular, TextStyle(size: Self.textSize, color: Self.ink), x: x + SheetLayout.legendWidth,
            y: baseline, alignment: .right)
    }

    // MARK: Text

    private func write(
        _ text: String, _ size: Double, _ x: Double, _ y: Double, _ canvas: Canvas, _ color: Color = ink
    ) {
        canvas.write(text, fonts.regular, TextStyle(size: size, color: color), x: x, y: y)
    }

    /// The text, or as much of its beginning as fits with an ellipsis behind it.
    private func fitted(_ text: String, _ fonts: FontStack, _ size: Double, _ room: Double) -> String {
        guard fonts.width(of: text, size: size) > room else { return text }
        var kept = text
        while !kept.isEmpty, fonts.width(of: kept + "…", size: size) > room { kept.removeLast() }
        return kept + "…"
    }

    /// Small print in lines that fit the legend.
    private func lines(_ text: String) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            let longer = lines.last.map { $0 + " " + word }
            if let longer, fonts.regular.width(of: longer, size: Self.smallSize) <= SheetLayout.legendWidth {
                lines[lines.count - 1] = longer
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
