import Foundation
public import Geometry

/// The part of the world that the map of a report shows, in Web Mercator, north up.
public struct ReportFrame: Sendable, Hashable {
    public let bounds: Bounds
    /// Pixels.
    public let width: Int
    public let height: Int

    private static let width = 960
    private static let heights = 240.0...900.0

    /// - Parameters:
    ///   - content: What must be seen.
    ///   - margin: How many metres more at each side; at least a fiftieth of the extent.
    init(showing content: Bounds, margin: Double) {
        let latitude = max(margin / 111_195, content.height / 50)
        let across = cos(min(abs(content.center.latitude), 85) * .pi / 180)
        let longitude = max(margin / 111_195 / across, content.width / 50)
        let west = WebMercator.x(longitude: max(content.west - longitude, -180))
        let east = WebMercator.x(longitude: min(content.east + longitude, 180))
        let north = WebMercator.y(latitude: content.north + latitude)
        let south = WebMercator.y(latitude: content.south - latitude)
        width = Self.width
        // A point has neither height nor width; so does what lies beyond the square of the projection.
        let wanted = east > west ? Double(width) * (south - north) / (east - west) : Self.heights.upperBound
        let rows = min(max(wanted, Self.heights.lowerBound), Self.heights.upperBound).rounded()
        height = Int(rows)
        // A frame that is too tall for the page gets wider, one that is too flat gets taller.
        let scale = max((east - west) / Double(width), (south - north) / rows)
        let (x, y) = ((west + east) / 2, (north + south) / 2)
        let (halfWidth, halfHeight) = (scale * Double(width) / 2, scale * rows / 2)
        bounds = Bounds(
            west: WebMercator.longitude(x: max(x - halfWidth, 0)), south: WebMercator.latitude(y: y + halfHeight),
            east: WebMercator.longitude(x: min(x + halfWidth, 1)), north: WebMercator.latitude(y: y - halfHeight))
    }
}

/// Draws geometries into a frame, as SVG.
struct ReportMap {
    let frame: ReportFrame
    private let west: Double
    private let north: Double
    /// Pixels for the whole width of the world.
    private let scale: Double

    init(_ frame: ReportFrame) {
        self.frame = frame
        west = WebMercator.x(longitude: frame.bounds.west)
        north = WebMercator.y(latitude: frame.bounds.north)
        scale = Double(frame.height) / (WebMercator.y(latitude: frame.bounds.south) - north)
    }

    var opening: String { "<svg viewBox=\"0 0 \(frame.width) \(frame.height)\" role=\"img\">" }

    /// A PNG that fills the frame.
    func image(_ png: [UInt8]) -> String {
        "<image width=\"\(frame.width)\" height=\"\(frame.height)\" href=\"data:image/png;base64,"
            + Data(png).base64EncodedString() + "\"/>\n"
    }

    private func position(_ coordinate: Coordinate) -> (x: String, y: String) {
        (
            ((WebMercator.x(longitude: coordinate.longitude) - west) * scale).fixed(1),
            ((WebMercator.y(latitude: coordinate.latitude) - north) * scale).fixed(1)
        )
    }

    private func text(_ coordinate: Coordinate) -> String {
        let (x, y) = position(coordinate)
        return x + " " + y
    }

    func path(rings: [[Coordinate]], isClosed: Bool = true, title: String = "", _ style: String) -> String {
        let data = rings.filter { !$0.isEmpty }
            .map { "M" + $0.map(text).joined(separator: "L") + (isClosed ? "Z" : "") }.joined()
        return "<path d=\"\(data)\" fill-rule=\"evenodd\" \(style)>" + name(title) + "</path>\n"
    }

    func draw(_ geometry: Geometry, _ style: String, title: String, radius: Double = 4) -> String {
        switch geometry {
        case .point(let coordinate): return circle(coordinate, style, title, radius)
        case .multiPoint(let coordinates): return coordinates.map { circle($0, style, title, radius) }.joined()
        case .lineString(let line): return path(lines: [line], style, title)
        case .multiLineString(let lines): return path(lines: lines, style, title)
        case .polygon(let polygon): return path(rings: polygon.rings, title: title, style)
        case .multiPolygon(let polygons): return path(rings: polygons.flatMap(\.rings), title: title, style)
        case .geometryCollection(let members):
            return members.map { draw($0, style, title: title, radius: radius) }.joined()
        }
    }

    private func path(lines: [[Coordinate]], _ style: String, _ title: String) -> String {
        // A line has no inside: its fill becomes its stroke.
        let stroke = style.replacing("fill=", with: "fill=\"none\" stroke-width=\"2\" stroke=")
            .replacing(" stroke=\"#fff\"", with: "")
        return path(rings: lines, isClosed: false, title: title, stroke)
    }

    private func circle(_ coordinate: Coordinate, _ style: String, _ title: String, _ radius: Double) -> String {
        let (x, y) = position(coordinate)
        return "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"\(radius.fixed(1))\" \(style)>" + name(title) + "</circle>\n"
    }

    private func name(_ title: String) -> String { title.isEmpty ? "" : "<title>\(title.escapedForHTML)</title>" }

    /// A bar of a round number of metres, as long as they are in the middle of the frame.
    var scaleBar: String {
        let shrink = cos(frame.bounds.center.latitude * .pi / 180)
        let perMetre = scale / (2 * WebMercator.halfCircumference * shrink)
        let steps = [1, 2, 5].flatMap { step in (0...6).map { step * Self.power($0) } }.sorted()
        let metres = steps.last { Double($0) * perMetre <= Double(frame.width) / 4 } ?? 1
        let label = metres >= 1000 ? "\(metres / 1000) km" : "\(metres) m"
        return
            "<path d=\"M12 \(frame.height - 12)h\((Double(metres) * perMetre).fixed(1))\" stroke=\"#222\" stroke-width=\"3\"/>"
            + "<text x=\"12\" y=\"\(frame.height - 20)\">\(label)</text>"
    }

    private static func power(_ exponent: Int) -> Int { (0..<exponent).reduce(1) { power, _ in power * 10 } }
}
