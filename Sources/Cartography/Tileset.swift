public import Geometry

/// A map that can be had in tiles: what TileJSON says about it.
public struct Tileset: Hashable, Sendable {
    /// The name in addresses, such as `road_repairs`.
    public var name: String
    /// The name for people, by language: `ru` and `en`.
    public var title: [String: String]
    /// What there is to see; nil if there is nothing.
    public var bounds: Bounds?
    /// The first zoom with anything on it.
    public var minimumZoom: Int
    /// The last zoom that has tiles.
    public var maximumZoom: Int
    /// Whom the licences of the sources ask to name, as text.
    public var attribution: String?
    /// The layers of its vector tiles.
    public var vectorLayers: [VectorLayer]
}

/// A layer of a vector tile.
public struct VectorLayer: Hashable, Sendable {
    public var name: String
    public var minimumZoom: Int
    public var maximumZoom: Int
    /// The attributes of its features and what they are, in words.
    public var fields: [Field]

    /// An attribute of the features of a layer.
    public struct Field: Hashable, Sendable {
        public var name: String
        /// As in TileJSON 3.0 section 3.3: `String`, `Number` or `Boolean`, or a description.
        public var type: String

        public init(name: String, type: String) {
            self.name = name
            self.type = type
        }
    }
}
