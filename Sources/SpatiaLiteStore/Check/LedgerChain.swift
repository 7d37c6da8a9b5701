import GRDB
import Geometry
import TimeBudgets
import Works

/// The ledger held against itself and against the works, value by value.
///
/// Each entry about a field begins with the value that the entry before ended with; the last one ends with the value that the work has; the
/// first deadline is the first promise. Districts are left out, which follow from the layer of districts without an entry. A text that was
/// redacted or hidden agrees with every value.
struct LedgerChain {
    /// Value of a field, as far as the entries up to here tell it.
    private enum Told: Equatable {
        case nothing
        case value(String?)

        /// True if it may be followed by this value.
        func allows(_ next: String?) -> Bool {
            switch self {
            case .nothing: true
            case .value(let last): last == next || LedgerChain.isMark(last) || LedgerChain.isMark(next)
            }
        }
    }

    /// Most findings that are told; more of them say nothing new.
    private static let mostFindings = 20
    private static let rowsPerCheck = 4096

    private let budget: TimeBudget
    private let works: PreparedStatement
    private let entries: PreparedStatement
    private var findings: [StoreFinding] = []
    private var told: [LedgerField: Told] = [:]
    private var firstPromise = Told.nothing

    private static func isMark(_ text: String?) -> Bool { text.map(LedgerMark.all.contains) ?? false }

    /// Findings of a database; the first twenty.
    static func contradictions(in database: Database, budget: TimeBudget) throws -> [StoreFinding] {
        var chain = try LedgerChain(database, budget)
        defer {
            chain.works.reset()
            chain.entries.reset()
        }
        try chain.run()
        return chain.findings
    }

    private init(_ database: Database, _ budget: TimeBudget) throws {
        self.budget = budget
        let columns = Self.columns.map(\.name).joined(separator: ", ")
        works = try PreparedStatement(
            database, "SELECT fid, id, original_due_at, geom, \(columns) FROM works ORDER BY fid")
        entries = try PreparedStatement(
            database,
            """
            SELECT work, field, old_value, new_value, at, revision, fid, reason, actor
            FROM ledger JOIN recordings ON recordings.id = recording ORDER BY fid
            """)
    }

    /// Columns of works that hold what a field of the ledger ended with, as the same text.
    private static let columns: [(field: LedgerField, name: String)] = [
        (.status, "status"), (.dueAt, "due_at"), (.startsAt, "starts_at"), (.category, "category"),
        (.severity, "severity"), (.kind, "kind"), (.completedAt, "completed_at"), (.trafficImpact, "traffic_impact"),
        (.organisation, "organisation"), (.contractor, "contractor"), (.onSiteAt, "on_site_at"),
    ]

    private mutating func run() throws {
        var hasEntry = try entries.step()
        var hasWork = try works.step()
        var rows = 0
        while (hasEntry || hasWork) && findings.count < Self.mostFindings {
            rows += 1
            if rows % Self.rowsPerCheck == 0 { try budget.check() }
            let number = min(hasEntry ? entries.integer(0) : .max, hasWork ? works.integer(0) : .max)
            told = [:]
            firstPromise = .nothing
            var revision: Int64 = 0
            while hasEntry, entries.integer(0) == number {
                try follow(&revision)
                hasEntry = try entries.step()
            }
            guard hasWork, works.integer(0) == number else { continue }
            try compare()
            hasWork = try works.step()
        }
    }

    private mutating func find(_ problem: String) {
        findings.append(StoreFinding(subject: "ledger", problem: problem))
    }

    /// Takes the entry at hand into the chain.
    private mutating func follow(_ revision: inout Int64) throws {
        let number = entries.integer(6)
        guard let name = entries.text(1), let field = LedgerField(rawValue: name) else {
            return find("entry \(number) is about “\(entries.text(1) ?? "")”, which is no field")
        }
        if entries.text(4).flatMap({ Instant($0) }) == nil {
            find("entry \(number) has no time that can be read: “\(entries.text(4) ?? "")”")
        }
        if entries.integer(5) < revision { find("entry \(number) is of an earlier revision than the one before it") }
        revision = entries.integer(5)
        let (from, to) = (entries.text(2), entries.text(3))
        let subject = field == .registered ? .status : field
        switch field {
        case .district, .hidden, .redacted: return
        default: break
        }
        if !(told[subject] ?? .nothing).allows(from) {
            find("entry \(number) changes \(name) from \(Self.shown(from)), but it was \(shown(told[subject]))")
        }
        if field == .dueAt {
            if firstPromise == .nothing || firstPromise == .value(nil) {
                firstPromise = .value(to)
            } else if to == nil, takesImportBack {
                firstPromise = .value(nil)
            }
        }
        told[subject] = .value(to)
        // A step to another status has its own end.
        if subject == .status { told[.completedAt] = .nothing }
    }

    /// True if the entry at hand is of an import that was taken back, with the first promise that it brought.
    private var takesImportBack: Bool {
        entries.text(8) == Actor.Kind.source.rawValue
            && entries.text(7)?.hasPrefix(Reconciliation.takenBackPrefix) ?? false
    }

    /// Compares the work at hand with what its entries ended with.
    private mutating func compare() throws {
        let id = works.text(1) ?? "?"
        if told[.dueAt] == nil { (told[.dueAt], firstPromise) = (.value(nil), .value(nil)) }
        for (offset, column) in Self.columns.enumerated() {
            guard let last = told[column.field], last != .nothing else { continue }
            let value = works.text(Int32(offset) + 4)
            guard !last.allows(value) else { continue }
            find("work \(id) has \(column.name) \(Self.shown(value)), but its last entry says \(shown(last))")
        }
        let promised = works.text(2)
        if !firstPromise.allows(promised) {
            find(
                "work \(id) has original_due_at \(Self.shown(promised)), but its first deadline was \(shown(firstPromise))"
            )
        }
        if case .value(let place)? = told[.geometry], !Self.isMark(place), !isAt(place) {
            find("work \(id) is at another place than its last entry says")
        }
    }

    /// True if the work at hand is at the place that an entry has as GeoJSON.
    private func isAt(_ text: String?) -> Bool {
        let blob = works.blob(3)
        guard let text, blob.baseAddress != nil else { return text == nil && blob.baseAddress == nil }
        // One that cannot be read is told of where it is read.
        guard let place = try? SpatiaLiteBlob.decode(blob) else { return true }
        return place.geoJSON == text
    }

    private func shown(_ told: Told?) -> String {
        guard case .value(let value)? = told else { return "untold" }
        return Self.shown(value)
    }

    private static func shown(_ value: String?) -> String { value.map { "“\($0.prefix(60))”" } ?? "none" }
}
