import CSpatiaLite
import GRDB
public import Sealing
import TimeBudgets
import Works

extension SpatiaLiteStore {
    /// Path of the key file.
    public var keyFile: KeyFile { keys.file }

    // MARK: Showing

    /// The keys of the file and of the database, with how many values each seals.
    ///
    /// - Throws: ``StoreError/publicCopy(path:)``.
    public func keyStates() throws -> [KeyState] {
        guard !isPublicCopy else { throw StoreError.publicCopy(path: path) }
        let ring = keys.refreshed()?.keys ?? []
        return try read(within: .unlimited) { reader in
            let counts = try Self.valuesByKey(reader.database)
            var states = try Self.noted(reader.database).map { key in
                KeyState(
                    id: key.id, role: key.role, since: key.since, isInFile: ring.contains { $0.id == key.id },
                    values: counts[key.id] ?? 0)
            }
            for key in ring where !states.contains(where: { $0.id == key.id }) {
                states.append(
                    KeyState(
                        id: key.id, role: .unused, since: key.createdAt, isInFile: true, values: counts[key.id] ?? 0))
            }
            return states.sorted { ($0.since, $0.id.description) < ($1.since, $1.id.description) }
        }
    }

    /// The keys that the database names.
    private static func noted(_ database: Database) throws -> [(id: KeyID, since: String, role: KeyState.Role)] {
        let statement = try PreparedStatement(database, "SELECT id, since, state FROM sealing_keys ORDER BY since, id")
        defer { statement.reset() }
        var keys: [(id: KeyID, since: String, role: KeyState.Role)] = []
        while try statement.step() {
            guard let id = statement.text(0).flatMap({ KeyID($0) }), let since = statement.text(1),
                let role = statement.text(2).flatMap(KeyState.Role.init(rawValue:))
            else { throw StoreError.corrupt("a key that is noted cannot be read") }
            keys.append((id, since, role))
        }
        return keys
    }

    /// Numbers of sealed values and codes that name each key.
    private static func valuesByKey(_ database: Database) throws -> [KeyID: Int] {
        var counts: [KeyID: Int] = [:]
        func add(_ table: String, _ column: String, from first: Int) throws {
            let statement = try PreparedStatement(
                database,
                """
                SELECT lower(hex(substr(\(column), \(first), 4))), count(*) FROM \(table)
                WHERE typeof(\(column)) = 'blob' GROUP BY 1
                """)
            defer { statement.reset() }
            while try statement.step() {
                if let id = statement.text(0).flatMap({ KeyID($0) }) {
                    counts[id, default: 0] += Int(statement.integer(1))
                }
            }
        }
        for column in SealedColumn.allCases { try add(column.table, column.column, from: 2) }
        try add("access_tokens", "code", from: 1)
        return counts
    }

    // MARK: Rotation

    /// Values that are sealed anew in one transaction, between which others write.
    private static let batch = 500

    /// Makes a new key, seals everything with it, and takes the keys before it out of the file once no value needs them.
    ///
    /// It may be killed at any moment: the next call goes on where this one ended. Others read and write all the while.
    ///
    /// - Throws: ``StoreError/keyMissing(path:reason:)`` if the present key is not there; nothing was changed then.
    public func rotateKey(progress: (_ resealed: Int) -> Void = { _ in }) throws -> KeyRotation {
        guard !isPublicCopy else { throw StoreError.publicCopy(path: path) }
        var rotation = KeyRotation(key: try begin())
        for column in SealedColumn.allCases { try reseal(column, &rotation, progress) }
        try remakeCodes(&rotation)
        progress(rotation.resealed)
        try finish(&rotation)
        return rotation
    }

