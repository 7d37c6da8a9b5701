import GRDB
import Works

/// Reads the desk's tables within one transaction.
struct DeskReader {
    let database: Database

    private static let tokenColumns =
        "id, name, role, organisation, digest, created_at, last_used_at, revoked_at, source, expires_at"
    private static let contactColumns = "email, phone, first_name, last_name, device_id, account_id"
    private static let reportColumns =
        "token, received_at, category, severity, description, address, longitude, latitude, media_url, "
        + "\(contactColumns), decided_at, work"

    // MARK: Tokens

    func token(digest: String) throws -> AccessToken? {
        try rows("SELECT \(Self.tokenColumns) FROM access_tokens WHERE digest = ?", [.text(digest)], token).first
    }

    func tokens() throws -> [AccessToken] {
        try rows("SELECT \(Self.tokenColumns) FROM access_tokens ORDER BY id", [], token)
    }

    private func token(_ row: PreparedStatement) throws -> AccessToken {
        guard let role = row.text(2).flatMap(Role.init(rawValue:)), let created = instant(row, 5) else {
            throw StoreError.corrupt("token \(row.integer(0)) cannot be read")
        }
        return AccessToken(
            id: row.integer(0), name: row.text(1) ?? "", role: role, organisation: row.text(3), source: row.text(8),
            digest: row.text(4) ?? "", createdAt: created, expiresAt: instant(row, 9), lastUsedAt: instant(row, 6),
            revokedAt: instant(row, 7))
    }

    // MARK: Reports

    func contact(of work: WorkID) throws -> ReporterContact? {
        try rows(
            "SELECT \(Self.contactColumns) FROM reporter_contacts WHERE work = (SELECT fid FROM works WHERE id = ?)",
            [.text(work.description)]
        ) { contact($0, from: 0) }.first
    }

    func privateExtra(of work: WorkID) throws -> String? {
        let number = try database.integer("SELECT fid FROM works WHERE id = ?", [.text(work.description)])
        return try number.flatMap { try PrivateExtra(database).text(of: $0) }
    }

    func pendingReport(_ token: String) throws -> PendingReport? {
        try rows("SELECT \(Self.reportColumns) FROM pending_reports WHERE token = ?", [.text(token)], report).first
    }

    func pendingReports() throws -> [PendingReport] {
        try rows(
            "SELECT \(Self.reportColumns) FROM pending_reports WHERE decided_at IS NULL ORDER BY received_at", [],
            report)
    }

    private func report(_ row: PreparedStatement) throws -> PendingReport {
        guard let token = row.text(0), let received = instant(row, 1), let category = row.text(2) else {
            throw StoreError.corrupt("a report that waits cannot be read")
        }
        var report = PendingReport(
            token: token, receivedAt: received, category: category,
            severity: row.text(3).flatMap(Severity.init(rawValue:)), description: row.text(4), address: row.text(5),
            longitude: row.isNull(6) ? nil : row.real(6), latitude: row.isNull(7) ? nil : row.real(7),
            mediaURL: row.text(8), contact: contact(row, from: 9))
        if !row.isNull(15) {
            report.decision = row.text(16).flatMap { WorkID($0) }.map { .accepted($0) } ?? .refused
        }
        return report
    }

    private func contact(_ row: PreparedStatement, from first: Int32) -> ReporterContact {
        ReporterContact(
            email: row.text(first), phone: row.text(first + 1), firstName: row.text(first + 2),
            lastName: row.text(first + 3), deviceID: row.text(first + 4), accountID: row.text(first + 5))
    }

    // MARK: Followers and duplicates

    func followerCount(of work: WorkID) throws -> Int {
        Int(
            try database.integer(
                "SELECT count(*) FROM followers WHERE work = (SELECT fid FROM works WHERE id = ?)",
                [.text(work.description)]) ?? 0)
    }

    func followerSalt() throws -> String {
        guard
            let salt = try rows("SELECT secret FROM desk_secrets WHERE name = 'followers'", [], { $0.text(0) }).first,
            let salt
        else { throw StoreError.corrupt("the secret that hides followers is gone") }
        return salt
    }

    func original(of work: WorkID) throws -> WorkID? {
        try ids(
            """
            SELECT works.id FROM duplicates JOIN works ON works.fid = duplicates.original
            WHERE duplicates.work = (SELECT fid FROM works WHERE id = ?)
            """, work
        ).first
    }

    func duplicates(of work: WorkID) throws -> [WorkID] {
        try ids(
            """
            SELECT works.id FROM duplicates JOIN works ON works.fid = duplicates.work
            WHERE duplicates.original = (SELECT fid FROM works WHERE id = ?) ORDER BY since, duplicates.work
            """, work)
    }

    private func ids(_ sql: String, _ work: WorkID) throws -> [WorkID] {
        try rows(sql, [.text(work.description)]) { row in
            guard let id = row.text(0).flatMap({ WorkID($0) }) else {
                throw StoreError.corrupt("a duplicate of work \(work) cannot be read")
            }
            return id
        }
    }

    // MARK: Audit

    func audit(limit: Int) throws -> [AuditEntry] {
        try rows(
            "SELECT at, token, name, action, work, detail FROM audit_log ORDER BY id DESC LIMIT ?",
            [.integer(Int64(limit))]
        ) { row in
            guard let at = instant(row, 0) else { throw StoreError.corrupt("an entry of the audit log cannot be read") }
            return AuditEntry(
                at: at, tokenID: row.isNull(1) ? nil : row.integer(1), name: row.text(2) ?? "",
                action: row.text(3) ?? "", work: row.text(4).flatMap { WorkID($0) }, detail: row.text(5))
        }
    }

    // MARK: Names

    /// The tokens whose organisation an admin has named.
    private static let staff = "SELECT organisation FROM access_tokens WHERE source IS NULL AND organisation"

    func cityNames(limit: Int) throws -> CityNames {
        func list(_ sql: String) throws -> Set<String> {
            Set(try rows(sql + " ORDER BY 1 LIMIT ?", [.integer(Int64(limit))]) { $0.text(0) }.compactMap { $0 })
        }
        return CityNames(
            organisations: try list(
                "SELECT name FROM city_names WHERE role = 'organisation' UNION \(Self.staff) IS NOT NULL"),
            contractors: try list("SELECT name FROM city_names WHERE role = 'contractor'"))
    }

    func cityNames(among names: Set<String>) throws -> CityNames {
        var known = CityNames()
        for name in names {
            let roles = try rows(
                """
                SELECT role FROM city_names WHERE role IN ('organisation', 'contractor') AND name = ?1
                UNION SELECT 'organisation' WHERE EXISTS (\(Self.staff) = ?1)
                """, [.text(name)]
            ) { $0.text(0).flatMap(NameRole.init(rawValue:)) }
            for case let role? in roles { known.insert(name, as: role) }
        }
        return known
    }

    // MARK: Rows

    private func rows<Value>(
        _ sql: String, _ values: [SQLValue], _ read: (PreparedStatement) throws -> Value
    ) throws -> [Value] {
        let statement = try PreparedStatement(database, sql)
        defer { statement.reset() }
        statement.bind(values)
        var found: [Value] = []
        while try statement.step() { found.append(try read(statement)) }
        return found
    }

    private func instant(_ row: PreparedStatement, _ column: Int32) -> Instant? {
        row.text(column).flatMap { Instant($0) }
    }
}
