import CSpatiaLite
import GRDB
import Sealing
import Works

extension SpatiaLiteTransaction: DeskTransaction {
    private var desk: DeskReader { DeskReader(database: database, seals: seals) }

    // MARK: Tokens

    func add(_ token: AccessToken) throws -> Int64 {
        var token = token
        token.id = try nextNumber(of: "access_tokens")
        token.digest = KeyedDigest.of(token.digest, secret: try seals.secret(.tokens))
        let statement = try PreparedStatement(
            database,
            """
            INSERT INTO access_tokens
                (id, name, role, organisation, source, digest, created_at, expires_at, revoked_at, code)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        statement.bind(1, token.id)
        statement.bind(2, try seals.seal(token.name, .tokenName, row: "\(token.id)"))
        statement.bind(3, token.role.rawValue)
        statement.bind(4, token.organisation)
        statement.bind(5, token.source)
        statement.bind(6, token.digest)
        statement.bind(7, token.createdAt.description)
        statement.bind(8, token.expiresAt?.description)
        statement.bind(9, token.revokedAt?.description)
        statement.bind(10, try seals.sealer(.tokenCodes).code(of: TokenRow.authenticated(token)))
        try statement.run()
        return token.id
    }

    /// The number of the next row of a table whose numbers are never used again.
    private func nextNumber(of table: String) throws -> Int64 {
        let last = try database.integer(
            "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = '\(table)'), 0), coalesce(max(id), 0)) FROM \(table)"
        )
        return (last ?? 0) + 1
    }

    func revokeToken(_ id: Int64, at now: Instant) throws -> Bool {
        guard var token = try desk.token(id), token.revokedAt == nil else { return false }
        let wasGenuine = token.isGenuine
        token.revokedAt = now
        let statement = try PreparedStatement(
            database, "UPDATE access_tokens SET revoked_at = ?2, code = iif(?3 IS NULL, code, ?3) WHERE id = ?1")
        statement.bind(1, id)
        statement.bind(2, now.description)
        // What another program has written gets no code of ours.
        statement.bind(
            3, wasGenuine ? try seals.sealer(.tokenCodes).code(of: TokenRow.authenticated(token)) : nil as [UInt8]?)
        try statement.run()
        return true
    }

    func noteUse(ofToken id: Int64, at now: Instant) throws {
        try change(
            "UPDATE access_tokens SET last_used_at = ?1 WHERE id = CAST(?2 AS INTEGER)", [now.description, String(id)])
    }

    // MARK: Reports

    func setContact(_ contact: ReporterContact, of work: WorkID) throws {
        guard let number = try database.integer("SELECT fid FROM works WHERE id = ?", [.text(work.description)]) else {
            return
        }
        let statement = try PreparedStatement(
            database,
            "INSERT OR REPLACE INTO reporter_contacts VALUES (?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?)")
        statement.bind(1, number)
        statement.bind(2, try seals.seal(contact.sealedText, .contact, row: "\(number)"))
        try statement.run()
    }

    func contact(of work: WorkID) throws -> ReporterContact? { try desk.contact(of: work) }

    func eraseContacts(closedBefore moment: Instant) throws -> Int {
        // A rejected work has no moment of completion; it is old when nothing has happened to it since.
        let ofWorks = try change(
            """
            DELETE FROM reporter_contacts WHERE work IN (SELECT fid FROM works
            WHERE status IN ('done', 'rejected') AND coalesce(completed_at, updated_at) < ?)
            """, [moment.description])
        let ofHiddenWorks = try hiddenNumbers(closedBefore: moment).reduce(0) { erased, number in
            try erased + change("DELETE FROM reporter_contacts WHERE work = CAST(? AS INTEGER)", [String(number)])
        }
        // A report that nobody ever decided on is as old as it is.
        let ofReports = try change(
            """
            UPDATE pending_reports SET contact = NULL
            WHERE contact IS NOT NULL AND coalesce(decided_at, received_at) < ?
            """, [moment.description])
        return ofWorks + ofHiddenWorks + ofReports
    }

    func add(_ report: PendingReport) throws {
        let sealed = try SealedReport(report, seals)
        let statement = try PreparedStatement(
            database, "INSERT INTO pending_reports (digest, received_at, sealed, contact) VALUES (?, ?, ?, ?)")
        statement.bind(1, sealed.digest)
        statement.bind(2, report.receivedAt.description)
        statement.bind(3, sealed.report)
        statement.bind(4, sealed.contact)
        try statement.run()
    }

    func decide(_ token: String, _ decision: PendingReport.Decision, at now: Instant) throws -> Bool {
        let work: WorkID? = if case .accepted(let id) = decision { id } else { nil }
        // What became a work has its contact there; it is not kept twice.
        let erased = work == nil ? "" : ", contact = NULL"
        return try change(
            "UPDATE pending_reports SET decided_at = ?, work = ?\(erased) WHERE digest = ? AND decided_at IS NULL",
            [now.description, work?.description, KeyedDigest.plain(token)]) > 0
    }

    // MARK: Followers and duplicates

    func addFollower(_ key: String, to work: WorkID, at now: Instant) throws -> Bool {
        try change(
            "INSERT OR IGNORE INTO followers (work, follower, since) SELECT fid, ?2, ?3 FROM works WHERE id = ?1",
            [work.description, KeyedDigest.of(key, secret: try seals.secret(.followerKeys)), now.description]) > 0
    }

    func copyFollowers(from work: WorkID, to other: WorkID) throws {
        try change(
            """
            INSERT OR IGNORE INTO followers (work, follower, since)
            SELECT (SELECT fid FROM works WHERE id = ?2), follower, since FROM followers
            WHERE work = (SELECT fid FROM works WHERE id = ?1)
            """, [work.description, other.description])
    }

    func setOriginal(of work: WorkID, to original: WorkID?, at now: Instant) throws {
        guard let original else {
            try change(
                "DELETE FROM duplicates WHERE work = (SELECT fid FROM works WHERE id = ?)", [work.description])
            return
        }
        try change(
            """
            INSERT OR REPLACE INTO duplicates (work, original, since)
            SELECT (SELECT fid FROM works WHERE id = ?1), fid, ?3 FROM works WHERE id = ?2
            """, [work.description, original.description, now.description])
    }

    func original(of work: WorkID) throws -> WorkID? { try desk.original(of: work) }

    // MARK: Names

    func cityNames(among names: Set<String>) throws -> CityNames { try desk.cityNames(among: names) }

    // MARK: Audit

    func add(_ entry: AuditEntry) throws {
        let statement = try PreparedStatement(database, "INSERT INTO audit_log VALUES (?, ?, ?, ?, ?)")
        try AuditRow.bind(entry, id: try nextNumber(of: "audit_log"), to: statement, seals)
        try statement.run()
    }

    // MARK: Statements

    /// Runs a statement and returns how many rows it changed.
    @discardableResult
    private func change(_ sql: String, _ values: [String?]) throws -> Int {
        let statement = try PreparedStatement(database, sql)
        for (index, value) in values.enumerated() { statement.bind(Int32(index + 1), value) }
        try statement.run()
        return Int(sqlite3_changes(database.sqliteConnection))
    }
}
