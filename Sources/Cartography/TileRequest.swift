public import Geometry
public import Works

/// Which of its two colourings a style is drawn in.
public enum Theme: String, Sendable, CaseIterable {
    case light
    case dark
}

/// What a tile is written as.
public enum TileFormat: String, Sendable, CaseIterable {
    /// A picture.
    case png
    /// A Mapbox Vector Tile, version 2.1, not compressed.
    case mvt
}

/// How many pixels of the picture make one pixel of the style.
public enum TileScale: Int, Sendable, CaseIterable {
    /// 256 × 256 pixels a tile.
    case single = 1
    /// 512 × 512 pixels a tile, for dense screens: `@2x`.
    case double = 2
}

/// Which tile somebody asks for. Two requests that are equal have the same answer at the same moment.
public struct TileRequest: Hashable, Sendable {
    /// The name of a tileset: `works`, `road_repairs`, `outages`, `hazards`, `basemap`.
    public var tileset: String
    public var address: TileAddress
    /// Has no meaning for vector tiles.
    public var scale: TileScale
    public var format: TileFormat
    /// Which works are shown; it has no meaning for the basemap.
    public var filter: WorkFilter
    /// Has no meaning for vector tiles.
    public var theme: Theme
    /// Edition of the map of a moment; 0 for the map of the present.
    var edition = 0

    public init(
        tileset: String, address: TileAddress, scale: TileScale = .single, format: TileFormat = .png,
        filter: WorkFilter = .all, theme: Theme = .light
    ) {
        self.tileset = tileset
        self.address = address
        self.scale = scale
        self.format = format
        self.filter = filter
        self.theme = theme
    }

    /// The request with everything taken out that has no meaning for its format, so that equal tiles have equal keys.
    var canonical: TileRequest {
        guard format == .mvt else { return self }
        var request = self
        request.scale = .single
        request.theme = .light
        return request
    }
}

/// A picture of any part of the world, of any size.
public struct PictureRequest: Hashable, Sendable {
    /// The tilesets to draw on top of each other, the lowest first.
    public var tilesets: [String]
    /// What the picture shows at least; the side that has room to spare shows more. May cross the antimeridian.
    public var bounds: Bounds
    /// Pixels, 1…8192.
    public var width: Int
    /// Pixels, 1…8192.
    public var height: Int
    public var scale: TileScale
    public var filter: WorkFilter
    public var theme: Theme
    /// Whether the lower right corner says whom the data asks to name.
    public var hasCredits: Bool

    public init(
        tilesets: [String], bounds: Bounds, width: Int, height: Int, scale: TileScale = .single,
        filter: WorkFilter = .all, theme: Theme = .light, hasCredits: Bool = false
    ) {
        self.tilesets = tilesets
        self.bounds = bounds
        self.width = width
        self.height = height
        self.scale = scale
        self.filter = filter
        self.theme = theme
        self.hasCredits = hasCredits
    }
}

/// A tile as it goes out.
public struct EncodedTile: Hashable, Sendable {
    public var bytes: [UInt8]
    /// Whether nothing is drawn in it.
    public var isEmpty: Bool
    /// The first moment at which the tile changes by the clock alone, because a work in it comes near its deadline or passes it.
    public var expiresAt: Instant?
    /// A digest of the bytes: what an entity tag is made of. It is the same in every process.
    public var digest: UInt64

    public init(bytes: [UInt8], isEmpty: Bool, expiresAt: Instant?) {
        self.bytes = bytes
        self.isEmpty = isEmpty
        self.expiresAt = expiresAt
        digest = Digest.of(bytes)
    }
}
