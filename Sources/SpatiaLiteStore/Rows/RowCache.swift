import CSpatiaLite
import GRDB
import Geometry
import Synchronization
import Works

/// Rows of `works` that were read lately, up to a bound of memory, and where all works lie.
///
/// Finding a row that lies somewhere in the file and taking its thirty columns apart is most of what a page of features costs; the people
/// who look at one part of a city ask for the same rows again and again.
///
/// It holds one state of the file, and only readers of that very state use it: whoever reads a newer one first has it forget what changed
/// since, by the numbers that changes bear; whoever still reads an older one goes to the file. A program that writes to the file without
/// counting its changes makes it forget everything.
///
/// A class, because all connections share it.
final class RowCache: Sendable {
    /// The state of the file that a reader sees.
    struct Session {
        fileprivate let version: StoreState
        fileprivate let generation: Int
    }

    /// What a connection sees of the file: whether it is as it was, how many changes of works it counts, and how often this process had
    /// written to it.
    private struct Sight {
        let fileVersion: Int64
        let changes: StoreState
        let writes: Int
    }

    /// What a changed work is now.
    private struct Change {
        let number: Int64
        let kind: UInt8
        let box: SIMD4<Float>
    }

    private struct State {
        /// The state that is held; nil before the first reader.
        var version: StoreState?
        /// How often all was forgotten.
        var generation = 0
        /// What was asked for lately, and what was before that: half of the memory each. What is asked for again moves up; the older half
        /// goes when the younger is full.
        var younger: [Int64: RowRecord] = [:]
        var older: [Int64: RowRecord] = [:]
        /// How much the younger half takes, in octets.
        var size = 0
        /// Nil until somebody needs it.
        var places: WorkPlaces?
        /// How often this process wrote to the file.
        var writes = 0
        /// What each connection saw when it last asked.
        var seen: [ObjectIdentifier: Sight] = [:]

        mutating func forgetAll() {
            generation += 1
            younger = [:]
            older = [:]
            size = 0
            places = nil
        }

        mutating func follow(_ change: Change) {
            if let record = younger.removeValue(forKey: change.number) { size -= record.size }
            older[change.number] = nil
            places?.setBox(change.box, of: change.number)
            places?.setKind(change.kind, of: change.number)
        }

