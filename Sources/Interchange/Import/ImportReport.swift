import Geometry
public import Works

/// What became of the rows of a file.
public struct ImportReport: Hashable, Sendable {
    public var file: String
    public var layer: ImportLayer
    public var source: String
    /// Rows or features in the file.
    public var read = 0
    public var inserted = 0
    public var updated = 0
    public var unchanged = 0
    /// Rows whose geometry was put right; they are among the others too.
    public var repaired = 0
    /// Rows by what was put right in their geometry, and those of which Z or M was left out.
    public var repairs: [String: Int] = [:]
    /// Rows that lie far from the city; they came in all the same.
    public var farRows = FarRows()
    /// Works that are in another district since the districts came.
    public var districtsAssigned = 0
    /// Rows that did not come in.
    public var refused = 0
    /// Works that were closed because the list no longer has them.
    public var closed = 0
    /// Open works of the source before the import, where a list could close them; nil for lists that close nothing.
    public var openBefore: Int?
    /// Share of the source's open works that the list closed by lacking them, 0 to 1; nil if none were open, or nothing could be closed.
    public var shareClosed: Double? {
        openBefore.flatMap { $0 > 0 ? Double(closed) / Double($0) : nil }
    }
    /// Rows that the mapping's `where` leaves out.
    public var skipped = 0
    /// Deadlines that moved.
    public var deadlinesMoved = 0
    /// Deadlines that the source no longer states.
    public var deadlinesWithdrawn = 0
    /// Rows older than what is known of their works; they are among the unchanged too.
    public var outdated = 0
    /// Rows about works that staff have hidden; they are among the others too, and the works stay hidden.
    public var hidden = 0
    /// Services and contractors that neither the city's rules nor its works had; they are kept.
    public var newNames = CityNames()
    /// The moment of the list, if the file has one.
    public var observedAt: Instant?
    /// The first refused rows.
    public var refusals: [RefusedRow] = []
    public var refusalReasons = RefusalReasons()
    /// The file that the refused rows were written to.
    public var refusedFile: String?
    /// The columns beside our properties that are public, under `extra`.
    public var published: [ImportColumn] = []
    /// The columns that only staff see.
    public var withheld: [ImportColumn] = []
    /// What the user should know beside.
    public var notes: [String] = []
    public var isDryRun = false
    public var account = ImportAccount()
    /// The first rows as they would become works, if they were asked for.
    public var shown: [ShownRow] = []

    public init(file: String, layer: ImportLayer, source: String) {
        self.file = file
        self.layer = layer
        self.source = source
    }

    /// The counts as the record of imports keeps them.
    public var counts: ImportCounts {
        var counts = ImportCounts()
        counts.read = read
        counts.inserted = inserted
        counts.updated = updated
        counts.unchanged = unchanged
        counts.repaired = repaired
        counts.refused = refused
        counts.closed = closed
        counts.skipped = skipped
        counts.deadlinesMoved = deadlinesMoved
        return counts
    }

    /// Adds what became of another part of the file that goes to the same layer.
    mutating func add(_ other: ImportReport) {
        read += other.read
        inserted += other.inserted
        updated += other.updated
        unchanged += other.unchanged
        repaired += other.repaired
        repairs.merge(other.repairs, uniquingKeysWith: +)
        farRows.add(other.farRows)
        districtsAssigned += other.districtsAssigned
        refused += other.refused
        closed += other.closed
        openBefore = openBefore ?? other.openBefore
        skipped += other.skipped
        deadlinesMoved += other.deadlinesMoved
        deadlinesWithdrawn += other.deadlinesWithdrawn
        outdated += other.outdated
        hidden += other.hidden
        refusals += other.refusals
        refusalReasons.add(other.refusalReasons)
        notes += other.notes.filter { !notes.contains($0) }
        observedAt = other.observedAt ?? observedAt
        account.add(other.account)
        shown += other.shown
        newNames = newNames.union(other.newNames)
        for column in other.published { published.add(column) }
        for column in other.withheld { withheld.add(column) }
    }
}

/// A column that no property takes over, and what was seen in it.
public struct ImportColumn: Hashable, Sendable {
    /// The column, or the first step of the path to a nested one.
    public var name: String
    /// Rows with a value.
    public var rows = 0
    /// A few different values; only a dry run has them.
    public var samples: [String] = []

    private static let sampleCount = 3
    /// Characters of a value that is shown.
    private static let sampleLength = 60

    init(name: String) { self.name = name }

    /// Counts a row, and keeps its value while there are few.
    mutating func note(_ value: @autoclosure () -> String?) {
        rows += 1
        guard samples.count < Self.sampleCount, let value = value() else { return }
        let short = value.count > Self.sampleLength ? value.prefix(Self.sampleLength - 1) + "…" : value[...]
        if !samples.contains(String(short)) { samples.append(String(short)) }
    }
}

