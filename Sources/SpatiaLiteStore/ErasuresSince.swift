import GRDB
import Glibc
import Sealing
import TimeBudgets
public import Works

/// Outcome of a restore.
public struct Restoration: Sendable {
    /// Path of the damaged file that was set aside; nil if none was.
    public var setAside: String?
    /// Numbers of things that were taken away again, by kind.
    public var takenAway: [Erasure.Kind: Int] = [:]
    /// Tokens that were made after the backup, and are gone; nil if the database that was replaced could not be read.
    public var lostTokens: [AccessToken]?
    /// Path of the file that says what was erased.
    public var journal: String
    /// Lines of it that could not be read.
    public var brokenLines: [Int]
    /// True if its last line was cut: that erasure was never finished.
    public var isJournalCut: Bool
    /// True if it is known what was erased since the backup.
    public var isComplete: Bool
    /// True if the backup was exactly what was written once.
    public var isSealed = false
    /// Moment of the restored state, where a journal led to it.
    public var state: Instant?
    /// True if the journal ends before the wanted moment.
    public var endsEarlier = false
    /// Files of the city's folder that came back.
    public var cityFiles = CityFilesReturn()

    init(_ since: ErasuresSince) {
        lostTokens = since.lostTokens
        journal = since.journal
        brokenLines = since.brokenLines
        isJournalCut = since.isJournalCut
        isComplete = since.isComplete
    }
}

/// Reason why a backup is not restored.
public enum RestoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Neither the database nor the journal says what was erased since the backup.
    case erasuresUnknown(database: String, journal: String, reason: String)
    /// The journal was written by a newer version of the program.
    case unknownKind(String, journal: String)

    public var description: String {
        switch self {
        case .erasuresUnknown(let database, let journal, let reason):
            """
            nothing is restored: contacts that were erased and tokens that were revoked since the backup would come back
            the database \(database) does not say which those are, and \(reason)
            bring \(journal) back from where the city's folder is kept and try again, or restore with --without-erasures; \
            then revoke tokens (`worksmap token revoke`) and erase people (`worksmap person erase`) anew
            """
        case .unknownKind(let kind, let journal):
            "\(journal) has lines of a kind (\(kind)) that this program does not know: it was written by a newer version; update the program"
        }
    }
}

/// Erasures and revocations since a backup was made, by the database that it replaces and by the journal.
struct ErasuresSince {
    private(set) var erasures: [Erasure] = []
    private(set) var lostTokens: [AccessToken]?
    /// Lines of the journal that were read.
    private(set) var noted = 0
    private(set) var brokenLines: [Int] = []
    private(set) var isJournalCut = false
    let journal: String
    /// Reason why the journal says nothing; nil if it does.
    private let journalProblem: String?
    /// True if the database that is replaced came of the backup and could be read.
    private var isCurrentRead = false

    /// - Parameters:
    ///   - copy: The backup's copy, of the present version.
    ///   - path: Where the database is that is replaced, if there is one.
    init(
        _ copy: SpatiaLiteStore, replacing path: String, _ journal: ErasureJournal, _ options: StoreOptions
    ) throws {
        self.journal = journal.path
        isPublic = copy.isPublicCopy
        hasKey = copy.keys.refreshed() != nil
        switch journal.state() {
        case .noFolder: journalProblem = "there is no \(journal.path)"
        case .unreadable(let reason): journalProblem = "\(journal.path) cannot be read: \(reason)"
        case .read(let reading):
            erasures = reading.erasures
            noted = reading.erasures.count
            (brokenLines, isJournalCut) = (reading.broken, reading.isCut)
            journalProblem =
                reading.broken.isEmpty
                ? nil : "\(journal.path) is damaged in line \(reading.broken.map(String.init).joined(separator: ", "))"
        }
        guard access(path, F_OK) == 0, !FileInspection.isDamaged(path) else { return }
        do {
            let current = try SpatiaLiteStore.open(at: path, options: options)
            defer { try? current.close() }
            guard !current.isPublicCopy, !copy.isPublicCopy else { return }
            try compare(copy, with: current)
        } catch let error as StoreError {
            guard case .corrupt = error else { throw error }
        }
    }