        mutating func insert(_ record: RowRecord, limit: Int) {
            guard record.size <= limit / 16 else { return }
            if let former = younger.updateValue(record, forKey: record.number) { size -= former.size }
            size += record.size
            guard size > limit / 2 else { return }
            older = younger
            younger = [:]
            size = 0
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Above so many changed works it is cheaper to begin anew.
    private static let changesToFollow = 2000

    /// - Parameter limit: How much memory rows may take, in octets.
    init(limit: Int) {
        self.limit = limit
    }

    // MARK: States of the file

    /// Brings the cache to the state that a connection reads in its transaction.
    func session(in database: Database) throws -> Session {
        let changes = try IdentityTables.stateOfWorks(in: database)
        let fileVersion = try database.integer("PRAGMA data_version") ?? 0
        let connection = ObjectIdentifier(database)
        let known = state.withLock { state in
            let sight = Sight(fileVersion: fileVersion, changes: changes, writes: state.writes)
            // A connection that asks for the first time cannot tell whether the file is still what was read of it.
            guard let before = state.seen.updateValue(sight, forKey: connection) else {
                state.forgetAll()
                return state.version
            }
            let isForeign =
                before.fileVersion != fileVersion && before.changes == changes && before.writes == state.writes
            if isForeign { state.forgetAll() }
            return state.version
        }
        if known != changes {
            let changed = try known.flatMap { try self.changes(since: $0, until: changes, database) }
            state.withLock { state in
                // Another reader may have been here in between: what changed since an earlier state holds all that changed since a later one.
                if let changed, let version = state.version, let known, version == known || version == changes {
                    for change in changed { state.follow(change) }
                } else if state.version != changes {
                    state.forgetAll()
                }
                state.version = changes
            }
        }
        return state.withLock { Session(version: changes, generation: $0.generation) }
    }

    /// Takes note that this process has written to the file, whatever it wrote: works are known by their changes.
    func noteWrite() { state.withLock { $0.writes += 1 } }

    /// Nil if they are too many, or if the present state does not follow from the earlier one: a backup was restored.
    private func changes(since earlier: StoreState, until: StoreState, _ database: Database) throws -> [Change]? {
        let since = earlier.count
        guard since <= until.count, try IdentityTables.continues(earlier, in: database) else { return nil }
        let statement = try PreparedStatement(
            database,
            "SELECT fid, kind, geom FROM works INDEXED BY works_change WHERE change_number > ? LIMIT ?")
        defer { statement.reset() }
        statement.bind([.integer(since), .integer(Int64(Self.changesToFollow) + 1)])
        var changes: [Change] = []
        while try statement.step() {
            let box = SpatiaLiteBlob.bounds(of: statement.blob(2)).map { RTreeBox($0).lanes }
            changes.append(
                Change(number: statement.integer(0), kind: Self.kind(statement, 1), box: box ?? WorkPlaces.anywhere))
        }
        for number in try HiddenWorks(database: database).numbers(since: since, limit: Self.changesToFollow + 1) {
            changes.append(Change(number: number, kind: 0, box: WorkPlaces.nowhere))
        }
        return changes.count <= Self.changesToFollow ? changes : nil
    }

    private static func kind(_ statement: PreparedStatement, _ column: Int32) -> UInt8 {
        statement.text(column).flatMap(WorkKind.init(rawValue:))?.bit ?? 0
    }

    private func withState<Result>(of session: Session, _ body: (inout sending State) -> sending Result) -> Result? {
        state.withLock { state in
            guard state.version == session.version, state.generation == session.generation else { return nil }
            return body(&state)
        }
    }

    // MARK: Rows

    /// The rows of these numbers, nil where they are not here.
    func records(_ candidates: [BoxSearch.Candidate], _ session: Session) -> [RowRecord?] {
        let limit = limit
        return withState(of: session) { state in
            candidates.map { candidate in
                let number = candidate.number
                if let record = state.younger[number] { return record }
                guard let record = state.older.removeValue(forKey: number) else { return nil }
                state.insert(record, limit: limit)
                return record
            }
        } ?? Array(repeating: nil, count: candidates.count)
    }

    func insert(_ records: [RowRecord], _ session: Session) {
        let limit = limit
        _ = withState(of: session) { state in
            for record in records { state.insert(record, limit: limit) }
        }
    }

    // MARK: Places

    /// Where all works lie, and of which kind they are if that is asked for.
    func places(_ session: Session, in database: Database, last: Int64, withKinds: Bool) throws -> WorkPlaces {
        let known = withState(of: session) { $0.places } ?? nil
        if let known, !(withKinds && known.kinds.isEmpty) { return known }
        var places = try known ?? self.places(in: database, last: last)
        if withKinds {
            places.beginKinds()
            let statement = try PreparedStatement(database, "SELECT fid, kind FROM works")
            defer { statement.reset() }
            while try statement.step() { places.setKind(Self.kind(statement, 1), of: statement.integer(0)) }
        }
        let complete = places
        _ = withState(of: session) { $0.places = complete }
        return places
    }

    private func places(in database: Database, last: Int64) throws -> WorkPlaces {
        let search = BoxSearch(database: database, table: "works")
        var places = WorkPlaces(last: last)
        try search.forEachCell(meeting: nil) { number, box in
            places.setBox(box.lanes, of: number)
            return true
        }
        try search.forEachWithoutGeometry(after: -1) { places.setBox(WorkPlaces.anywhere, of: $0) }
        return places
    }
}
