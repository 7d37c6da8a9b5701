import GRDB
import Sealing
import Works

/// The table of followers, by the rule of ``Works/Following``.
struct Followers {
    private let database: Database
    private let seals: Seals
    private var reader: DeskReader { DeskReader(database: database, seals: seals) }

    init(_ database: Database, _ seals: Seals) {
        self.database = database
        self.seals = seals
    }

    /// - Throws: ``StoreError/keyMissing(path:reason:)``.
    private func pseudonyms() throws -> Pseudonyms { Pseudonyms(secret: try seals.secret(.followerKeys)) }

    /// A work of the file.
    struct Followed: Hashable {
        var number: Int64
        var id: WorkID

        fileprivate var place: String { "work \(id)" }
        /// Another one for the reporter, who may follow the work too.
        fileprivate var reporterPlace: String { "reporter of work \(id)" }
    }

    private func followed(_ id: WorkID) throws -> Followed? {
        try database.integer("SELECT fid FROM \(HiddenWorks.all) WHERE id = ?", [.text(id.description)])
            .map { Followed(number: $0, id: id) }
    }

    // MARK: Adding

    /// Adds a follower or the reporter; false if the network is one of them already.
    func add(_ network: String, to work: WorkID, isReporter: Bool, at now: Instant) throws -> Bool {
        guard let work = try followed(work) else { return false }
        let pseudonyms = try pseudonyms()
        let pseudonym = pseudonyms.pseudonym(of: "network \(network)")
        return try add(pseudonym, pseudonyms, to: work, isReporter: isReporter, at: now)
    }

    private func add(
        _ pseudonym: [UInt8], _ pseudonyms: Pseudonyms, to work: Followed, isReporter: Bool = false, at now: Instant
    ) throws -> Bool {
        let place = isReporter ? work.reporterPlace : work.place
        return try add(pseudonyms.wrapped(pseudonym, in: place), to: work, isReporter: isReporter, at: now)
    }

    private func add(_ follower: String, to work: Followed, isReporter: Bool, at now: Instant) throws -> Bool {
        try change(
            "INSERT OR IGNORE INTO followers (work, follower, since, is_reporter) VALUES (?, ?, ?, ?)",
            [.integer(work.number), .text(follower), .text(now.description), .integer(isReporter ? 1 : 0)]) > 0
    }

    /// The network that a report came from, as the report keeps it.
    func reporter(from network: String, of digest: String) throws -> String {
        let pseudonyms = try pseudonyms()
        return pseudonyms.wrapped(pseudonyms.pseudonym(of: "network \(network)"), in: "report \(digest)")
    }

    /// Has the reporter of a report be the one of the work that was made of it.
    func adopt(reporterOf digest: String, for work: WorkID, at now: Instant) throws {
        guard let work = try followed(work), let kept = try reader.reporter(ofReport: digest) else { return }
        let pseudonyms = try pseudonyms()
        guard let pseudonym = pseudonyms.unwrapped(kept, in: "report \(digest)") else { return }
        _ = try add(pseudonym, pseudonyms, to: work, isReporter: true, at: now)
    }

    /// Has all who follow one work, and its reporter, follow another.
    ///
    /// - Parameter isReported: True if somebody reported the work, from wherever.
    func copy(from id: WorkID, to other: WorkID, isReported: Bool, at now: Instant) throws {
        guard let work = try followed(id), let other = try followed(other) else { return }
        let pseudonyms = try pseudonyms()
        var knowsReporter = false
        for row in try rows(of: work) {
            knowsReporter = knowsReporter || row.isReporter
            if let pseudonym = pseudonym(of: row, in: work, pseudonyms) {
                _ = try add(pseudonym, pseudonyms, to: other, at: now)
            } else if !row.isReporter {
                // One who is only counted is counted there too, and not twice.
                _ = try add(row.follower, to: other, isReporter: false, at: now)
            }
        }
        if isReported, !knowsReporter {
            _ = try add(pseudonyms.pseudonym(of: work.place), pseudonyms, to: other, at: now)
        }
    }

    private typealias Follower = (follower: String, isReporter: Bool)

