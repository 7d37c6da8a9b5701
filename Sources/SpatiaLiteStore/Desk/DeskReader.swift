import GRDB
import Sealing
import Works

/// Reads the desk's tables within one transaction.
struct DeskReader {
    let database: Database
    let seals: Seals

    private static let reportColumns = "digest, received_at, sealed, contact, decided_at, work"

    // MARK: Tokens

    func token(digest: String) throws -> AccessToken? {
        let keyed = KeyedDigest.of(digest, secret: try seals.secret(.tokens))
        var token = try rows(
            "SELECT \(TokenRow.columns) FROM access_tokens WHERE digest = ?", [.text(keyed)]
        ) { try TokenRow.token($0, seals) }.first
        token?.digest = digest
        return token
    }

    func tokens() throws -> [AccessToken] {
        try rows("SELECT \(TokenRow.columns) FROM access_tokens ORDER BY id", []) { try TokenRow.token($0, seals) }
    }

    /// The token of a number, with its digest as the database keeps it.
    func token(_ id: Int64) throws -> AccessToken? {
        try rows("SELECT \(TokenRow.columns) FROM access_tokens WHERE id = ?", [.integer(id)]) {
            try TokenRow.token($0, seals)
        }.first
    }

    // MARK: Reports

    func contact(of work: WorkID) throws -> ReporterContact? {
        try rows(
            "SELECT work, sealed FROM reporter_contacts WHERE work = (SELECT fid FROM \(HiddenWorks.all) WHERE id = ?)",
            [.text(work.description)]
        ) { try contact($0) }.first ?? nil
    }

    /// Calls `body` with the contact of each work that has one. Those whose key is lost are passed over.
    func forEachContact(_ body: (WorkID, ReporterContact) throws -> Void) throws {
        try forEachRow(
            "SELECT work, sealed, id FROM reporter_contacts JOIN \(HiddenWorks.all) ON fid = work ORDER BY work"
        ) { row in
            guard let id = row.text(2).flatMap({ WorkID($0) }), let contact = try contact(row) else { return }
            try body(id, contact)
        }
    }

    private func contact(_ row: PreparedStatement) throws -> ReporterContact? {
        let number = "\(row.integer(0))"
        guard let text = try seals.text(row.blob(1), .contact, row: number) else { return nil }
        guard let contact = ReporterContact(sealedText: text) else { throw Seals.altered(.contact, number) }
        return contact
    }

    func privateExtra(of work: WorkID) throws -> String? {
        let number = try database.integer("SELECT fid FROM \(HiddenWorks.all) WHERE id = ?", [.text(work.description)])
        return try number.flatMap { try PrivateExtra(database, seals).text(of: $0) }
    }

    func pendingReport(_ token: String) throws -> PendingReport? {
        try rows(
            "SELECT \(Self.reportColumns) FROM pending_reports WHERE digest = ?", [.text(KeyedDigest.plain(token))],
            report
        ).first ?? nil
    }

    /// The report whose token has this digest.
    func report(digest: String) throws -> PendingReport? {
        try rows("SELECT \(Self.reportColumns) FROM pending_reports WHERE digest = ?", [.text(digest)], report).first
            ?? nil
    }

    /// Reports that cannot be opened any more, because their key is lost or another program has changed them, are passed over; `check` tells them.
    func pendingReports() throws -> [PendingReport] {
        try rows(
            "SELECT \(Self.reportColumns) FROM pending_reports WHERE decided_at IS NULL ORDER BY received_at", []
        ) { row in
            do { return try report(row) } catch StoreError.corrupt { return nil }
        }.compactMap { $0 }
    }

    /// Calls `body` with each report, decided or not, oldest first. Those that cannot be opened any more are passed over.
    func forEachReport(_ body: (PendingReport) throws -> Void) throws {
        try forEachRow("SELECT \(Self.reportColumns) FROM pending_reports ORDER BY received_at") { row in
            if let report = try report(row) { try body(report) }
        }
    }

    /// Nil if the key that sealed the report is lost.
    private func report(_ row: PreparedStatement) throws -> PendingReport? {
        let (digest, at) = (row.text(0) ?? "", row.text(1) ?? "")
        let place = SealedReport.row(digest, at)
        guard let text = try seals.text(row.blob(2), .report, row: place) else { return nil }
        guard let received = Instant(at), var report = SealedReport.report(text, receivedAt: received) else {
            throw Seals.altered(.report, place)
        }
        if !row.isNull(3), let text = try seals.text(row.blob(3), .reportContact, row: place) {
            guard let contact = ReporterContact(sealedText: text) else { throw Seals.altered(.reportContact, place) }
            report.contact = contact
        }
        if !row.isNull(4) {
            report.decision = row.text(5).flatMap { WorkID($0) }.map { .accepted($0) } ?? .refused
            report.decidedAt = instant(row, 4)
        }
        return report
    }

    // MARK: Followers and duplicates

    func followerCount(of work: WorkID) throws -> Int {
        Int(
            try database.integer(
                """
                SELECT count(*) FROM followers
                WHERE work = (SELECT fid FROM \(HiddenWorks.all) WHERE id = ?) AND NOT is_reporter
                """,
                [.text(work.description)]) ?? 0)
    }

    func original(of work: WorkID) throws -> WorkID? {
        try ids(
            """
            SELECT works.id FROM duplicates JOIN works ON works.fid = duplicates.original
            WHERE duplicates.work = (SELECT fid FROM \(HiddenWorks.all) WHERE id = ?)
            """, work
        ).first
    }

    func duplicates(of work: WorkID) throws -> [WorkID] {
        try ids(
            """
            SELECT works.id FROM duplicates JOIN works ON works.fid = duplicates.work
            WHERE duplicates.original = (SELECT fid FROM \(HiddenWorks.all) WHERE id = ?) ORDER BY since, duplicates.work
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
            "SELECT id, at, token, work, sealed FROM audit_log ORDER BY id DESC LIMIT ?", [.integer(Int64(limit))]
        ) { row in
            guard let at = instant(row, 1) else { throw StoreError.corrupt("an entry of the audit log cannot be read") }
            let token = row.isNull(2) ? nil : row.integer(2)
            let work = row.text(3)
            var entry = AuditEntry(at: at, tokenID: token, name: "", action: "", work: work.flatMap { WorkID($0) })
            let place = AuditRow.row(row.integer(0), row.text(1) ?? "", token, work)
            do {
                guard let words = try seals.text(row.blob(4), .audit, row: place).flatMap(AuditRow.words) else {
                    entry.name = TokenRow.lost
                    return entry
                }
                (entry.name, entry.action, entry.detail) = words
            } catch StoreError.corrupt {
                // One entry that was tampered with hides no others.
                entry.name = TokenRow.altered
            }
            return entry
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

    func rows<Value>(
        _ sql: String, _ values: [SQLValue], _ read: (PreparedStatement) throws -> Value
    ) throws -> [Value] {
        var found: [Value] = []
        try forEachRow(sql, values) { found.append(try read($0)) }
        return found
    }

    func forEachRow(_ sql: String, _ values: [SQLValue] = [], _ body: (PreparedStatement) throws -> Void) throws {
        let statement = try PreparedStatement(database, sql)
        defer { statement.reset() }
        statement.bind(values)
        while try statement.step() { try body(statement) }
    }

    private func instant(_ row: PreparedStatement, _ column: Int32) -> Instant? {
        row.text(column).flatMap { Instant($0) }
    }
}
