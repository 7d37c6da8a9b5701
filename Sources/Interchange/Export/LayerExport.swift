public import TimeBudgets
public import Works

/// Writes a layer piece by piece; memory does not grow with it.
public struct LayerExport: Sendable {
    private let store: any WorksStore
    private let now: Instant

    /// Length of a piece, in octets.
    private static let pieceSize = 1 << 20

    /// - Parameter now: The moment as of which deadlines are judged.
    public init(store: any WorksStore, at now: Instant) {
        self.store = store
        self.now = now
    }

    /// The layer as text to be read batch by batch.
    ///
    /// - Parameter filter: Which works; of a reference layer only its bounds count.
    public func reading(_ layer: ExportLayer, as format: ExportFormat, filter: WorkFilter = .all) -> LayerReading {
        LayerReading(layer, as: format, filter: filter, store: store, at: now)
    }

    /// Hands the layer to `write` in pieces, none of which is read while `write` runs.
    ///
    /// - Parameter filter: Which works; of a reference layer only its bounds count.
    /// - Returns: How many features it has.
    /// - Throws: what the store and `write` throw.
    @discardableResult
    public func write(
        _ layer: ExportLayer, as format: ExportFormat, filter: WorkFilter = .all, budget: TimeBudget = .unlimited,
        to write: ([UInt8]) throws -> Void
    ) throws -> Int {
        var reading = reading(layer, as: format, filter: filter)
        while try reading.next(octets: Self.pieceSize, budget: budget, write) {}
        return reading.count
    }
}
