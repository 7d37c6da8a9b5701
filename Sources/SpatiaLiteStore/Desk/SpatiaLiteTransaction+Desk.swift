import CSpatiaLite
import GRDB
import Works

extension SpatiaLiteTransaction: DeskTransaction {
    private var desk: DeskReader { DeskReader(database: database) }

    // MARK: Tokens

    func add(_ token: AccessToken) throws -> Int64 {
        try change(
            """
            INSERT INTO access_tokens (name, role, organisation, source, digest, created_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                token.name, token.role.rawValue, token.organisation, token.source, token.digest,
                token.createdAt.description, token.expiresAt?.description,
            ])
        return sqlite3_last_insert_rowid(database.sqliteConnection)
    }

    func revokeToken(_ id: Int64, at now: Instant) throws -> Bool {
        try change(
            "UPDATE access_tokens SET revoked_at = ?1 WHERE id = CAST(?2 AS INTEGER) AND revoked_at IS NULL",
            [now.description, String(id)]) > 0
    }

    func noteUse(ofToken id: Int64, at now: Instant) throws {
        try change(
            "UPDATE access_tokens SET last_used_at = ?1 WHERE id = CAST(?2 AS INTEGER)", [now.description, String(id)])
    }

    // MARK: Reports

    func setContact(_ contact: ReporterContact, of work: WorkID) throws {
        try change(
            """
            INSERT OR REPLACE INTO reporter_contacts (work, email, phone, first_name, last_name, device_id, account_id)
            SELECT fid, ?2, ?3, ?4, ?5, ?6, ?7 FROM works WHERE id = ?1
            """, [work.description] + values(of: contact))
    }

    func contact(of work: WorkID) throws -> ReporterContact? { try desk.contact(of: work) }

    func eraseContacts(closedBefore moment: Instant) throws -> Int {
        // A rejected work has no moment of completion; it is old when nothing has happened to it since.
        let ofWorks = try change(
            """
            DELETE FROM reporter_contacts WHERE work IN (SELECT fid FROM works
            WHERE status IN ('done', 'rejected') AND coalesce(completed_at, updated_at) < ?)
            """, [moment.description])
        // A report that nobody ever decided on is as old as it is.
        let ofReports = try change(
            """
            UPDATE pending_reports SET email = NULL, phone = NULL, first_name = NULL, last_name = NULL,
            device_id = NULL, account_id = NULL WHERE coalesce(decided_at, received_at) < ? AND coalesce(email, phone, first_name, last_name,
            device_id, account_id) IS NOT NULL
            """, [moment.description])
        return ofWorks + ofReports
    }

    func add(_ report: PendingReport) throws {
        try change(
            """
            INSERT INTO pending_reports (token, received_at, category, severity, description, address, media_url,
            email, phone, first_name, last_name, device_id, account_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                report.token, report.receivedAt.description, report.category, report.severity?.rawValue,
                report.description, report.address, report.mediaURL,
            ] + values(of: report.contact))
        guard let longitude = report.longitude, let latitude = report.latitude else { return }
        let place = try PreparedStatement(
            database, "UPDATE pending_reports SET longitude = ?, latitude = ? WHERE token = ?")
        place.bind([.real(longitude), .real(latitude), .text(report.token)])
        try place.run()
    }

    func decide(_ token: String, _ decision: PendingReport.Decision, at now: Instant) throws -> Bool {
        let work: WorkID? = if case .accepted(let id) = decision { id } else { nil }
        // What became a work has its contact there; it is not kept twice.
        let erased =
            work == nil
            ? ""
            : ", email = NULL, phone = NULL, first_name = NULL, last_name = NULL, device_id = NULL, account_id = NULL"
        return try change(
            "UPDATE pending_reports SET decided_at = ?, work = ?\(erased) WHERE token = ? AND decided_at IS NULL",
            [now.description, work?.description, token]) > 0
    }

    // MARK: Followers and duplicates

    func addFollower(_ key: String, to work: WorkID, at now: Instant) throws -> Bool {
        try change(
            "INSERT OR IGNORE INTO followers (work, follower, since) SELECT fid, ?2, ?3 FROM works WHERE id = ?1",
            [work.description, key, now.description]) > 0
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
        try change(
            """
            INSERT INTO audit_log (at, token, name, action, work, detail)
            VALUES (?, CAST(? AS INTEGER), ?, ?, ?, ?)
            """,
            [
                entry.at.description, entry.tokenID.map(String.init), entry.name, entry.action,
                entry.work?.description, entry.detail,
            ])
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

    private func values(of contact: ReporterContact) -> [String?] {
        [
            contact.email, contact.phone, contact.firstName, contact.lastName, contact.deviceID, contact.accountID,
        ]
    }
}