    private func pseudonym(of row: Follower, in work: Followed, _ pseudonyms: Pseudonyms) -> [UInt8]? {
        pseudonyms.unwrapped(row.follower, in: row.isReporter ? work.reporterPlace : work.place)
    }

    private func rows(of work: Followed) throws -> [Follower] {
        try reader.rows(
            "SELECT follower, is_reporter FROM followers WHERE work = ?", [.integer(work.number)]
        ) { ($0.text(0) ?? "", $0.integer(1) != 0) }
    }

    // MARK: Erasing

    /// Works that are followed from the networks from which some works were reported, with the followers' texts.
    func followings(ofReportersOf works: [WorkID]) throws -> [(id: WorkID, number: Int64, follower: String)] {
        let pseudonyms = try pseudonyms()
        var networks: Set<[UInt8]> = []
        for case let work? in try works.map({ try followed($0) }) {
            for row in try rows(of: work) where row.isReporter {
                if let pseudonym = pseudonym(of: row, in: work, pseudonyms) { networks.insert(pseudonym) }
            }
        }
        guard !networks.isEmpty else { return [] }
        let all = try reader.rows(
            """
            SELECT DISTINCT work, id FROM followers JOIN \(HiddenWorks.all) ON fid = work
            WHERE NOT is_reporter AND follower NOT GLOB '\(Following.erasedMark)*'
            """, []
        ) { row in row.text(1).flatMap { WorkID($0) }.map { Followed(number: row.integer(0), id: $0) } }
        var found: [(id: WorkID, number: Int64, follower: String)] = []
        for case let work? in all {
            for network in networks {
                let follower = pseudonyms.wrapped(network, in: work.place)
                let isThere = try database.integer(
                    "SELECT 1 FROM followers WHERE work = ? AND follower = ? AND NOT is_reporter",
                    [.integer(work.number), .text(follower)])
                if isThere != nil { found.append((work.id, work.number, follower)) }
            }
        }
        return found
    }

    /// Erases the network of one follower, who is only counted from then on.
    func erase(_ follower: String, of work: Int64, at now: Instant) throws {
        _ = try change(
            "UPDATE followers SET \(Self.erasing) WHERE work = ?2 AND follower = ?3",
            [.text(now.description), .integer(work), .text(follower)])
    }

    /// Erases the network of a work's reporter.
    func eraseReporter(of work: WorkID) throws {
        _ = try change(
            "DELETE FROM followers WHERE work = (SELECT fid FROM \(HiddenWorks.all) WHERE id = ?) AND is_reporter",
            [.text(work.description)])
    }

    /// Erases all networks of a work; how many follow it stays. False if there was none.
    func eraseAll(of work: WorkID, at now: Instant) throws -> Bool {
        try eraseReporter(of: work)
        let reporters = database.changesCount
        let followers = try change(
            """
            UPDATE followers SET \(Self.erasing) WHERE work = (SELECT fid FROM \(HiddenWorks.all) WHERE id = ?2)
            AND follower NOT GLOB '\(Following.erasedMark)*'
            """, [.text(now.description), .text(work.description)])
        return reporters + followers > 0
    }

    /// SQL of the text in the place of a network: random digits, and the moment of the erasure.
    private static let erasing = "follower = '\(Following.erasedMark)' || lower(hex(randomblob(16))), since = ?1"

    // MARK: Schema

    /// Followers were told apart by digests of telephone numbers, e-mail addresses and networks, with a secret in the same file: they are only
    /// counted from now on.
    static func forgetContacts(in database: Database) throws {
        try database.run(
            """
            ALTER TABLE followers ADD COLUMN is_reporter INTEGER NOT NULL DEFAULT 0;
            UPDATE followers SET follower = '\(Following.erasedMark)' || lower(hex(randomblob(16)));
            DELETE FROM desk_secrets WHERE name = 'followers';
            ALTER TABLE pending_reports ADD COLUMN reporter TEXT;
            """)
        try database.writeAnew("followers")
    }

    private func change(_ sql: String, _ values: [SQLValue]) throws -> Int {
        let statement = try PreparedStatement(database, sql)
        statement.bind(values)
        try statement.run()
        return database.changesCount
    }
}
