import GRDB
import Sealing
import Works

extension SpatiaLiteTransaction {
    func note(_ erasure: Erasure) { erasures.append(erasure) }

    // MARK: Contacts

    func eraseContact(of work: WorkID, at now: Instant) throws -> Bool {
        let reader = DeskReader(database: database, seals: seals)
        let isErased =
            try change(
                "DELETE FROM reporter_contacts WHERE work = (SELECT fid FROM \(HiddenWorks.all) WHERE id = ?)",
                [work.description])
            > 0
        try Followers(database, seals).eraseReporter(of: work)
        guard isErased else { return false }
        erasedTables.formUnion(["reporter_contacts", "followers"])
        note(Erasure(.contact, work, at: now))
        // In a backup from before the decision the contact is still in the report.
        if let digest = try reader.report(behind: work) { note(Erasure(.reportContact, digest, at: now)) }
        return true
    }

    // MARK: Reports

    func rewrite(_ report: PendingReport, as kept: PendingReport, at now: Instant) throws {
        try write(kept)
        erasedTables.insert("pending_reports")
        if let kind = report.erasure(to: kept) { note(Erasure(kind, KeyedDigest.plain(report.token), at: now)) }
    }

    /// Writes all of a report but its time of coming. The network that it came from goes with its contact.
    func write(_ report: PendingReport) throws {
        let work: WorkID? = if case .accepted(let id)? = report.decision { id } else { nil }
        let sealed = try SealedReport(report, seals)
        let statement = try PreparedStatement(
            database,
            """
            UPDATE pending_reports SET sealed = ?2, contact = ?3, decided_at = ?4, work = ?5,
            reporter = iif(?3 IS NULL, NULL, reporter) WHERE digest = ?1
            """)
        statement.bind(1, sealed.digest)
        statement.bind(2, sealed.report)
        statement.bind(3, sealed.contact)
        statement.bind(4, report.decision == nil ? nil : (report.decidedAt ?? report.receivedAt).description)
        statement.bind(5, work?.description)
        try statement.run()
    }

    // MARK: Followings

    func eraseFollowings(ofReportersOf works: [WorkID], at now: Instant) throws -> Int {
        let followers = Followers(database, seals)
        let found = try followers.followings(ofReportersOf: works)
        for each in found { try followers.erase(each.follower, of: each.number, at: now) }
        for work in works { try followers.eraseReporter(of: work) }
        for work in Set(found.map(\.id)) { note(Erasure(.followers, work, at: now)) }
        if !works.isEmpty { erasedTables.insert("followers") }
        return found.count
    }

    // MARK: Retention

    func erase(keeping retention: Retention, at now: Instant) throws -> RetentionCounts {
        var counts = RetentionCounts()
        let reader = DeskReader(database: database, seals: seals)
        for work in try old(in: "reporter_contacts", "1", since: "''", retention, now)
        where try eraseContact(of: work, at: now) {
            counts.contacts += 1
        }
        // Erasing contacts needs no key, all else does.
        guard seals.canSeal else { return counts }
        let followers = Followers(database, seals)
        let isTold = "is_reporter OR follower NOT GLOB '\(Following.erasedMark)*'"
        // Somebody who begins to follow a work is a sign of life too, but none of its reporter.
        let newest = "(SELECT max(since) FROM followers WHERE followers.work = works.fid AND (\(isTold)))"
        for work in try old(in: "followers", isTold, since: newest, retention, now)
        where try followers.eraseAll(of: work, at: now) {
            counts.followedWorks += 1
            erasedTables.insert("followers")
            note(Erasure(.followers, work, at: now))
        }
        var decidedLately = false
        var old: [(PendingReport, PendingReport)] = []
        try reader.forEachReport { report in
            let kept = retention.kept(of: report, at: now)
            if kept != report { old.append((report, kept)) }
            if let decided = report.decidedAt, now - decided < 2 * 3600 { decidedLately = true }
        }
        for (report, kept) in old {
            try rewrite(report, as: kept, at: now)
            if !report.contact.isEmpty { counts.contacts += 1 }
            if report.erasure(to: kept) == .report { counts.reports += 1 }
            if report.decision == nil, kept.decision != nil { counts.lapsedReports += 1 }
        }
        // Accepting a report erases it without writing the table anew each time.
        if decidedLately { erasedTables.insert("pending_reports") }
        return counts
    }

    /// Works of which rows of a table are kept no longer.
    ///
    /// - Parameter since: SQL of a sign of life besides the work's last change.
    private func old(
        in table: String, _ condition: String, since: String, _ retention: Retention, _ now: Instant
    ) throws -> [WorkID] {
        let rows = try DeskReader(database: database, seals: seals).rows(
            """
            SELECT id, status, completed_at, max(updated_at, coalesce(\(since), '')) FROM works WHERE fid IN (SELECT work FROM \(table) WHERE \(condition))
            """, []
        ) { row -> WorkID? in
            guard let id = row.text(0).flatMap({ WorkID($0) }),
                let status = row.text(1).flatMap(WorkStatus.init(rawValue:)),
                let updated = row.text(3).flatMap({ Instant($0) })
            else { throw StoreError.corrupt("a work whose reporter is known cannot be read") }
            let completed = row.text(2).flatMap { Instant($0) }
            return retention.isOver(status, completedAt: completed, updatedAt: updated, at: now) ? id : nil
        }
        let ofHidden = try hidden.rows().compactMap { row -> WorkID? in
            let isKept = try database.integer(
                "SELECT 1 FROM \(table) JOIN hidden_works AS works ON fid = work WHERE fid = ? AND (\(condition)) LIMIT 1",
                [.integer(row.number)])
            guard isKept != nil else { return nil }
            let work = try hiddenWork(row)
            let isOver = retention.isOver(
                work.status, completedAt: work.completedAt, updatedAt: work.updatedAt, at: now)
            return isOver ? work.id : nil
        }
        return rows.compactMap { $0 } + ofHidden
    }
}