    /// True if nothing can have been overlooked.
    var isComplete: Bool { isPublic || isCurrentRead || journalProblem == nil }
    /// True for a public copy, in which nothing is that could come back.
    private let isPublic: Bool
    private let hasKey: Bool

    /// Makes sure that nothing erased comes back. Without the key nobody can read it, and no token has power.
    ///
    /// - Throws: ``RestoreError``.
    func checkKnown(_ path: String, _ journal: ErasureJournal) throws {
        guard !isComplete, hasKey, let journalProblem else { return }
        throw RestoreError.erasuresUnknown(database: path, journal: journal.path, reason: journalProblem)
    }

    // MARK: The database that is replaced

    private mutating func compare(_ copy: SpatiaLiteStore, with current: SpatiaLiteStore) throws {
        let now = Instant.now
        let (before, after) = (try PersonalState(copy), try PersonalState(current))
        let accepted = after.reports.values.compactMap(\.work)
        let works = try current.works(among: before.contacts.union(before.followers.keys).union(accepted))
        let known = Dictionary(uniqueKeysWithValues: after.tokens.map { ($0.erasureID, $0) })
        for token in before.tokens where token.revokedAt == nil {
            if let revoked = known[token.erasureID]?.revokedAt { note(.token, token.erasureID, revoked) }
        }
        let old = Set(before.tokens.map(\.erasureID))
        lostTokens = after.tokens.filter { !old.contains($0.erasureID) && $0.refusal(at: now) == nil }
        for work in before.contacts where works.contains(work) && !after.contacts.contains(work) {
            note(.contact, work, now)
        }
        for (work, followers) in before.followers where works.contains(work) {
            if !followers.isSubset(of: after.followers[work] ?? []) { note(.followers, work, now) }
        }
        for (digest, report) in before.reports {
            guard let kept = after.reports[digest] else { continue }
            if let work = kept.work {
                // The contact went to the work.
                if works.contains(work), !after.contacts.contains(work) { note(.reportContact, digest, now) }
            } else if let before = report.opened, let after = kept.opened {
                if let kind = before.erasure(to: after.erased(from: before)) { note(kind, digest, now) }
            } else if report.hasContact, !kept.hasContact {
                note(.reportContact, digest, now)
            }
        }
        for work in after.hidden.subtracting(before.hidden) { note(.hidden, work, now) }
        for (id, at) in after.redactions where before.redactions[id].map({ $0 < at }) ?? true {
            note(.redacted, id, at)
        }
        isCurrentRead = try current.continues(copy)
        if !isCurrentRead { lostTokens = nil }
    }

    private mutating func note(_ kind: Erasure.Kind, _ id: String, _ at: Instant) {
        erasures.append(Erasure(kind, id, at: at))
    }
}

extension PendingReport {
    /// An earlier state of the report without what this one has no longer.
    fileprivate func erased(from earlier: PendingReport) -> PendingReport {
        var kept = earlier
        if contact.isEmpty { kept.contact = ReporterContact() }
        if description != earlier.description || address != earlier.address {
            (kept.description, kept.address) = (description, address)
        }
        var emptied = self
        emptied.eraseContents()
        if emptied == self, decision != nil {
            kept.eraseContents()
            (kept.decision, kept.decidedAt) = (decision, decidedAt)
        }
        return kept
    }
}

/// Data of people in a database, by ids. Without its key it says less.
private struct PersonalState {
    var tokens: [AccessToken] = []
    var contacts: Set<String> = []
    /// Followers of each work whose networks are kept.
    var followers: [String: Set<String>] = [:]
    /// Reports by the digests of their tokens.
    var reports: [String: Report] = [:]
    /// Ids of hidden works.
    var hidden: Set<String> = []
    /// Redacted texts by their names, with the moments of their last redactions.
    var redactions: [String: Instant] = [:]

    struct Report {
        var hasContact: Bool
        /// The work that was made of it.
        var work: String?
        /// Nil if the key is missing.
        var opened: PendingReport?
    }