extension [ImportColumn] {
    /// Adds what another part of a file has in a column.
    fileprivate mutating func add(_ column: ImportColumn) {
        if let index = firstIndex(where: { $0.name == column.name }) {
            self[index].rows += column.rows
            for sample in column.samples where !self[index].samples.contains(sample) {
                self[index].note(sample)
                self[index].rows -= 1
            }
        } else {
            append(column)
        }
    }
}

/// A row that did not come in.
public struct RefusedRow: Hashable, Sendable {
    /// The line on which it begins, from 1.
    public var line: Int
    public var reason: String

    public init(line: Int, reason: String) {
        self.line = line
        self.reason = reason
    }
}

/// How far an import has come.
public struct ImportProgress: Hashable, Sendable {
    public var rows: Int
    public var bytesRead: Int
    /// Nil if the length is not known, as that of standard input.
    public var byteCount: Int?

    /// The same with the rows of what came before.
    func after(rows before: Int) -> ImportProgress {
        ImportProgress(rows: rows + before, bytesRead: bytesRead, byteCount: byteCount)
    }
}

/// Why nothing of a file came in.
public enum ImportError: Error, Hashable, Sendable {
    /// The first bad row, when none is tolerated.
    case strict(file: String, RefusedRow)
    /// Longitude and latitude are the wrong way round in (nearly) all rows.
    case swapped(file: String, rows: Int, of: Int, example: String)
    /// A newer list of the source has been imported before.
    case older(file: String, observed: Instant, last: Instant, source: String)
    /// The mapping takes the moment of the list from something that the file does not have.
    case unknownMoment(file: String, String)
    /// The list's time lies ahead of the clock.
    case ahead(file: String, observed: Instant, now: Instant)
    /// No row of a list of all that is open can be read, so that nothing may be concluded from what it lacks.
    case unreadableSnapshot(file: String, source: String, rows: Int, reason: String)
    /// A list would close a larger share of the open works of its source than it may.
    case tooManyClosings(file: String, source: String, closings: Int, open: Int, limit: Double)
    /// A list of nothing, which would close all open works of its source.
    case emptySnapshot(file: String, source: String)
    /// Most rows are not in the encoding that the file was read in.
    case encoding(file: String, line: Int, String)
    /// Works of the source came in by another way while the file was read ahead.
    case sourceAppeared(file: String, source: String)
    /// The refused rows could not be written down.
    case refusedFile(path: String, String)
}

extension ImportError: CustomStringConvertible {
    /// A share as people write it: 0.3 as `30%`.
    private static func percentage(_ share: Double) -> String {
        let percent = (share * 1000).rounded() / 10
        return percent == percent.rounded() ? "\(Int(saturating: percent))%" : "\(percent)%"
    }

    public var description: String {
        switch self {
        case .strict(let file, let row):
            "\(file), line \(row.line): \(row.reason) (nothing was imported, because --strict was asked for)"
        case .swapped(let file, let rows, let all, let example):
            "\(file): longitude and latitude look swapped in \(rows) of \(all) rows, for instance \(example); nothing was imported. "
                + "Swap the columns of `geometry` in the mapping, or the coordinates in the file (GeoJSON has the longitude first)"
        case .older(let file, let observed, let last, let source):
            "\(file): this list of \(source) is of \(observed), but one of \(last) has been imported already; nothing was imported. "
                + "Import the lists of a source in the order of their times"
        case .ahead(let file, let observed, let now):
            "\(file): this list is of \(observed), which lies ahead of the clock (\(now)); nothing was imported. "
                + "Mend the time in the file, or say the right one with --observed-at"
        case .unreadableSnapshot(let file, let source, let rows, let reason):
            "\(file): none of its \(rows) rows says what work it is about (\(reason)), and to take the list at its word would close all "
                + "open works of \(source); nothing was imported"
        case .tooManyClosings(let file, let source, let closings, let open, let limit):
            "\(file): \(closings) of the \(open) open works of \(source) are not on this list and would be closed, more than "
                + "\(Self.percentage(limit)) of them (close_at_most in the mapping); nothing was imported. "
                + "If they are really done, import it with --confirm-closings"
        case .unknownMoment(let file, let what): "\(file): \(what)"
        case .emptySnapshot(let file, let source):
            "\(file): the list has no rows, and to take it at its word would close all open works of \(source); nothing was imported"
        case .encoding(let file, let line, let advice): "\(file), line \(line): \(advice); nothing was imported"
        case .sourceAppeared(let file, let source):
            "\(file): works of \(source) were written by somebody else at the same time; nothing was imported. Import again"
        case .refusedFile(let path, let reason): "\(path): the refused rows cannot be written: \(reason)"
        }
    }
}
