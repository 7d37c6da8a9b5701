import Raster

extension StyleSheet {
    /// The colours that pictures of this sheet are reduced to, where a tileset asks for a palette: made from the paints alone, so that
    /// every tile has the same ones and no seam shows.
    func palette(_ theme: Theme) -> Palette {
        var paints: [Color] = background.map { [$0.of(theme)] } ?? []
        func add(_ color: ThemedColor, _ opacity: ZoomValue = ZoomValue(1)) {
            let color = color.of(theme).opacity(opacity.maximum)
            if color.alpha > 0, !paints.contains(color) { paints.append(color) }
        }
        for paint in layers.flatMap(\.paints) {
            switch paint {
            case .fill(let fill): for color in fill.color.values { add(color, fill.opacity) }
            case .line(let line): for color in line.color.values { add(color, line.opacity) }
            case .symbol(let symbol):
                for choice in [symbol.halo, symbol.fill, symbol.outline] {
                    for color in choice?.values ?? [] { add(color) }
                }
                if symbol.mark != nil { add(symbol.markColor) }
            case .count(let count):
                for color in [count.fill, count.outline, count.text] + (count.ring?.values ?? []) { add(color) }
            case .daysLate(let days): for color in days.color.values + [days.halo].compactMap(\.self) { add(color) }
            case .label(let label):
                for color in [label.halo, label.color].compactMap(\.self) { add(color) }
            }
        }
        return Palette(blending: paints)
    }
}
