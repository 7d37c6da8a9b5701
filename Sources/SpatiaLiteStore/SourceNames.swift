import GRDB
import Works

/// Which work bears which source's name, while the index that knows it is put off.
///
/// Names are kept as hashes: 16 bytes a work instead of the names themselves.
struct SourceNames {
    private var numbers: [Int: Int64] = [:]
    /// The source asked about last, hashed: an import is of one.
    private var lastSource: (name: String, hasher: Hasher)?

    /// The names of all works that the file has.
    init(in database: Database) throws {
        let statement = try PreparedStatement(
            database, "SELECT source, source_id, fid FROM works WHERE source_id IS NOT NULL AND source IS NOT NULL")
        defer { statement.reset() }
        while try statement.step() {
            guard let source = statement.text(0), let sourceID = statement.text(1) else { continue }
            _ = insert(source, sourceID, statement.integer(2))
        }
    }

    /// The work that probably bears the name: another one may have the same hash.
    mutating func number(source: String, sourceID: String) -> Int64? {
        numbers[hash(source, sourceID)]
    }

    /// Notes a name and returns the work that was the first to have its hash.
    ///
    /// Of two names with one hash the first stays; whoever asks for the other looks it up in the table.
    mutating func insert(_ source: String, _ sourceID: String, _ number: Int64) -> Int64 {
        let hash = hash(source, sourceID)
        return { stored in
            if stored == 0 { stored = number }
            return stored
        }(&numbers[hash, default: 0])
    }

    private mutating func hash(_ source: String, _ sourceID: String) -> Int {
        if source != lastSource?.name {
            var hasher = Hasher()
            hasher.combine(source)
            lastSource = (source, hasher)
        }
        var hasher = lastSource!.hasher
        hasher.combine(sourceID)
        return hasher.finalize()
    }
}
