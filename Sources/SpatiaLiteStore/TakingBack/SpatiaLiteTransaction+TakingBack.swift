import GRDB
import Works

extension SpatiaLiteTransaction {
    var hidden: HiddenWorks { HiddenWorks(database: database, seals: seals) }

    // MARK: Hidden works

    func isHidden(_ id: WorkID) throws -> Bool { try hidden.number(of: id) != nil }

    func hiddenWork(_ id: WorkID) throws -> Work? { try hidden.row(of: id).map(hiddenWork) }

    func hiddenWork(_ row: HiddenWorks.Row) throws -> Work { try hidden.work(row, privateExtra: privateExtra) }

    func hide(_ work: Work, ledger: [LedgerEntry]) throws {
        try update(work, ledger: ledger)
        try takeOut(work.id)
        forgetHiddenNames()
    }

    func unhide(_ work: Work, ledger: [LedgerEntry]) throws {
        guard let row = try hidden.row(of: work.id) else { throw StoreError.conflict(work.id) }
        try conflictIfTaken(work) { try hidden.bringBack(row) }
        try update(work, ledger: ledger)
        forgetHiddenNames()
    }

    /// Runs `body` while a hidden work is in the public record; nobody else sees the record until the transaction ends. False if it is not hidden.
    func whileShown(_ id: WorkID, _ body: () throws -> Void) throws -> Bool {
        guard let row = try hidden.row(of: id) else { return false }
        try hidden.bringBack(row)
        try body()
        try takeOut(id)
        return true
    }

    private func takeOut(_ id: WorkID) throws {
        try flushLedger()
        guard let number = try database.integer("SELECT fid FROM works WHERE id = ?", [.text(id.description)]) else {
            throw StoreError.conflict(id)
        }
        try hidden.takeOut(number, change: revision.works)
        try SpatiaLiteStore.noteCleaning(in: database)
    }

    // MARK: Redaction

    func isRedacted(_ id: WorkID) throws -> Bool {
        try database.integer(
            """
            SELECT 1 FROM redacted_works WHERE work = coalesce(
                (SELECT fid FROM works WHERE id = ?1), (SELECT fid FROM hidden_works WHERE id = ?1))
            """, [.text(id.description)]) != nil
    }

    func redact(_ texts: [LedgerRedaction], of id: WorkID) throws {
        guard try !whileShown(id, { try redactShown(texts, of: id) }) else { return }
        try redactShown(texts, of: id)
    }

    private func redactShown(_ texts: [LedgerRedaction], of id: WorkID) throws {
        try flushLedger()
        guard let number = try database.integer("SELECT fid FROM works WHERE id = ?", [.text(id.description)]) else {
            throw StoreError.conflict(id)
        }
        let note = try PreparedStatement(database, "INSERT OR IGNORE INTO redacted_works VALUES (?)")
        note.bind(1, number)
        try note.run()
        try forgetChanges(of: number)
        try SpatiaLiteStore.noteCleaning(in: database)
        guard !texts.isEmpty else { return }
        try TakingBackGate.opened(for: number, in: database) {
            for text in texts {
                let columns = [("old_value", text.from), ("new_value", text.to), ("reason", text.reason)]
                    .filter { $0.1 }.map { "\($0.0) = iif(\($0.0) IS NULL, NULL, ?2)" }
                guard !columns.isEmpty else { continue }
                let statement = try PreparedStatement(
                    database, "UPDATE ledger SET \(columns.joined(separator: ", ")) WHERE fid = ?1")
                statement.bind([
                    .integer(number * Schema.ledgerEntriesPerWork + Int64(text.entry)), .text(LedgerMark.redacted),
                ])
                try statement.run()
            }
        }
    }

    func redactReport(_ field: RedactableField, of id: WorkID) throws {
        let text: WritableKeyPath<PendingReport, String?>
        switch field {
        case .description: text = \.description
        case .address: text = \.address
        case .photo: text = \.mediaURL
        case .title, .extra, .privateExtra: return
        }
        let reader = DeskReader(database: database, seals: seals)
        guard let digest = try reader.report(behind: id), var report = try reader.report(digest: digest),
            report[keyPath: text] != nil
        else { return }
        report[keyPath: text] = nil
        try write(report)
        erasedTables.insert("pending_reports")
    }
}
