import Lettering
import Raster

extension Atlas {
    /// Whom the sheets of these tilesets and the data ask to name; nil if nobody does.
    func credits(of tilesets: [String], _ styles: StyleLibrary, _ snapshot: Snapshot) throws -> String? {
        var lines: [String] = []
        for name in tilesets {
            if let line = try styles.tileset(named: name).attribution(in: snapshot), !lines.contains(line) {
                lines.append(line)
            }
        }
        return lines.isEmpty ? nil : lines.joined(separator: "; ")
    }
}

extension Canvas {
    /// Writes into the lower right corner whom the data asks to name, as maps have it.
    func credit(_ text: String, _ fonts: FontSet, _ scene: Scene, _ theme: Theme) {
        let scale = Double(scene.scale)
        let (size, margin) = (10 * scale, 4 * scale)
        let width = fonts.regular.width(of: text, size: size) + 2 * margin
        let height = size + 1.5 * margin
        var box = Path()
        box.add(x: Double(scene.width) - width, y: Double(scene.height) - height, width: width, height: height)
        let paper = theme == .light ? Color.white : Color(red: 0x12, green: 0x16, blue: 0x1C)
        let ink = theme == .light ? SheetPainter.ink : Color(red: 0xD8, green: 0xDD, blue: 0xE3)
        fill(box, paper.opacity(0.8))
        write(
            text, fonts.regular, TextStyle(size: size, color: ink), x: Double(scene.width) - margin,
            y: Double(scene.height) - margin, alignment: .right)
    }
}
