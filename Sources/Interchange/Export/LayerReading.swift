public import TimeBudgets
import Works

/// Reads a layer as text, batch by batch.
///
/// Each batch is a read transaction of its own that has ended when its text is handed out, so a slow recipient holds
/// nothing of the store. Every work that matches throughout is in the text exactly once, in the state of the moment at
/// which its batch was read.
public struct LayerReading: Sendable {
    private enum Progress {
        case beginning
        case inside
        case ended
    }

    private let layer: ExportLayer
    private var works: WorkBatches?
    private var features: FeatureBatches?
    private var encoder: LayerEncoder
    private var progress = Progress.beginning

    /// - Parameter filter: Which works; of a reference layer only its bounds count.
    init(_ layer: ExportLayer, as format: ExportFormat, filter: WorkFilter, store: any WorksStore, at now: Instant) {
        self.layer = layer
        let now = filter.moment(now)
        encoder = LayerEncoder(format: format, now: now)
        switch layer {
        case .works(let kind):
            works = Self.narrowed(filter, to: kind).map { WorkBatches(store: store, filter: $0, at: now) }
        case .reference(let layer):
            features = FeatureBatches(store: store, layer: layer, filter: FeatureFilter(bounds: filter.bounds))
        }
    }

    /// Features that have been read so far.
    public var count: Int { encoder.count }

    /// Reads the next batch and hands its text to `take`, which gets nothing where no row was found.
    ///
    /// - Parameter octets: Length of text after which a batch ends.
    /// - Returns: False if that was the last one.
    /// - Throws: What the store and `take` throw.
    public mutating func next(octets: Int, budget: TimeBudget, _ take: ([UInt8]) throws -> Void) throws -> Bool {
        if case .ended = progress { return false }
        if case .beginning = progress {
            encoder.begin(layer)
            progress = .inside
        }
        let goesOn =
            if works != nil {
                try Self.read(&works!, to: &encoder, octets, budget)
            } else if features != nil {
                try Self.read(&features!, to: &encoder, octets, budget)
            } else { false }
        if !goesOn {
            encoder.end()
            progress = .ended
        }
        if encoder.size > 0 {
            try take(encoder.bytes)
            encoder.removeAll()
        }
        return goesOn
    }

    private static func read(
        _ works: inout WorkBatches, to encoder: inout LayerEncoder, _ octets: Int, _ budget: TimeBudget
    ) throws -> Bool {
        try works.next(budget: budget) { row in
            try encoder.add(row)
            return encoder.size < octets
        }
    }

    private static func read(
        _ features: inout FeatureBatches, to encoder: inout LayerEncoder, _ octets: Int, _ budget: TimeBudget
    ) throws -> Bool {
        try features.next(budget: budget) { feature in
            try encoder.add(feature)
            return encoder.size < octets
        }
    }

    /// The filter for works of one kind; nil if it asks for other kinds only.
    private static func narrowed(_ filter: WorkFilter, to kind: WorkKind?) -> WorkFilter? {
        guard let kind else { return filter }
        guard filter.kinds.isEmpty || filter.kinds.contains(kind) else { return nil }
        var filter = filter
        filter.kinds = [kind]
        return filter
    }
}
