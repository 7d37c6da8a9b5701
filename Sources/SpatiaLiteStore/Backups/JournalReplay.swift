import Glibc
import Works

/// Brings the copy of a backup to a later moment by the journal.
enum JournalReplay {
    /// Outcome of a replay.
    struct Outcome: Hashable, Sendable {
        /// Moment of the state, in milliseconds since 1970.
        var at: Int64
        var records = 0
        /// True if the journal ends before the wanted moment.
        var endsEarlier = false
    }

    /// The backup from which a moment is reached: the newest whole one before it.
    ///
    /// - Parameter target: Milliseconds since 1970; nil for the newest state.
    static func backup(in folder: BackupFolder, for target: Int64?) throws -> BackupFolder.Entry {
        let names = try folder.backups()
        guard !names.isEmpty else { throw StoreError.foreign(path: folder.path, reason: "no backup is in the folder") }
        var problems: [String] = []
        for name in names.reversed() {
            if let moment = BackupFolder.moment(in: name), let target, moment > target { continue }
            let entry = try folder.entry(name)
            if let seal = entry.seal {
                if let target, seal.at > target { continue }
                return entry
            }
            problems.append("\(name): \(entry.problem ?? "damaged")")
        }
        guard problems.isEmpty else {
            throw StoreError.corrupt("no backup in \(folder.path) is whole: " + problems.joined(separator: "; "))
        }
        throw StoreError.foreign(path: folder.path, reason: "no backup in it is as old as that")
    }

    /// Applies the journal to the copy of a backup, which no connection has open.
    static func apply(
        _ folder: BackupFolder, after seal: BackupSeal, to copy: String, until target: Int64?, identity: String?
    ) throws -> Outcome {
        var outcome = Outcome(at: seal.at)
        guard let begin = seal.segment else { return outcome }
        let chain = try chain(in: folder, from: begin)
        let limit = target ?? .max
        // Records that lie before the backup are of states that it has passed.
        var pending: [UInt32: [UInt8]] = [:]
        var group: [JournalSegment.Record] = []
        let file = try RawFile(copy, O_RDWR)
        var pages: UInt32?
        var isPast = false
        for name in chain where !isPast {
            let head = try JournalSegment.head("\(folder.path)/\(name)")
            guard head.store == seal.identity.store, head.pageSize == seal.pageSize else {
                throw StoreError.corrupt("\(folder.path)/\(name) is of another database")
            }
            try JournalSegment.forEachRecord("\(folder.path)/\(name)", identity: identity) { record in
                guard record.at <= limit else {
                    isPast = true
                    return false
                }
                group.append(record)
                guard record.isLast else { return true }
                for record in group {
                    for page in record.pages { pending[page.number] = page.bytes }
                }
                group = []
                outcome.records += 1
                if record.at >= seal.at {
                    for (number, bytes) in pending { try file.write(bytes, at: (Int(number) - 1) * seal.pageSize) }
                    pending = [:]
                    pages = record.databasePages
                    outcome.at = record.at
                }
                return true
            }
        }
        if let pages { try file.truncate(to: Int(pages) * seal.pageSize) }
        try file.synchronize()
        outcome.endsEarlier = target != nil && !isPast
        return outcome
    }

    /// Names of the segments that follow each other without a gap.
    private static func chain(in folder: BackupFolder, from begin: String) throws -> [String] {
        let names = try folder.segments()
        guard let first = names.firstIndex(of: begin) else { return [] }
        var chain = [begin]
        for name in names[(first + 1)...] {
            guard try JournalSegment.head("\(folder.path)/\(name)").follows == chain.last else { break }
            chain.append(name)
        }
        return chain
    }
}
