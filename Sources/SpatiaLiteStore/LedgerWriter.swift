import CSpatiaLite
import GRDB
import Works

/// Adds entries to the ledger.
///
/// Entries are written some dozens at a time: the engine appends the rows of one statement at a third less than those of many. A class,
/// because the entries of many works wait in it together.
final class LedgerWriter {
    private static let rowsPerStatement = 24
    private static let columns = "fid, work, revision, at, field, old_value, new_value, reason, recording"
    private static let columnCount = 9

    private let database: Database
    private let seals: Seals
    private let rows = ParameterRows()
    private let insertMany: PreparedStatement
    private let insertOne: PreparedStatement
    private var recordings: [Recording: Int64] = [:]
    private var lastRecording: (recording: Recording, number: Int64)?

    private struct Recording: Hashable {
        var at: Instant
        var actor: Actor
    }

    init(_ database: Database, _ seals: Seals) throws {
        self.database = database
        self.seals = seals
        let row = "(" + Array(repeating: "?", count: Self.columnCount).joined(separator: ", ") + ")"
        let insert = "INSERT INTO ledger (\(Self.columns)) VALUES "
        insertOne = try PreparedStatement(database, insert + row)
        insertMany = try PreparedStatement(
            database, insert + Array(repeating: row, count: Self.rowsPerStatement).joined(separator: ", "))
    }

    /// Adds entries after those that a known work has.
    func append(_ entries: [LedgerEntry], to work: Int64) throws {
        guard !entries.isEmpty else { return }
        try flush()
        let first = work * Schema.ledgerEntriesPerWork
        let last = try database.integer(
            "SELECT max(fid) FROM ledger WHERE fid BETWEEN ? AND ?",
            [.integer(first), .integer(first + Schema.ledgerEntriesPerWork - 1)])
        try append(entries, to: work, from: (last ?? first) - first + 1)
    }

    /// Adds entries that are the work's `first` and following ones.
    func append(_ entries: [LedgerEntry], to work: Int64, from first: Int64) throws {
        guard first + Int64(entries.count) <= Schema.ledgerEntriesPerWork else {
            throw StoreError.corrupt(
                "work \(work) has \(Schema.ledgerEntriesPerWork) ledger entries, which is the most there can be")
        }
        // By index, because a copy of an entry counts the references of its seven texts up and down.
        for index in entries.indices {
            rows.integer(work * Schema.ledgerEntriesPerWork + first + Int64(index))
            rows.integer(work)
            rows.integer(Int64(entries[index].revision))
            rows.instant(entries[index].at)
            rows.text(entries[index].field)
            rows.text(entries[index].from)
            rows.text(entries[index].to)
            rows.text(entries[index].reason)
            rows.integer(try number(of: entries[index]))
            guard rows.count == Self.rowsPerStatement * Self.columnCount else { continue }
            rows.bind(to: insertMany)
            try insertMany.run()
            rows.clear()
        }
    }

    /// Writes the entries that still wait.
    func flush() throws {
        for first in stride(from: 0, to: rows.count, by: Self.columnCount) {
            rows.bind(to: insertOne, from: first, count: Self.columnCount)
            try insertOne.run()
        }
        rows.clear()
    }

    /// Forgets the entries that still wait and which recordings are written: a part of the transaction was taken back.
    func forget() {
        rows.clear()
        recordings = [:]
        lastRecording = nil
    }

    // MARK: Recordings

    private func number(of entry: LedgerEntry) throws -> Int64 {
        if let lastRecording, lastRecording.recording.at == entry.recordedAt,
            lastRecording.recording.actor == entry.actor
        {
            return lastRecording.number
        }
        let recording = Recording(at: entry.recordedAt, actor: entry.actor)
        let number = try recordings[recording] ?? write(recording)
        recordings[recording] = number
        lastRecording = (recording, number)
        return number
    }

    private func write(_ recording: Recording) throws -> Int64 {
        let id = (try database.integer("SELECT max(id) FROM recordings") ?? 0) + 1
        let insert = try PreparedStatement(
            database,
            "INSERT INTO recordings (recorded_at, actor, actor_name, organisation, id) VALUES (?, ?, ?, ?, ?)")
        insert.bind(1, recording.at.description)
        insert.bind(2, recording.actor.kind.rawValue)
        switch recording.actor.kind {
        case .source, .rule: insert.bind(3, recording.actor.name)
        // People's names are not public.
        case .person, .resident: insert.bind(3, try seals.seal(recording.actor.name, .actorName, row: "\(id)"))
        }
        insert.bind(4, recording.actor.organisation)
        insert.bind(5, id)
        try insert.run()
        return id
    }
}
