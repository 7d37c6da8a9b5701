import GRDB
import Geometry
import TimeBudgets
import Works

/// Works that only a box and their kind choose: what maps ask for all day. Their rows come from the ``RowCache`` as far as it has them.
extension WorkReader {
    /// How many rows are looked up at a time.
    private static let chunkSize = 256

    /// Hands out a page of such works; false if it is better read in the table's own order, and nothing has been handed out then.
    func forEachWork(
        in bounds: Bounds, kinds: Set<WorkKind>, after: Int64?, limit: Int, _ cache: RowCache,
        _ body: (WorkRow) throws -> Void
    ) throws -> Bool {
        let last = try database.integer("SELECT max(fid) FROM works") ?? 0
        guard last <= WorkPlaces.capacity else { return false }
        let session = try cache.session(in: database)
        var source = try source(bounds, kinds, after: after, limit: limit, last: last, cache, session)
        var rest = limit
        try withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: WorkColumn.allCases.count) {
            texts in
            texts.initialize(repeating: UnsafeRawBufferPointer(start: nil, count: 0))
            while rest > 0 {
                try budget.check()
                let chunk = source.next(min(rest, Self.chunkSize))
                guard !chunk.isEmpty else { break }
                for (candidate, record) in zip(chunk, try records(of: chunk, cache, session)) {
                    guard let record, candidate.isCertain || record.meets(bounds) else { continue }
                    rest -= 1
                    try body(record.row(texts: texts))
                }
            }
        }
        return true
    }

    /// How many works there are in a box, of some kinds or of all if there are none; nil if that is better asked of the table.
    func count(in bounds: Bounds, kinds: Set<WorkKind>, _ cache: RowCache) throws -> Int? {
        let last = try database.integer("SELECT max(fid) FROM works") ?? 0
        guard last <= WorkPlaces.capacity else { return nil }
        let search = BoxSearch(database: database, table: "works")
        let session = try cache.session(in: database)
        var source = try source(bounds, kinds, after: nil, limit: .max, last: last, cache, session)
        return try search.count(source.rest(), meeting: bounds)
    }

    // MARK: Candidates

    /// Where the candidates of a page come from, in the order of their numbers: one of the two.
    private struct Source {
        var queue: CandidateQueue?
        var scan: PlaceScan?

        mutating func next(_ count: Int) -> [BoxSearch.Candidate] { queue?.next(count) ?? scan?.next(count) ?? [] }

        /// All of them, in no order.
        mutating func rest() -> [BoxSearch.Candidate] { queue?.heap ?? scan?.next(.max) ?? [] }
    }

    /// By the R*Tree where few works meet the box, otherwise by going through all of them, of which the fewer the more meet it.
    private func source(
        _ bounds: Bounds, _ kinds: Set<WorkKind>, after: Int64?, limit: Int, last: Int64, _ cache: RowCache,
        _ session: RowCache.Session
    ) throws -> Source {
        let few = Self.fewCandidates(rows: last, page: limit)
        let found = try BoxSearch(database: database, table: "works").candidates(
            meeting: bounds, after: after, limit: few)
        let bits = kinds.isEmpty ? nil : kinds.reduce(0 as UInt8) { $0 | $1.bit }
        if let found, bits == nil { return Source(queue: CandidateQueue(found)) }
        let places = try cache.places(session, in: database, last: last, withKinds: bits != nil)
        if let found, let bits {
            return Source(queue: CandidateQueue(found.filter { places.kind(of: $0.number) & bits != 0 }))
        }
        return Source(scan: PlaceScan(places, bounds, kinds: bits, after: after))
    }

    /// Up to how many candidates the R*Tree is the quicker way.
    ///
    /// A candidate costs it some 30 ns, and a work 1 ns to look at. Of *c* candidates among *n* works, a page of *k* needs *n·k / c* to be looked at, and never
    /// more than *n*.
    static func fewCandidates(rows: Int64, page: Int) -> Int {
        let all = Double(rows) / 30
        return max(Int(min(all, (all * Double(page)).squareRoot())), 256)
    }

    // MARK: Rows

    /// The rows of some candidates, nil for a number that the table does not have.
    private func records(
        of candidates: [BoxSearch.Candidate], _ cache: RowCache, _ session: RowCache.Session
    ) throws -> [RowRecord?] {
        var records = cache.records(candidates, session)
        let missing = records.indices.filter { records[$0] == nil }
        guard !missing.isEmpty else { return records }
        let layout = RowLayout(columns: .all, geometry: true)
        let rows = BoxSearch.rows(missing.map { candidates[$0].number }, of: "works")
        let statement = try PreparedStatement(database, "SELECT \(layout.selection) FROM \(rows.text)")
        defer { statement.reset() }
        statement.bind(rows.values)
        var fresh: [RowRecord] = []
        try layout.withRows(of: statement) { row in
            var place = missing.startIndex
            while try statement.step() {
                let row = try row()
                while candidates[missing[place]].number != row.number { place += 1 }
                let record = RowRecord(row, geometry: row.geometry.map(\.bytes))
                records[missing[place]] = record
                fresh.append(record)
            }
        }
        cache.insert(fresh, session)
        return records
    }
}
