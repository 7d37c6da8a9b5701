import Cartography
import Geometry
import HTTPEdge
import TimeBudgets
import Works

/// What the server needs of an atlas.
protocol TileAtlas: Sendable {
    /// The tile as it is at a moment.
    ///
    /// - Throws: ``AtlasError``, `TimeBudgetError`.
    func tile(_ request: TileRequest, at: Instant, budget: TimeBudget) throws -> EncodedTile

    /// The tile if it was made before and still holds: found without drawing, so an event loop may ask.
    func cachedTile(_ request: TileRequest, at now: Instant) -> EncodedTile?

    /// The symbol of a sample work as the map draws it.
    ///
    /// - Throws: ``AtlasError``.
    func legendSymbol(kind: WorkKind, state: DeadlineState, size: Int, scale: TileScale, theme: Theme) throws -> [UInt8]

    /// The tilesets there are, with what the snapshot knows of their extents.
    var tilesets: [Tileset] { get }

    var status: AtlasStatus { get }

    /// Takes in what has changed in the store, and tells whether anything has.
    @discardableResult
    func refresh() throws -> Bool
}

extension Atlas: TileAtlas {}
