import CSpatiaLite
import GRDB
import Glibc
import TimeBudgets
public import Works

extension SpatiaLiteStore {
    public func hiding(of id: WorkID) throws -> LedgerEntry? {
        try read(within: .unlimited) { reader in
            let number = try HiddenWorks(database: reader.database).number(of: id)
            return try number.map { try reader.ledger(of: $0) }?.last { $0.field == .hidden }
        }
    }

    public func numbersHidden(since change: Int64) throws -> [Int64] {
        try read(within: .unlimited) { try HiddenWorks(database: $0.database).numbers(since: change) }
    }

    public func hiddenWork(_ id: WorkID) throws -> HiddenWork? {
        try read(within: .unlimited) { reader in
            try HiddenWorks(database: reader.database, seals: reader.seals).row(of: id).map {
                try hiddenWork($0, reader)
            }
        }
    }

    public func hiddenWorks() throws -> [HiddenWork] {
        try read(within: .unlimited) { reader in
            try HiddenWorks(database: reader.database, seals: reader.seals).rows().map { try hiddenWork($0, reader) }
        }
    }

    private func hiddenWork(_ row: HiddenWorks.Row, _ reader: WorkReader) throws -> HiddenWork {
        HiddenWork(
            work: try HiddenWorks(database: reader.database).work(
                row, privateExtra: reader.seals.map { try PrivateExtra(reader.database, $0) }),
            ledger: try reader.ledger(of: row.number, takenOut: row.record))
    }

    /// Size of the largest file that is built anew while it is in use, which takes some seconds. A larger one is when it is opened next.
    private static let rebuiltOctets: Int64 = 1 << 30
    /// Times that emptying the log is tried, how long each waits for readers, in milliseconds, and the pause between two, in microseconds.
    private static let attempts = 20
    private static let patience: Int32 = 50
    private static let pause: UInt32 = 50_000

    public func eraseTraces() throws -> Bool {
        if let rows { try read(within: .unlimited) { _ = try rows.session(in: $0.database) } }
        guard log != nil else { return true }
        guard try finishCleaning(upTo: Self.rebuiltOctets) else { return false }
        for attempt in 1...Self.attempts {
            let isEmptied = pool.writeWithoutTransaction { database in
                // Writers wait no longer for it than for any other commit.
                sqlite3_busy_timeout(database.sqliteConnection, Self.patience)
                defer { sqlite3_busy_timeout(database.sqliteConnection, Int32(options.busyTimeout * 1000)) }
                return sqlite3_wal_checkpoint_v2(
                    database.sqliteConnection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil) == SQLITE_OK
            }
            if isEmptied { return true }
            if attempt < Self.attempts { usleep(Self.pause) }
        }
        return false
    }
}