    init(_ store: SpatiaLiteStore) throws {
        try store.read(within: .unlimited) { reader in
            let desk = DeskReader(database: reader.database, seals: Seals(reader.database, store.keys))
            do { tokens = try desk.tokens() } catch StoreError.keyMissing {
                tokens = try desk.rows("SELECT \(TokenRow.columns) FROM access_tokens", [], TokenRow.fields)
            }
            contacts = Set(
                try desk.rows("SELECT id FROM \(HiddenWorks.all) WHERE fid IN (SELECT work FROM reporter_contacts)", [])
                {
                    $0.text(0) ?? ""
                })
            try desk.forEachRow(
                """
                SELECT id, follower FROM followers JOIN \(HiddenWorks.all) ON fid = work
                WHERE is_reporter OR follower NOT GLOB '\(Following.erasedMark)*'
                """
            ) { followers[$0.text(0) ?? "", default: []].insert($0.text(1) ?? "") }
            try desk.forEachRow("SELECT digest, contact IS NOT NULL, work FROM pending_reports") { row in
                reports[row.text(0) ?? ""] = Report(hasContact: row.integer(1) != 0, work: row.text(2))
            }
            try desk.forEachRow("SELECT id FROM hidden_works") { hidden.insert($0.text(0) ?? "") }
            try desk.forEachRow(
                """
                SELECT id, new_value, at FROM ledger JOIN works ON works.fid = work
                WHERE field = '\(LedgerField.redacted.rawValue)' ORDER BY ledger.fid
                """
            ) { row in
                guard let work = row.text(0).flatMap({ WorkID($0) }), let at = row.text(2).flatMap({ Instant($0) }),
                    let part = row.text(1).flatMap({ RedactedPart(name: $0) })
                else { return }
                redactions[Erasure.redacted(part, of: work)] = at
            }
            do {
                try desk.forEachReport { reports[KeyedDigest.plain($0.token)]?.opened = $0 }
            } catch StoreError.keyMissing {}
        }
    }
}

extension SpatiaLiteStore {
    /// Those of some ids that works have.
    fileprivate func works(among ids: Set<String>) throws -> Set<String> {
        try read(within: .unlimited) { reader in
            try ids.filter {
                try reader.database.integer("SELECT 1 FROM \(HiddenWorks.all) WHERE id = ?", [.text($0)]) != nil
            }
        }
    }

    /// True if this database went on from the state of another one: it has its last work and the last entry of its audit log.
    fileprivate func continues(_ earlier: SpatiaLiteStore) throws -> Bool {
        func ends(_ number: (work: Int64?, entry: Int64?)?, in store: SpatiaLiteStore) throws -> [String?] {
            try store.read(within: .unlimited) { reader in
                let desk = DeskReader(database: reader.database, seals: Seals(reader.database, store.keys))
                let work = try number?.work ?? reader.database.integer("SELECT max(fid) FROM works") ?? 0
                let entry = try number?.entry ?? reader.database.integer("SELECT max(id) FROM audit_log") ?? 0
                let id = try desk.rows("SELECT id FROM works WHERE fid = ?", [.integer(work)]) { $0.text(0) }.first
                let at = try desk.rows("SELECT at FROM audit_log WHERE id = ?", [.integer(entry)]) { $0.text(0) }.first
                return ["\(work)", id ?? nil, "\(entry)", at ?? nil]
            }
        }
        let before = try ends(nil, in: earlier)
        return try ends((before[0].flatMap { Int64($0) }, before[2].flatMap { Int64($0) }), in: self) == before
    }