    /// Puts a new key into the file and then into the database; from then on all that write seal with it.
    ///
    /// The file is written while the database is locked for other writers, so that two rotations do not overwrite each other's keys.
    ///
    /// - Returns: The new key, or the present one if a rotation was interrupted.
    private func begin() throws -> KeyID {
        let now = Instant.now.description
        var begun: KeyID?
        try changeKeys { database in
            let noted = try Self.noted(database)
            let present = try Seals(database, keys).currentKey()
            guard let ring = keys.refreshed(), ring.contains(present) else { throw keys.missing(present) }
            guard !noted.contains(where: { $0.role == .old || $0.role == .retired }) else { return begun = present }
            let key: SealingKey
            if let newest = ring.newest, !noted.contains(where: { $0.id == newest.id }) {
                // An earlier rotation ended after it had written the file.
                key = newest
            } else {
                key = SealingKey.new(createdAt: now)
                try keys.file.replace(with: ring.keys + [key])
                guard keys.refreshed()?.contains(key.id) ?? false else { throw keys.missing(key.id) }
            }
            // Keys that were lost and came back are replaced too.
            for (id, _, _) in noted where ring.contains(id) {
                try database.run("UPDATE sealing_keys SET state = 'old' WHERE id = '\(id)'")
            }
            try database.run("INSERT INTO sealing_keys VALUES ('\(key.id)', '\(now)', 'current')")
            begun = key.id
        }
        return begun!
    }

    /// Seals the values of a column anew that are not sealed with the current key, some hundreds in a transaction.
    private func reseal(_ column: SealedColumn, _ rotation: inout KeyRotation, _ progress: (Int) -> Void) throws {
        var last: [SQLValue]?
        repeat {
            var (seen, resealed, left) = (0, 0, [KeyID: Int]())
            let previous = last
            try changeKeys { database in
                let seals = Seals(database, keys)
                let keyColumns = column.key.joined(separator: ", ")
                let places = column.key.map { _ in "?" }.joined(separator: ", ")
                let select = try PreparedStatement(
                    database,
                    """
                    SELECT \(column.row), \(column.column), \(keyColumns) FROM \(column.table)
                    WHERE typeof(\(column.column)) = 'blob'\(previous == nil ? "" : " AND (\(keyColumns)) > (\(places))")
                    ORDER BY \(keyColumns) LIMIT \(Self.batch)
                    """)
                select.bind(previous ?? [])
                var changes: [(key: [SQLValue], sealed: [UInt8])] = []
                do {
                    defer { select.reset() }
                    while try select.step() {
                        seen += 1
                        let key = column.key.indices.map { select.value(Int32($0) + 2) }
                        last = key
                        guard Sealer.key(of: select.blob(1)) != rotation.key else { continue }
                        let row = select.text(0) ?? ""
                        do {
                            if case .bytes(let bytes) = try seals.open(select.blob(1), column, row: row) {
                                changes.append((key, try seals.seal(bytes, column, row: row)))
                            }
                        } catch StoreError.corrupt {
                            left[Self.named(select.blob(1).dropFirst()), default: 0] += 1
                        }
                    }
                }
                let conditions = column.key.enumerated().map { "\($1) = ?\($0 + 2)" }.joined(separator: " AND ")
                let update = try PreparedStatement(
                    database, "UPDATE \(column.table) SET \(column.column) = ?1 WHERE \(conditions)")
                for change in changes {
                    update.bind([.blob(change.sealed)] + change.key)
                    try update.run()
                }
                resealed = changes.count
            }
            rotation.resealed += resealed
            rotation.leftByKey.merge(left, uniquingKeysWith: +)
            progress(rotation.resealed)
            if seen < Self.batch { return }
        } while true
    }

    /// Makes the codes of genuine tokens anew; one that another program has written gets none.
    private func remakeCodes(_ rotation: inout KeyRotation) throws {
        let key = rotation.key
        var (remade, left) = (0, [KeyID: Int]())
        try changeKeys { database in
            let seals = Seals(database, keys)
            var codes: [(id: Int64, code: [UInt8])] = []
            let select = try PreparedStatement(database, "SELECT \(TokenRow.columns) FROM access_tokens")
            do {
                defer { select.reset() }
                while try select.step() {
                    let code = Array(select.blob(10))
                    guard Sealer.key(ofCode: code) != key else { continue }
                    let token = try TokenRow.token(select, seals)
                    if token.isGenuine {
                        codes.append((token.id, try seals.sealer(.tokenCodes).code(of: TokenRow.authenticated(token))))
                    } else {
                        left[Self.named(code), default: 0] += 1
                    }
                }
            }
            let update = try PreparedStatement(database, "UPDATE access_tokens SET code = ?2 WHERE id = ?1")
            for (id, code) in codes {
                update.bind([.integer(id), .blob(code)])
                try update.run()
            }
            remade = codes.count
        }
        rotation.resealed += remade
        rotation.leftByKey.merge(left, uniquingKeysWith: +)
    }

