public import Works

/// What is in an atlas, and how it is doing.
public struct AtlasStatus: Sendable {
    /// The state of the store that the snapshot shows.
    public var revision: StoreRevision
    /// Works in the snapshot; those without a geometry are not on any map and not counted.
    public var works: Int
    /// Features of the reference layers.
    public var features: Int
    /// Vertices of lines and areas, and points.
    public var vertices: Int
    /// Memory of the snapshot, in bytes.
    public var bytes: Int
    /// Time since the snapshot was last compared with the store.
    public var age: Duration
    /// Works in the part of the snapshot that is not merged into the whole yet.
    public var pending: Int
    /// Rows that could not be taken in, with the reason.
    public var refusals: [String]
    /// What is wrong with style sheets that were changed on disk; the last good ones are in use.
    public var styleProblems: [StyleProblem]
    public var cache: TileCacheStatus
}

/// What a tile cache has done so far.
public struct TileCacheStatus: Hashable, Sendable {
    public var hits = 0
    public var misses = 0
    /// Entries that ended because a work in them was changed.
    public var changed = 0
    /// Entries that ended because a work in them came near its deadline or passed it.
    public var expired = 0
    /// Entries that ended to make room.
    public var evicted = 0
    public var entries = 0
    /// Memory in use, keys included.
    public var bytes = 0
}

/// How much a tile cache may hold.
public struct TileCacheLimits: Hashable, Sendable {
    /// Memory for tiles and keys, in bytes; 0 switches the cache off.
    public var bytes: Int

    public init(bytes: Int = 128 << 20) {
        self.bytes = bytes
    }
}

/// What is wrong with a style sheet, and where.
public struct StyleProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public var file: String
    /// The line in the file, from 1.
    public var line: Int
    /// The path to the value, such as `layers[3].line.width`.
    public var key: String
    public var reason: String

    public var description: String {
        key.isEmpty ? "\(file):\(line): \(reason)" : "\(file):\(line): \(key): \(reason)"
    }
}

/// Why there is no tile.
public enum AtlasError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownTileset(String, known: [String])
    /// A picture of these sides is not made.
    case pictureSize(width: Int, height: Int)
    /// There is nothing between these edges that could be drawn.
    case pictureBounds(String)
    /// The folder of style sheets cannot be read.
    case styles(path: String, reason: String)
    /// The picture could not be written as PNG.
    case encoding(String)

    public var description: String {
        switch self {
        case .unknownTileset(let name, let known):
            "there is no tileset `\(name)`; there are \(known.joined(separator: ", "))"
        case .pictureSize(let width, let height):
            "a picture of \(width) × \(height) pixels cannot be made; each side must be 1…\(Picture.maximumSide)"
        case .pictureBounds(let bounds): "the bounds \(bounds) hold nothing that could be drawn"
        case .styles(let path, let reason): "\(path): \(reason)"
        case .encoding(let reason): "the picture could not be written: \(reason)"
        }
    }
}
