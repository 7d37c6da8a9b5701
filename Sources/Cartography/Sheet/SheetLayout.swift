import Geometry
import Glibc

/// Where the parts of a sheet lie, in pixels from its top left corner.
struct SheetLayout {
    static let margin = 22.0
    static let legendWidth = 340.0
    static let gap = 18.0
    static let titleSize = 23.0
    static let noteSize = 13.5
    static let noteLine = 19.0

    let width: Int
    let height: Int
    /// The map's top left corner and size.
    let map: (x: Int, y: Int, width: Int, height: Int)
    let legendX: Double
    /// The baseline of the credits.
    let creditsY: Double

    /// - Parameter legendHeight: What the legend needs.
    init(_ sheet: MapSheet, legendHeight: Double) {
        width = min(max(sheet.width, 480), Picture.maximumSide)
        let top = Self.margin + Self.titleSize + 8 + Double(sheet.notes.count) * Self.noteLine + 10
        let mapWidth = Double(width) - 2 * Self.margin - Self.gap - Self.legendWidth
        let bounds = sheet.bounds
        let tall =
            (WebMercator.y(latitude: bounds.south) - WebMercator.y(latitude: bounds.north))
            / max(bounds.width / 360, 1e-12)
        let limit = Double(Picture.maximumSide) - top - 3 * Self.margin
        let mapHeight = min(max(mapWidth * min(max(tall, 0.4), 1.4), legendHeight), limit)
        map = (Int(Self.margin), Int(top), max(Int(mapWidth), 64), Int(mapHeight))
        legendX = Double(map.x + map.width) + Self.gap
        creditsY = Double(map.y + map.height) + 24
        height = Int(creditsY + Self.margin)
    }
}

/// A bar of a round length.
struct ScaleBar {
    let text: String
    /// Pixels.
    let length: Double

    /// The longest of 1, 2, 5, 10, 20… metres that is at most `room` pixels.
    init(metresPerPixel: Double, room: Double) {
        let most = max(metresPerPixel * room, 1e-6)
        let power = pow(10, log10(most).rounded(.down))
        let metres = [5, 2, 1].map { $0 * power }.first { $0 <= most } ?? power
        text = metres >= 1000 ? "\(Int(metres / 1000)) km" : metres >= 1 ? "\(Int(metres)) m" : "\(metres) m"
        length = metres / metresPerPixel
    }
}