    /// Takes away what was erased elsewhere, and the bytes of it; returns how much there was, by kind.
    ///
    /// - Throws: ``RestoreError/unknownKind(_:journal:)``.
    func takeAway(_ erasures: [Erasure]) throws -> [Erasure.Kind: Int] {
        let now = Instant.now
        let takenAway = try writeDesk(within: .unlimited, journal: nil) { transaction -> [Erasure.Kind: Int] in
            guard let transaction = transaction as? SpatiaLiteTransaction else { return [:] }
            var counts: [Erasure.Kind: Int] = [:]
            // Of a work that was hidden and shown by turns the last state counts.
            let states = erasures.filter { $0.kind == .hidden || $0.kind == .shown }
            let last = Dictionary(states.map { ($0.id, $0.kind) }) { $1 }
            for erasure in erasures where erasure.kind != .shown {
                if erasure.kind == .hidden, last[erasure.id] != .hidden { continue }
                if try transaction.takeAway(erasure, at: now) { counts[erasure.kind, default: 0] += 1 }
            }
            return counts
        }
        _ = try eraseTraces()
        return takenAway
    }
}

extension SpatiaLiteTransaction {
    /// Takes away what an erasure names; false if it is not there.
    fileprivate func takeAway(_ erasure: Erasure, at now: Instant) throws -> Bool {
        let work = WorkID(erasure.id)
        switch erasure.kind {
        case .contact: return try work.map { try eraseContact(of: $0, at: now) } ?? false
        case .followers:
            erasedTables.insert("followers")
            return try work.map { try Followers(database, seals).eraseAll(of: $0, at: now) } ?? false
        case .report, .reportContact, .reportText: return try takeAwayReport(erasure, at: now)
        case .token:
            let parts = erasure.id.split(separator: "@", maxSplits: 1)
            guard parts.count == 2, let id = Int64(parts[0]),
                try database.integer(
                    "SELECT 1 FROM access_tokens WHERE id = ? AND created_at = ? AND revoked_at IS NULL",
                    [.integer(id), .text(String(parts[1]))]) != nil
            else { return false }
            do { return try revokeToken(id, at: erasure.at) } catch StoreError.keyMissing {
                // Nobody can make a code without the key, and a token without a good code has no power.
                return try change(
                    "UPDATE access_tokens SET revoked_at = ?1 WHERE id = CAST(?2 AS INTEGER)",
                    [erasure.at.description, String(id)]) > 0
            }
        case .hidden:
            guard let work, try self.work(work) != nil else { return false }
            _ = try hide(work, reason: Self.reasonAfterRestore, at: now, by: Self.restorer)
            return true
        case .redacted:
            guard let (work, part) = erasure.redaction else { return false }
            let isDone = try ledger(of: work).contains {
                $0.field == .redacted && $0.to == part.name && $0.at >= erasure.at
            }
            guard !isDone else { return false }
            do {
                _ = try redact(part, of: work, reason: Self.reasonAfterRestore, at: now, by: Self.restorer)
            } catch is TakingBackError {
                return false
            }
            return true
        default: throw RestoreError.unknownKind(erasure.kind.rawValue, journal: "the journal of erasures")
        }
    }

    /// Reason that everyone reads of what is taken back once more.
    private static let reasonAfterRestore = "taken back before a backup was restored"
    private static let restorer = Actor(kind: .rule, name: "restore")

    private func takeAwayReport(_ erasure: Erasure, at now: Instant) throws -> Bool {
        let opened: PendingReport?
        do { opened = try DeskReader(database: database, seals: seals).report(digest: erasure.id) } catch StoreError
            .keyMissing
        {
            opened = nil
        }
        guard let report = opened else {
            // What cannot be opened cannot be erased in part.
            erasedTables.insert("pending_reports")
            let isContact = erasure.kind == .reportContact
            return try change(
                isContact
                    ? "UPDATE pending_reports SET contact = NULL, reporter = NULL WHERE digest = ? AND contact IS NOT NULL"
                    : "DELETE FROM pending_reports WHERE digest = ?", [erasure.id]) > 0
        }
        var kept = report
        switch erasure.kind {
        case .reportContact: kept.contact = ReporterContact()
        case .reportText: (kept.description, kept.address) = (nil, nil)
        default:
            kept.eraseContents()
            if kept.decision == nil { (kept.decision, kept.decidedAt) = (.refused, erasure.at) }
        }
        guard kept != report else { return false }
        try rewrite(report, as: kept, at: now)
        return true
    }
}
