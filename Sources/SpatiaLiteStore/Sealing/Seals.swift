import GRDB
import Sealing
import Works

/// Seals and opens the private values of a database within one transaction.
///
/// New values are sealed with the key that the database calls current. Every writer asks for it inside its transaction, so that no value is
/// sealed with a key that another process has just done away with.
///
/// A class, because it remembers the current key for the rest of the transaction.
final class Seals {
    let database: Database
    let keys: StoreKeys
    private var current: KeyID?
    private var sealers: [SealingPurpose: Sealer] = [:]

    init(_ database: Database, _ keys: StoreKeys) {
        self.database = database
        self.keys = keys
    }

    // MARK: Sealing

    /// Id of the key that seals what is new.
    func currentKey() throws -> KeyID {
        if let current { return current }
        let statement = try PreparedStatement(database, "SELECT id FROM sealing_keys WHERE state = 'current'")
        defer { statement.reset() }
        guard try statement.step(), let id = statement.text(0).flatMap({ KeyID($0) }) else {
            throw StoreError.corrupt("no key is noted that seals what is private")
        }
        current = id
        return id
    }

    /// - Throws: ``StoreError/keyMissing(path:reason:)``.
    func sealer(_ purpose: SealingPurpose) throws -> Sealer {
        if let known = sealers[purpose] { return known }
        let id = try currentKey()
        guard let sealer = keys.sealer(purpose, with: id) else { throw keys.missing(id) }
        sealers[purpose] = sealer
        return sealer
    }

    /// True if what is new can be sealed.
    var canSeal: Bool { (try? sealer(.contacts)) != nil }

    /// Seals a text for a row; nil for nil.
    ///
    /// - Parameter row: As ``SealedColumn/row`` makes it of the row.
    /// - Throws: ``StoreError/keyMissing(path:reason:)``; nothing is ever kept as it is because a key is missing.
    func seal(_ text: String?, _ column: SealedColumn, row: String) throws -> [UInt8]? {
        guard let text else { return nil }
        return try seal(Array(text.utf8), column, row: row)
    }

    func seal(_ bytes: [UInt8], _ column: SealedColumn, row: String) throws -> [UInt8] {
        try sealer(column.purpose).seal(bytes, at: column.place(row))
    }

    // MARK: Opening

    /// Outcome of opening a sealed value.
    enum Opened {
        case bytes([UInt8])
        /// It was sealed with a key that is lost, and what is new is sealed with another one.
        case lost(KeyID)
    }

    /// Opens the value of a row.
    ///
    /// - Throws: ``StoreError/keyMissing(path:reason:)`` if the key file is not there, or not the database's; ``StoreError/corrupt(_:)`` if the value
    ///   was changed or moved.
    func open(_ sealed: UnsafeRawBufferPointer, _ column: SealedColumn, row: String) throws -> Opened {
        guard let id = Sealer.key(of: sealed) else { throw Self.altered(column, row) }
        guard let sealer = keys.sealer(column.purpose, with: id) else {
            let current = try currentKey()
            guard id != current, keys.ring?.contains(current) ?? false else { throw keys.missing(id) }
            return .lost(id)
        }
        do { return .bytes(try sealer.open(sealed, at: column.place(row))) } catch {
            throw Self.altered(column, row)
        }
    }

    /// The text of a row's value; nil if its key is lost.
    func text(_ sealed: UnsafeRawBufferPointer, _ column: SealedColumn, row: String) throws -> String? {
        guard case .bytes(let bytes) = try open(sealed, column, row: row) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func altered(_ column: SealedColumn, _ row: String) -> StoreError {
        .corrupt("\(column.table): the private part of \(row) was changed or put there by another program")
    }

    // MARK: Secrets

    /// A secret of this database, 256 random bits that stay the same when keys change.
    ///
    /// - Throws: ``StoreError/keyMissing(path:reason:)``.
    func secret(_ name: StoreSecret) throws -> [UInt8] {
        let statement = try PreparedStatement(database, "SELECT sealed FROM desk_secrets WHERE name = ?")
        defer { statement.reset() }
        statement.bind(1, name.rawValue)
        guard try statement.step() else { throw StoreError.corrupt("the secret “\(name.rawValue)” is gone") }
        guard case .bytes(let bytes) = try open(statement.blob(0), .secret, row: name.rawValue) else {
            throw StoreError.corrupt("the secret “\(name.rawValue)” is sealed with a key that is lost")
        }
        return bytes
    }

    /// Makes a secret, in the place of one of the same name.
    func set(_ secret: [UInt8], as name: StoreSecret) throws {
        let statement = try PreparedStatement(database, "INSERT OR REPLACE INTO desk_secrets VALUES (?, ?)")
        statement.bind(1, name.rawValue)
        statement.bind(2, try seal(secret, .secret, row: name.rawValue))
        try statement.run()
    }
}

/// Secrets that a database keeps, sealed.
enum StoreSecret: String, CaseIterable {
    /// Keys the digests of tokens.
    case tokens
    /// Goes before what a follower is known by, when a digest is made of it.
    case followers
    /// Keys the digests of followers.
    case followerKeys = "follower_keys"

    /// 256 random bits; as text where they go before a text.
    func new() -> [UInt8] { self == .followers ? Array(KeyedDigest.newText().utf8) : KeyedDigest.newSecret() }
}
