import Foundation
import GRDB
import TimeBudgets
public import Works

/// The tables that say which store this is and which commit made its present state: `store_identity`, `commits`, and the tokens in `changes`.
///
/// Whoever keeps something of an earlier state asks whether that state is among the last commits. If it is not, the file was restored or
/// replaced in the meantime, and nothing that was kept holds.
enum IdentityTables {
    /// Commits that are remembered. Whoever is further behind reads everything anew.
    static let remembered: Int64 = 4096

    static func register(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("12 identity of the store", foreignKeyChecks: .immediate) { database in
            try create(in: database)
            try database.run("PRAGMA user_version = 12")
        }
    }

    private static func create(in database: Database) throws {
        try database.run(
            """
            ALTER TABLE changes ADD COLUMN token INTEGER NOT NULL DEFAULT 0;
            CREATE TABLE store_identity (id INTEGER PRIMARY KEY CHECK (id = 1), uuid TEXT NOT NULL);
            CREATE TABLE commits (number INTEGER PRIMARY KEY, token INTEGER NOT NULL, works INTEGER);
            CREATE INDEX commits_works ON commits (works) WHERE works IS NOT NULL;
            """)
        let statement = try PreparedStatement(database, "INSERT INTO store_identity VALUES (1, ?)", isKept: false)
        statement.bind(1, UUID().uuidString.lowercased())
        try statement.run()
        try renew(in: database)
    }

    static func identity(in database: Database) throws -> StoreIdentity {
        let statement = try PreparedStatement(
            database, "SELECT uuid, number, token FROM store_identity, commits ORDER BY number DESC LIMIT 1")
        defer { statement.reset() }
        guard try statement.step(), let uuid = statement.text(0) else {
            throw StoreError.corrupt("the store's identity is gone")
        }
        return StoreIdentity(store: uuid, commit: statement.integer(1), token: statement.integer(2))
    }

    /// Notes a commit and returns its token.
    ///
    /// - Parameter works: The count of changes of works if the commit changed works.
    static func noteCommit(works: Int64?, in database: Database) throws -> Int64 {
        let token = newToken()
        let statement = try PreparedStatement(
            database,
            "INSERT INTO commits SELECT coalesce(max(number), 0) + 1, ?1, ?2 FROM commits")
        statement.bind(1, token)
        if let works { statement.bind(2, works) } else { statement.bind(2, String?.none) }
        try statement.run()
        let trim = try PreparedStatement(
            database, "DELETE FROM commits WHERE number <= (SELECT max(number) FROM commits) - \(remembered)")
        try trim.run()
        return token
    }

    /// The present state of the works.
    static func stateOfWorks(in database: Database) throws -> StoreState {
        let statement = try PreparedStatement(database, "SELECT count, token FROM changes WHERE layer = 'works'")
        defer { statement.reset() }
        guard try statement.step() else { return StoreState(count: 0, token: 0) }
        return StoreState(count: statement.integer(0), token: statement.integer(1))
    }

    /// True if the works came from an earlier state to the present one by commits alone.
    static func continues(_ state: StoreState, in database: Database) throws -> Bool {
        try database.integer(
            "SELECT 1 FROM commits WHERE works = ? AND token = ?", [.integer(state.count), .integer(state.token)])
            != nil
    }

    /// Makes the present state one that follows from no other: all that was kept of the store is read anew.
    static func renew(in database: Database) throws {
        let token = newToken()
        let number = try database.integer("SELECT max(number) FROM commits") ?? 0
        try database.run(
            """
            DELETE FROM commits;
            INSERT INTO commits SELECT \(number + 1), \(token), count FROM changes WHERE layer = 'works';
            UPDATE changes SET token = \(token);
            """)
    }

    private static func newToken() -> Int64 { .random(in: 1 ... .max) }
}

extension SpatiaLiteStore {
    /// Identity of the present state.
    public func identity() throws -> StoreIdentity {
        try read(within: .unlimited) { try IdentityTables.identity(in: $0.database) }
    }

    public func continues(_ state: StoreState) throws -> Bool {
        try read(within: .unlimited) { try IdentityTables.continues(state, in: $0.database) }
    }

    /// Makes the present state one that follows from no other.
    func renewIdentity() throws {
        try pool.write { try IdentityTables.renew(in: $0) }
    }
}
