import Foundation
import Geometry
import Sealing
import SpatiaLiteStore
import Testing
import TimeBudgets
import Works

@Suite("What is private is sealed")
struct SealedStoreTests {
    private let folder: TemporaryFolder
    private let work: Work
    private let digest = String(repeating: "a", count: 64)

    init() throws {
        folder = try TemporaryFolder()
        var work = Work.sample(1, source: "s", at: .point(Coordinate(longitude: 1, latitude: 2)))
        work.privateExtra = #"{"phone":"MARKER"}"#
        self.work = work
    }

    private var key: KeyFile { KeyFile(path: folder.path("works.city/key")) }

    /// A store with the word MARKER in every private field.
    private func filled() throws -> SpatiaLiteStore {
        let store = try SpatiaLiteStore.create(at: folder.path())
        let person = Actor(kind: .person, name: "MARKER", organisation: "Roads")
        try store.writeDesk { transaction in
            var entry = work.ledger[0]
            entry.actor = person
            try transaction.insert(work, ledger: [entry])
            _ = try transaction.upsert(
                ReferenceFeature(id: "x:1", privateExtra: #"{"head":"MARKER"}"#, geometry: nil), in: .schools)
            try transaction.setContact(contact, of: work.id)
            try transaction.add(report)
            _ = try transaction.addFollower(from: "MARKER", to: work.id, at: noon)
            let id = try transaction.add(
                AccessToken(name: "MARKER", role: .admin, digest: digest, createdAt: noon))
            try transaction.add(
                AuditEntry(at: noon, tokenID: id, name: "MARKER", action: "MARKER", work: work.id, detail: "MARKER"))
        }
        return store
    }

    private let contact = ReporterContact(
        email: "MARKER", phone: "MARKER", firstName: "MARKER", lastName: "MARKER", deviceID: "MARKER",
        accountID: "MARKER")
    private let report = PendingReport(
        token: "MARKER", receivedAt: noon, category: "MARKER", severity: .severe, description: "MARKER",
        address: "MARKER", longitude: 44.123456789, latitude: 56.25, mediaURL: "MARKER",
        contact: ReporterContact(email: "MARKER"))

    private func checkContent(_ store: SpatiaLiteStore) throws {
        #expect(try store.contact(of: work.id) == contact)
        #expect(try store.privateExtra(of: work.id) == work.privateExtra)
        #expect(try store.pendingReport("MARKER") == report)
        #expect(try store.pendingReports() == [report])
        #expect(try store.ledger(of: work.id)[0].actor.name == "MARKER")
        let token = try #require(try store.token(digest: digest))
        #expect(token.name == "MARKER" && token.isGenuine && token.refusal(at: noon) == nil)
        let entry = try #require(try store.audit(limit: 1).first)
        #expect(entry.name == "MARKER" && entry.action == "MARKER" && entry.detail == "MARKER" && entry.work == work.id)
        #expect(try !store.writeDesk { try $0.addFollower(from: "MARKER", to: work.id, at: noon) })
        #expect(try store.check() == [])
    }

    /// The files of the folder, but the key, in which a word is.
    private func files(with word: String) throws -> [String] {
        folder.files.filter { name in
            guard let data = FileManager.default.contents(atPath: folder.path(name)) else { return false }
            return data.range(of: Data(word.utf8)) != nil
        }
    }

    @Test("No byte of the database, its log, a backup or a public copy has anything private")
    func nothingOpen() throws {
        let store = try filled()
        try checkContent(store)
        try store.backup(to: folder.path("backup.sqlite"))
        try store.publicCopy(to: folder.path("public.sqlite"))
        #expect(folder.files.contains("works.sqlite-wal"))
        #expect(try files(with: "MARKER") == [])
        // The search would have found it.
        try SQLite(folder.path("other.sqlite")).run("CREATE TABLE t (a); INSERT INTO t VALUES ('MARKER')")
        #expect(try files(with: "MARKER") == ["other.sqlite"])
        try store.close()
        try checkContent(try SpatiaLiteStore.open(at: folder.path()))
    }

    @Test("Files are for their owner and group, the key for its owner, whatever the mask")
    func modes() throws {
        let before = umask(0)
        defer { umask(before) }
        let store = try filled()
        try store.backup(to: folder.path("backup.sqlite"))
        try store.publicCopy(to: folder.path("public.sqlite"))
        for name in folder.files where name != "works.city" {
            #expect(KeyFile(path: folder.path(name)).mode == 0o640, "\(name)")
        }
        #expect(KeyFile(path: folder.path("works.city")).mode == 0o750)
        #expect(key.mode == 0o600)
        try store.close()
        chmod(folder.path(), 0o666)
        try SpatiaLiteStore.open(at: folder.path()).close()
        #expect(KeyFile(path: folder.path()).mode == 0o640)
    }

    @Test("A public copy has no private table, shows all that is public, and takes nothing")
    func publicCopy() throws {
        try filled().publicCopy(to: folder.path("public.sqlite"))
        let tables = try SQLite(folder.path("public.sqlite")).text("SELECT group_concat(name) FROM sqlite_master") ?? ""
        for name in [
            "access_tokens", "reporter_contacts", "pending_reports", "private_extra", "audit_log", "desk_secrets",
            "followers", "sealing_keys",
        ] { #expect(!tables.contains(name)) }
        #expect(
            try SQLite(folder.path("public.sqlite")).text(
                "SELECT count(*) FROM recordings WHERE typeof(actor_name) = 'blob'")
                == "0")
        let copy = try SpatiaLiteStore.open(at: folder.path("public.sqlite"))
        #expect(copy.isPublicCopy)
        #expect(try copy.works().map(\.id) == [work.id])
        #expect(try copy.ledger(of: work.id)[0].actor == Actor(kind: .person, organisation: "Roads"))
        #expect(try copy.followerCount(of: work.id) == 0)
        #expect(try copy.check() == [])
        #expect(try copy.remarks().count == 1)
        _ = try copy.contentStamp()
        let refused = StoreError.publicCopy(path: copy.path)
        #expect(throws: refused) { try copy.write(bulk: false) { try $0.noteObservation(noon, ofSource: "a") } }
        #expect(throws: refused) { try copy.writeDesk { try $0.add(report) } }
        #expect(throws: refused) { try copy.token(digest: digest) }
        #expect(throws: refused) { try copy.pendingReports() }
        #expect(throws: refused) { try copy.keyStates() }
        try copy.publicCopy(to: folder.path("again.sqlite"))
        #expect(!folder.files.contains("public.city"))
        #expect(throws: (any Error).self) {
            try SpatiaLiteStore.restore(folder.path("public.sqlite"), to: folder.path())
        }
        try SpatiaLiteStore.restore(folder.path("public.sqlite"), to: folder.path("elsewhere.sqlite"))
    }

    @Test("Without its key a database shows all that is public, says what is missing, and keeps nothing open")
    func withoutKey() throws {
        try filled().close()
        try FileManager.default.moveItem(atPath: key.path, toPath: folder.path("kept"))
        let store = try SpatiaLiteStore.open(at: folder.path())
        #expect(try store.remarks().joined().contains(key.path))
        #expect(try store.works().map(\.id) == [work.id])
        #expect(try store.ledger(of: work.id)[0].actor.name == nil)
        #expect(try store.check() == [])
        func refused(_ body: () throws -> Void) {
            #expect { try body() } throws: { error in
                guard case StoreError.keyMissing(let path, _) = error else { return false }
                return path == key.path
            }
        }
        refused { _ = try store.contact(of: work.id) }
        refused { _ = try store.privateExtra(of: work.id) }
        refused { _ = try store.token(digest: digest) }
        refused { _ = try store.tokens() }
        refused { _ = try store.audit(limit: 1) }
        refused { _ = try store.pendingReports() }
        refused { _ = try store.writeDesk { try $0.addFollower(from: "MARKER", to: work.id, at: noon) } }
        refused { try store.writeDesk { try $0.setContact(contact, of: work.id) } }
        refused { try store.writeDesk { try $0.add(report) } }
        refused { try store.writeDesk { try $0.add(AuditEntry(at: noon, name: "x", action: "y")) } }
        refused {
            try store.writeDesk { _ = try $0.add(AccessToken(name: "x", role: .viewer, digest: "", createdAt: noon)) }
        }
        var other = Work.sample(2, source: "s")
        other.privateExtra = "{}"
        refused { try store.write(bulk: false) { try $0.insert(other, ledger: other.ledger) } }
        // What is public goes on, and takes nothing away.
        other.privateExtra = nil
        try store.write(bulk: false) { transaction in
            try transaction.insert(other, ledger: other.ledger)
            var changed = try #require(try transaction.work(source: "s", sourceID: "1"))
            changed.title = "New"
            changed.revision += 1
            try transaction.update(changed, ledger: [])
        }
        #expect(try store.writeDesk { try $0.erase(keeping: Retention(), at: noon + 1) }.isEmpty)
        #expect(throws: (any Error).self) { try store.rotateKey() }
        #expect(!FileManager.default.fileExists(atPath: key.path))
        #expect(try files(with: "MARKER") == [])
        // The key comes back while the store is open.
        try FileManager.default.moveItem(atPath: folder.path("kept"), toPath: key.path)
        try checkContent(store)
    }

