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
        note(Erasure(.token, token.erasureID, at: now))
        return true
    }

    func noteUse(ofToken id: Int64, at now: Instant) throws {
        try change(
            "UPDATE access_tokens SET last_used_at = ?1 WHERE id = CAST(?2 AS INTEGER)", [now.description, String(id)])
    }

    // MARK: Reports

    func setContact(_ contact: ReporterContact, of work: WorkID) throws {
        guard
            let number = try database.integer(
                "SELECT fid FROM \(HiddenWorks.all) WHERE id = ?", [.text(work.description)])
        else {
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

    func pendingReport(_ token: String) throws -> PendingReport? { try desk.pendingReport(token) }

    func add(_ report: PendingReport, from network: String?) throws {
        let sealed = try SealedReport(report, seals)
        let statement = try PreparedStatement(
            database,
            "INSERT INTO pending_reports (digest, received_at, sealed, contact, reporter) VALUES (?, ?, ?, ?, ?)")
        statement.bind(1, sealed.digest)
        statement.bind(2, report.receivedAt.description)
        statement.bind(3, sealed.report)
        statement.bind(4, sealed.contact)
        statement.bind(5, try network.map { try followers.reporter(from: $0, of: sealed.digest) })
        try statement.run()
    }

    func decide(_ token: String, _ decision: PendingReport.Decision, at now: Instant) throws -> Bool {
        guard let report = try pendingReport(token), report.decision == nil else { return false }
        var decided = report
        decided.decision = decision
        decided.decidedAt = now
        if case .accepted(let work) = decision {
            // The work has all of it now, the contact too; it is not kept twice.
            decided.eraseContents()
            try followers.adopt(reporterOf: KeyedDigest.plain(token), for: work, at: now)
        }
        try write(decided)
        return true
    }

    // MARK: Followers and duplicates

    private var followers: Followers { Followers(database, seals) }

    func addFollower(from network: String, to work: WorkID, at now: Instant) throws -> Bool {
        try followers.add(network, to: work, isReporter: false, at: now)
    }

    func setReporter(of work: WorkID, from network: String, at now: Instant) throws {
        // A public report needs no key; without one its network is not kept.
        do { _ = try followers.add(network, to: work, isReporter: true, at: now) } catch StoreError.keyMissing {}
    }

    func copyFollowers(from work: WorkID, to other: WorkID, at now: Instant) throws {
        try followers.copy(from: work, to: other, isReported: try contact(of: work) != nil, at: now)
    }

    func setOriginal(of work: WorkID, to original: WorkID?, at now: Instant) throws {
        guard let original else {
            try change(
                "DELETE FROM duplicates WHERE work = (SELECT fid FROM \(HiddenWorks.all) WHERE id = ?)",
                [work.description])
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
    func change(_ sql: String, _ values: [String?]) throws -> Int {
        let statement = try PreparedStatement(database, sql)
        for (index, value) in values.enumerated() { statement.bind(Int32(index + 1), value) }
        try statement.run()
        return Int(sqlite3_changes(database.sqliteConnection))
    }
}
