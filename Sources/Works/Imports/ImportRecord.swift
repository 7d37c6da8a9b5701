/// One line of the record of imports: what came from a source, or what staff did about it.
///
/// Lines are only ever added. An import that was taken back stays, with a further line that says so.
public struct ImportRecord: Hashable, Sendable {
    public enum Action: String, Sendable, CaseIterable {
        /// A file came in.
        case imported = "import"
        /// The times of the source's lists were forgotten.
        case reset
        /// The last import was taken back.
        case undone = "undo"
    }

    /// Grows from 1 over all sources.
    public var id: Int64
    public var action: Action
    public var source: String
    /// Layer that the rows went to; nil for actions that are no import.
    public var layer: String?
    /// Name of the file, without its folders; nil for what is no import.
    public var file: String?
    /// The list's own time; nil if it has none.
    public var observedAt: Instant?
    /// When it was written down here.
    public var recordedAt: Instant
    public var counts: ImportCounts
    /// True for a list of all that is open from which absence was concluded.
    public var isWhole: Bool
    /// Why, in words that everyone may read; nil for an import.
    public var reason: String?
    /// The import that was taken back.
    public var undoes: Int64?
    /// Row ids of the works that it created: after the first number, up to the second.
    public var created: (after: Int64, upTo: Int64) { (createdAfter, createdUpTo) }
    var createdAfter: Int64 = 0
    var createdUpTo: Int64 = 0

    public init(
        id: Int64, action: Action, source: String, layer: String? = nil, file: String? = nil,
        observedAt: Instant? = nil, recordedAt: Instant, counts: ImportCounts = ImportCounts(), isWhole: Bool = false,
        reason: String? = nil, undoes: Int64? = nil, created: (after: Int64, upTo: Int64) = (0, 0)
    ) {
        self.id = id
        self.action = action
        self.source = source
        self.layer = layer
        self.file = file
        self.observedAt = observedAt
        self.recordedAt = recordedAt
        self.counts = counts
        self.isWhole = isWhole
        self.reason = reason
        self.undoes = undoes
        createdAfter = created.after
        createdUpTo = created.upTo
    }
}

/// Counts of a file's rows by what became of them.
public struct ImportCounts: Hashable, Sendable {
    public var read = 0
    public var inserted = 0
    public var updated = 0
    public var unchanged = 0
    public var repaired = 0
    public var refused = 0
    /// Works closed because the list no longer has them.
    public var closed = 0
    public var skipped = 0
    public var deadlinesMoved = 0

    public init() {}

    /// The counts under the names that the interface gives them.
    public static let names: [(name: String, path: any WritableKeyPath<ImportCounts, Int> & Sendable)] = [
        ("read", \.read), ("inserted", \.inserted), ("updated", \.updated), ("unchanged", \.unchanged),
        ("repaired", \.repaired), ("refused", \.refused), ("closed", \.closed), ("skipped", \.skipped),
        ("deadlines_moved", \.deadlinesMoved),
    ]
}