    /// The key whose id some bytes begin with, as ``valuesByKey(_:)`` reads it.
    private static func named(_ bytes: some Collection<UInt8>) -> KeyID { KeyID(bytes: bytes.prefix(4)) }

    /// Takes the old keys out of the file, if no value that opens needs them any more.
    private func finish(_ rotation: inout KeyRotation) throws {
        var retired: [KeyID] = []
        let left = rotation.leftByKey
        try changeKeys { database in
            let counts = try Self.valuesByKey(database)
            let ring = keys.refreshed()
            for (id, _, role) in try Self.noted(database) where role == .old {
                guard ring?.contains(id) ?? false else {
                    try database.run("UPDATE sealing_keys SET state = 'lost' WHERE id = '\(id)'")
                    continue
                }
                guard counts[id] ?? 0 <= left[id] ?? 0 else { continue }
                try database.run("UPDATE sealing_keys SET state = 'retired' WHERE id = '\(id)'")
            }
        }
        // The file loses a key only after the database has noted that nothing needs it.
        try changeKeys { database in
            retired = try Self.noted(database).filter { $0.role == .retired }.map(\.id)
            if let ring = keys.refreshed(), ring.keys.contains(where: { retired.contains($0.id) }) {
                try keys.file.replace(with: ring.keys.filter { !retired.contains($0.id) })
                keys.refreshed()
            }
            for id in retired { try database.run("DELETE FROM sealing_keys WHERE id = '\(id)'") }
        }
        // What the old keys sealed goes out of the log too.
        try pool.writeWithoutTransaction { _ = try Self.emptyLog($0) }
        rotation.removed = retired
    }

    // MARK: A lost key

    /// Begins anew with another key, where the database's own is lost. What it sealed stays, and opens again if the key is put back.
    ///
    /// All tokens lose their power for good.
    ///
    /// - Returns: The new key's id, and how many values are lost.
    /// - Throws: ``KeyChangeError/keyIsThere(path:)``.
    public func beginAnew() throws -> (key: KeyID, lost: Int) {
        guard !isPublicCopy else { throw StoreError.publicCopy(path: path) }
        let now = Instant.now
        var begun: (key: KeyID, lost: Int)?
        try changeKeys { database in
            let noted = try Self.noted(database)
            let ring = keys.refreshed()
            if let current = noted.first(where: { $0.role == .current })?.id, ring?.contains(current) ?? false {
                throw KeyChangeError.keyIsThere(path: keys.file.path)
            }
            var key = try keys.newestOrNew(at: now, for: KeyFile.Owner(of: path))
            if noted.contains(where: { $0.id == key.id }) {
                key = SealingKey.new(createdAt: now.description)
                try keys.file.replace(with: (keys.ring?.keys ?? []) + [key])
                keys.refreshed()
            }
            let has = Set(keys.ring?.keys.map(\.id) ?? [])
            for (id, _, _) in noted {
                let state = has.contains(id) ? "old" : "lost"
                try database.run("UPDATE sealing_keys SET state = '\(state)' WHERE id = '\(id)'")
            }
            try database.run("INSERT INTO sealing_keys VALUES ('\(key.id)', '\(now)', 'current')")
            let seals = Seals(database, keys)
            for name in StoreSecret.allCases { try seals.set(name.new(), as: name) }
            let lost = try Self.valuesByKey(database).reduce(0) { $0 + (has.contains($1.key) ? 0 : $1.value) }
            begun = (key.id, lost)
        }
        return begun!
    }

    /// Runs `body` as one transaction that is on the disk when the call returns.
    private func changeKeys(_ body: (Database) throws -> Void) throws {
        do {
            try checkFile()
            try pool.writeWithoutTransaction { database in
                try database.run("PRAGMA synchronous = FULL")
                defer { if !options.syncedCommits { try? database.run("PRAGMA synchronous = NORMAL") } }
                try database.inTransaction(.immediate) {
                    try body(database)
                    return .commit
                }
            }
        } catch {
            throw StoreError.named(error, path: path)
        }
    }
}
