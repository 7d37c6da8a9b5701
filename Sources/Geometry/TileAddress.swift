/// The address of a tile in the WebMercatorQuad pyramid (XYZ): once a value exists, it has been checked.
public struct TileAddress: Hashable, Sendable {
    /// Zoom, 0…22.
    public let z: Int
    /// Column from the west, 0…2^z − 1.
    public let x: Int
    /// Row from the north, 0…2^z − 1.
    public let y: Int

    /// The deepest zoom of the pyramid.
    public static let maximumZoom = 22

    /// Returns nil if the address is outside the pyramid.
    public init?(z: Int, x: Int, y: Int) {
        guard (0...Self.maximumZoom).contains(z) else { return nil }
        let side = 1 << z
        guard (0..<side).contains(x), (0..<side).contains(y) else { return nil }
        self.z = z
        self.x = x
        self.y = y
    }

    /// The tile that holds a coordinate at a zoom of 0…22; positions beyond the square count as on its edge.
    public init(containing coordinate: Coordinate, zoom: Int) {
        precondition((0...Self.maximumZoom).contains(zoom), "zoom \(zoom) is outside 0…\(Self.maximumZoom)")
        let point = WorldPoint(coordinate)
        z = zoom
        x = Int((UInt64(point.x) << UInt64(zoom)) >> 32)
        y = Int((UInt64(point.y) << UInt64(zoom)) >> 32)
    }

    /// The rectangle that the tile covers, in degrees.
    public var bounds: Bounds {
        let side = Double(1 << z)
        return Bounds(
            west: WebMercator.longitude(x: Double(x) / side), south: WebMercator.latitude(y: Double(y + 1) / side),
            east: WebMercator.longitude(x: Double(x + 1) / side), north: WebMercator.latitude(y: Double(y) / side))
    }
}

extension TileAddress: CustomStringConvertible {
    /// `z/x/y`, the order of tile paths.
    public var description: String { "\(z)/\(x)/\(y)" }
}

extension TileAddress: LosslessStringConvertible {
    /// Reads `z/x/y` in decimal digits; nil for anything else and for addresses outside the pyramid.
    public init?(_ description: String) {
        let parts = description.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let z = Int(parts[0]), let x = Int(parts[1]), let y = Int(parts[2])
        else { return nil }
        self.init(z: z, x: x, y: y)
    }
}