    @Test("A key file of another database is named, and nothing is sealed with it")
    func wrongKey() throws {
        try filled().close()
        try FileManager.default.removeItem(atPath: key.path)
        try key.make(.new(createdAt: "2026-01-01T00:00:00Z"))
        let store = try SpatiaLiteStore.open(at: folder.path())
        let remark = try store.remarks().joined()
        #expect(remark.contains("has no key") && remark.contains(key.path))
        #expect(throws: StoreError.self) { try store.contact(of: work.id) }
        #expect(throws: StoreError.self) { try store.writeDesk { try $0.add(report) } }
    }

    @Test("A value that another program has changed or moved does not open, and is told by the check")
    func tampering() throws {
        let store = try filled()
        let second = Work.sample(2)
        try store.writeDesk { transaction in
            try transaction.insert(second, ledger: second.ledger)
            try transaction.setContact(ReporterContact(email: "b"), of: second.id)
        }
        let file = try SQLite(folder.path())
        try file.run(
            "UPDATE reporter_contacts SET sealed = (SELECT sealed FROM reporter_contacts WHERE work = 1) WHERE work = 2"
        )
        #expect(throws: StoreError.self) { try store.contact(of: second.id) }
        #expect(try store.contact(of: work.id) == contact)
        #expect(try store.check().map(\.subject) == ["reporter_contacts"])
        try file.run("UPDATE pending_reports SET received_at = '2000-01-01T00:00:00Z'")
        #expect(try store.pendingReports() == [])
        #expect(throws: StoreError.self) { try store.pendingReport("MARKER") }
        try file.run(
            "DROP TRIGGER audit_log_is_never_changed; UPDATE audit_log SET work = NULL, at = '2001-01-01T00:00:00Z'")
        #expect(try store.audit(limit: 1)[0].name.contains("another program"))
        #expect(
            try Set(store.check().map(\.subject))
                == ["schema", "reporter_contacts", "pending_reports", "audit_log"])
    }

    @Test(
        "A token that another program has changed has no power",
        arguments: [
            "role = 'admin'", "organisation = NULL", "source = NULL", "expires_at = NULL", "revoked_at = NULL",
            "expires_at = '2099-01-01T00:00:00Z'", "digest = 'DIGEST'", "code = NULL", "code = x'00'",
            "name = 'somebody'", "id = 9", "created_at = '2030-01-01T00:00:00Z'",
        ])
    func changedTokens(change: String) throws {
        let store = try filled()
        let token = AccessToken(
            name: "machine", role: .dispatcher, organisation: "Roads", source: "sensors",
            digest: String(repeating: "b", count: 64), createdAt: noon, expiresAt: noon + 60)
        let id = try store.writeDesk { transaction in
            let id = try transaction.add(token)
            _ = try transaction.revokeToken(id, at: noon)
            return id
        }
        #expect(try store.token(digest: token.digest)?.refusal(at: noon - 1) == .revoked)
        try SQLite(folder.path()).run(
            "UPDATE access_tokens SET \(change.replacing("DIGEST", with: String(repeating: "c", count: 64))) WHERE id = \(id)"
        )
        let read = try store.tokens().filter { $0.id != 1 }
        #expect(read.count == 1 && read[0].refusal(at: noon - 1) == .altered)
        #expect(try store.check().map(\.subject).allSatisfy { $0 == "access_tokens" })
        #expect(try !store.check().isEmpty)
        #expect(try store.token(digest: digest)?.isGenuine == true)
    }

    @Test("A token that another program has written, or copied from another one, has no power")
    func forgedTokens() throws {
        let store = try filled()
        let forged = String(repeating: "f", count: 64)
        try SQLite(folder.path()).run(
            """
            INSERT INTO access_tokens (name, role, digest, created_at) VALUES ('x', 'admin', '\(forged)', '2026-01-01T00:00:00Z');
            INSERT INTO access_tokens (name, role, digest, created_at, code)
                SELECT name, role, '\(String(repeating: "e", count: 64))', created_at, code FROM access_tokens WHERE id = 1
            """)
        #expect(try store.token(digest: forged) == nil)
        #expect(try store.tokens().map(\.isGenuine) == [true, false, false])
        // Revoking one gives it no code.
        #expect(try store.writeDesk { try $0.revokeToken(2, at: noon) })
        #expect(try store.tokens().map(\.isGenuine) == [true, false, false])
    }

    @Test("A row that was copied before its token was revoked has no power once the key is replaced")
    func copiedRow() throws {
        let store = try filled()
        let file = try SQLite(folder.path())
        try file.run("CREATE TABLE copied AS SELECT * FROM access_tokens")
        _ = try store.writeDesk { try $0.revokeToken(1, at: noon) }
        #expect(try store.token(digest: digest)?.refusal(at: noon) == .revoked)
        _ = try store.rotateKey()
        try file.run("UPDATE access_tokens SET (revoked_at, name, code) = (SELECT revoked_at, name, code FROM copied)")
        #expect(try store.token(digest: digest)?.refusal(at: noon) == .altered)
    }

    // MARK: Keys

    @Test("Rotation seals everything anew, takes the old key out of the file, and keeps tokens good")
    func rotation() throws {
        let store = try filled()
        let before = try #require(try key.read().first?.id)
        let other = try SpatiaLiteStore.open(at: folder.path())
        try checkContent(other)
        let rotation = try store.rotateKey()
        #expect(rotation.removed == [before] && rotation.left == 0 && rotation.resealed > 8)
        #expect(try key.read().map(\.id) == [rotation.key])
        let states = try store.keyStates()
        #expect(states.map(\.role) == [.current] && states[0].values == rotation.resealed && states[0].isInFile)
        try checkContent(store)
        // A store that has been open since before follows.
        try checkContent(other)
        try other.writeDesk { try $0.setContact(ReporterContact(email: "new"), of: work.id) }
        #expect(try store.contact(of: work.id)?.email == "new")
        #expect(try store.keyStates().map(\.role) == [.current])
        #expect(throws: (any Error).self) { try SQLite(folder.path()).run("UPDATE audit_log SET sealed = x'00'") }
    }

    @Test("A rotation that ended anywhere is finished by the next one", arguments: 0...4)
    func interruptedRotation(step: Int) throws {
        let store = try filled()
        let first = try #require(try key.read().first)
        let second = SealingKey.new(createdAt: "2026-12-01T00:00:00Z")
        // The file has the new key, the database does not know it yet.
        try key.replace(with: [first, second])
        if step > 0 {
            try SQLite(folder.path()).run(
                """
                UPDATE sealing_keys SET state = 'old';
                INSERT INTO sealing_keys VALUES ('\(second.id)', '2026-12-01T00:00:00Z', 'current')
                """)
            try checkContent(store)
        }
        if step > 1 { try store.writeDesk { try $0.setContact(contact, of: work.id) } }
        if step > 2 {
            // All is sealed anew, and the database has noted it.
            _ = try store.rotateKey()
            try SQLite(folder.path()).run(
                "INSERT INTO sealing_keys VALUES ('\(first.id)', '2026-11-01T00:00:00Z', 'retired')")
            if step == 3 { try key.replace(with: [first, second]) }
        }
        let rotation = try store.rotateKey()
        #expect(rotation.key == second.id && rotation.left == 0)
        #expect(try key.read().map(\.id) == [second.id])
        #expect(try store.keyStates().map(\.id) == [second.id])
        try checkContent(store)
    }

    @Test("A forged value stays forged through a rotation, and keeps no key in the file")
    func rotationOfForged() throws {
        let store = try filled()
        let file = try SQLite(folder.path())
        try file.run(
            "UPDATE access_tokens SET role = 'viewer'; UPDATE reporter_contacts SET sealed = CAST(substr(sealed, 1, 40) || x'00' AS BLOB)"
        )
        let rotation = try store.rotateKey()
        #expect(rotation.left == 2 && rotation.removed.count == 1)
        #expect(try store.tokens().map(\.isGenuine) == [false])
        #expect(try key.read().count == 1)
    }

    @Test("After a lost key all begins anew with another one, and what the lost one sealed is back with it")
    func lostKey() throws {
        let store = try filled()
        #expect(throws: KeyChangeError.self) { try store.beginAnew() }
        let lost = try key.read()
        try store.close()
        try FileManager.default.removeItem(atPath: key.path)
        let opened = try SpatiaLiteStore.open(at: folder.path())
        let (id, count) = try opened.beginAnew()
        #expect(count > 7)
        #expect(try opened.remarks() == [])
        #expect(try opened.contact(of: work.id) == nil)
        #expect(try opened.privateExtra(of: work.id) == nil)
        #expect(try opened.pendingReports() == [])
        #expect(try opened.audit(limit: 9).map(\.name) == ["(sealed with a lost key)"])
        #expect(try opened.token(digest: digest) == nil)
        #expect(try opened.check() == [])
        let fresh = String(repeating: "d", count: 64)
        _ = try opened.writeDesk { try $0.add(AccessToken(name: "new", role: .admin, digest: fresh, createdAt: noon)) }
        #expect(try opened.token(digest: fresh)?.isGenuine == true)
        let states = try opened.keyStates()
        #expect(Set(states.map(\.role)) == [.current, .lost] && states.first { $0.role == .current }?.id == id)
        try opened.close()
        // The lost key turns up.
        try key.replace(with: lost + key.read())
        let again = try SpatiaLiteStore.open(at: folder.path())
        #expect(try again.contact(of: work.id) == contact)
        #expect(try again.pendingReports() == [report])
        let rotation = try again.rotateKey()
        #expect(try key.read().map(\.id) == [rotation.key] && again.keyStates().count == 1)
        #expect(try again.contact(of: work.id) == contact)
    }

    // MARK: Migration

    private func old() throws {
        let store = try SpatiaLiteStore.create(at: folder.path())
        try store.write(bulk: true) { transaction in
            for number in 1...400 {
                let work = Work.sample(number, source: "s")
                try transaction.insert(work, ledger: work.ledger)
            }
            _ = try transaction.upsert(ReferenceFeature(id: "x:1", geometry: nil), in: .schools)
        }
        try store.close()
        try SQLite(folder.path()).run(try Version5.statements())
        try FileManager.default.removeItem(atPath: folder.path("works.city"))
        #expect(try files(with: "MARKER") == ["works.sqlite"])
    }

    @Test(
        "An older database is sealed when it is opened, and nothing of the open text is left", arguments: [true, false])
    func migration(readOnly: Bool) throws {
        try old()
        let store = try SpatiaLiteStore.open(at: folder.path(), readOnly: readOnly)
        #expect(try files(with: "MARKER") == [])
        #expect(try store.remarks() == [])
        #expect(try store.check() == [])
        let first = Work.sample(1).id
        #expect(try store.contact(of: first)?.email == "MARKER@example.org")
        #expect(try store.privateExtra(of: first) == #"{"phone":"MARKER 1"}"#)
        #expect(try store.pendingReports().count == 299)
        let report = try #require(try store.pendingReport("MARKERTOKEN3"))
        #expect(report.decision == .refused && report.longitude == 44.5 && report.contact.firstName == "MARKER")
        #expect(try store.audit(limit: 1000).count == 300)
        #expect(try store.audit(limit: 1)[0].detail == "MARKER detail 300")
        #expect(try store.followerCount(of: first) == 1)
        let token = try #require(try store.token(digest: Version5.digest))
        #expect(token.name == "MARKER admin" && token.refusal(at: noon) == nil)
        #expect(try store.tokens()[1].refusal(at: noon) == .revoked)
        if !readOnly {
            #expect(try store.rotateKey().left == 0)
        }
    }

    @Test("A migration that is interrupted leaves the older file as it was, and is done the next time")
    func interruptedMigration() throws {
        try old()
        let file = try SQLite(folder.path())
        try file.run(
            "CREATE TRIGGER stop BEFORE UPDATE ON followers BEGIN SELECT RAISE(ABORT, 'the power is gone'); END")
        #expect(throws: (any Error).self) { try SpatiaLiteStore.open(at: folder.path()) }
        #expect(try file.text("SELECT email FROM reporter_contacts") == "MARKER@example.org")
        #expect(try file.text("PRAGMA user_version") == "5")
        let made = try key.read().map(\.id)
        try file.run("DROP TRIGGER stop")
        let store = try SpatiaLiteStore.open(at: folder.path())
        #expect(try store.check() == [] && key.read().map(\.id) == made)
    }

    @Test("Cleaning that others hold up stays due, is told, and is done at the next opening")
    func cleaning() throws {
        try old()
        let reader = try SQLite(folder.path())
        try reader.run("BEGIN; SELECT count(*) FROM works")
        let options = StoreOptions(busyTimeout: 0.1)
        let store = try SpatiaLiteStore.open(at: folder.path(), options: options)
        #expect(try store.remarks().count == 1)
        try reader.run("COMMIT")
        try store.close()
        #expect(try SpatiaLiteStore.open(at: folder.path()).remarks() == [])
        #expect(try files(with: "MARKER") == [])
    }
}
