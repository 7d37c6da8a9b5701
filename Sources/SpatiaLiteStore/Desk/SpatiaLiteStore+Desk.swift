import CSpatiaLite
import GRDB
public import TimeBudgets
public import Works

extension SpatiaLiteStore: DeskStore {
    public func writeDesk<Result>(
        within budget: TimeBudget, _ body: (any DeskTransaction) throws -> Result
    ) throws -> Result {
        try writeDesk(within: budget, journal: journal, body)
    }

    /// - Parameter journal: File in which erasures are noted before they are committed; nil notes none.
    func writeDesk<Result>(
        within budget: TimeBudget, journal: ErasureJournal?, _ body: (any DeskTransaction) throws -> Result
    ) throws -> Result {
        guard !isPublicCopy else { throw StoreError.publicCopy(path: path) }
        do {
            try checkFile()
            let (result, revision) = try pool.writeWithoutTransaction { database in
                let connection = database.sqliteConnection
                if let deadline = budget.deadline {
                    let left = (deadline - .now) / .milliseconds(1)
                    sqlite3_busy_timeout(connection, Int32(min(max(left, 1), 3_600_000)))
                }
                defer { sqlite3_busy_timeout(connection, Int32(options.busyTimeout * 1000)) }
                // What a person was told is accepted must not be lost with the power.
                if !options.syncedCommits { try database.run("PRAGMA synchronous = FULL") }
                defer { if !options.syncedCommits { try? database.run("PRAGMA synchronous = NORMAL") } }
                // Tables that are written anew after an erasure pass through the memory, never through a file.
                try database.run("PRAGMA temp_store = MEMORY")
                defer { try? database.run("PRAGMA temp_store = DEFAULT") }
                var outcome: (Result, StoreRevision?)?
                try database.inTransaction(.immediate) {
                    let transaction = try SpatiaLiteTransaction(database, keys, districts, bulk: false)
                    let result = try body(transaction)
                    try transaction.finish()
                    try journal?.append(transaction.erasures)
                    outcome = (result, transaction.hasChanges ? transaction.revision : nil)
                    return .commit
                }
                return outcome!
            }
            // A commit to a file that is gone is lost.
            try checkFile()
            rows?.noteWrite()
            if let revision { feed.publish(revision) }
            return result
        } catch {
            throw StoreError.named(error, path: path)
        }
    }

    public func token(digest: String) throws -> AccessToken? { try desk { try $0.token(digest: digest) } }

    public func tokens() throws -> [AccessToken] { try desk { try $0.tokens() } }

    public func contact(of work: WorkID) throws -> ReporterContact? { try desk { try $0.contact(of: work) } }

    public func forEachContact(_ body: (WorkID, ReporterContact) throws -> Void) throws {
        try desk { try $0.forEachContact(body) }
    }

    public func forEachReport(_ body: (PendingReport) throws -> Void) throws {
        try desk { try $0.forEachReport(body) }
    }

    public func forEachText(_ body: (PersonRecord.Mention.Place, String) throws -> Void) throws {
        try desk { try $0.forEachText(body) }
    }

    public func followings(ofReportersOf works: [WorkID]) throws -> [WorkID] {
        try desk { reader in
            let followers = Followers(reader.database, reader.seals)
            return Array(Set(try followers.followings(ofReportersOf: works).map(\.id))).sorted {
                $0.description < $1.description
            }
        }
    }

    public func privateExtra(of work: WorkID) throws -> String? { try desk { try $0.privateExtra(of: work) } }

    public func pendingReport(_ token: String) throws -> PendingReport? { try desk { try $0.pendingReport(token) } }

    public func pendingReports() throws -> [PendingReport] { try desk { try $0.pendingReports() } }

    public func followerCount(of work: WorkID) throws -> Int {
        isPublicCopy ? 0 : try desk { try $0.followerCount(of: work) }
    }

    public func original(of work: WorkID) throws -> WorkID? { try open { try $0.original(of: work) } }

    public func duplicates(of work: WorkID) throws -> [WorkID] { try open { try $0.duplicates(of: work) } }

    public func cityNames(limit: Int) throws -> CityNames { try desk { try $0.cityNames(limit: limit) } }

    public func audit(limit: Int) throws -> [AuditEntry] { try desk { try $0.audit(limit: limit) } }

    /// Reads what only staff may see.
    private func desk<Result>(_ body: (DeskReader) throws -> Result) throws -> Result {
        guard !isPublicCopy else { throw StoreError.publicCopy(path: path) }
        return try open(body)
    }

    /// Reads what a public copy has too.
    private func open<Result>(_ body: (DeskReader) throws -> Result) throws -> Result {
        try read(within: .unlimited) { reader in
            try body(DeskReader(database: reader.database, seals: Seals(reader.database, keys)))
        }
    }
}
