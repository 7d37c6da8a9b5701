import Foundation
import Testing
import Works

@testable import SpatiaLiteStore

@Suite("Followers")
struct FollowersTests {
    private let folder: TemporaryFolder
    private let store: SpatiaLiteStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SpatiaLiteStore.create(at: folder.path())
    }

    private func insert(_ number: Int) throws -> WorkID {
        let work = Work.sample(number)
        try store.writeDesk { try $0.insert(work, ledger: work.ledger) }
        return work.id
    }

    private func follow(_ work: WorkID, _ network: String) throws -> Bool {
        try store.writeDesk { try $0.addFollower(from: network, to: work, at: noon) }
    }

    private func mark(_ work: WorkID, of original: WorkID) throws {
        try store.writeDesk { transaction throws in
            let work = try #require(try transaction.work(work))
            _ = try transaction.markDuplicate(work, of: original, reason: "same", at: noon, by: Actor(kind: .person))
        }
    }

    @Test("A network follows a work once, and comes along when the work turns out to be a duplicate")
    func once() throws {
        let (first, second) = (try insert(1), try insert(2))
        #expect(try follow(first, "203.0.113.7"))
        #expect(try !follow(first, "203.0.113.7"))
        #expect(try follow(second, "203.0.113.7"))
        #expect(try follow(second, "2001:db8::/64"))
        try store.writeDesk { try $0.setReporter(of: second, from: "198.51.100.1", at: noon) }
        #expect(try store.followerCount(of: second) == 2, "who reported it is no follower")
        try mark(second, of: first)
        // The two of the second and its reporter; one was there already.
        #expect(try store.followerCount(of: first) == 3)
        try store.writeDesk { transaction throws in
            let work = try #require(try transaction.work(second))
            _ = try transaction.unmarkDuplicate(work, reason: "another", at: noon, by: Actor(kind: .person))
        }
        try mark(second, of: first)
        #expect(try store.followerCount(of: first) == 3, "once more adds nobody")
    }

    @Test("A hundred reports from one network with a hundred addresses are one follower of what they duplicate")
    func invented() throws {
        let first = try insert(1)
        for number in 2...101 {
            let work = try insert(number)
            try store.writeDesk {
                try $0.setContact(ReporterContact(email: "a\(number)@example.org"), of: work)
                try $0.setReporter(of: work, from: "203.0.113.7", at: noon)
            }
            try mark(work, of: first)
        }
        #expect(try store.followerCount(of: first) == 1)
    }

    @Test("The network of a report goes to the work that is made of it")
    func adopted() throws {
        let (first, second) = (try insert(1), try insert(2))
        try store.writeDesk { transaction throws in
            try transaction.add(PendingReport(token: "t", receivedAt: noon, category: "other"), from: "203.0.113.7")
            #expect(try transaction.decide("t", .accepted(second), at: noon))
        }
        try mark(second, of: first)
        #expect(try store.followerCount(of: first) == 1)
        #expect(try !follow(first, "203.0.113.7"))
    }

    @Test("The file does not show that two works are followed from one network, nor which it is")
    func hidden() throws {
        let works = try (1...3).map { try insert($0) }
        for work in works { _ = try follow(work, "203.0.113.7") }
        let other = try SQLite(folder.path())
        #expect(try other.text("SELECT count(DISTINCT follower) FROM followers") == "3")
        #expect(try other.text("SELECT follower FROM followers")?.utf8.count == 48)
        // The same network under another database's secret is another one.
        let elsewhere = try SpatiaLiteStore.create(at: folder.path("other.sqlite"))
        let work = Work.sample(1)
        try elsewhere.writeDesk { transaction throws in
            try transaction.insert(work, ledger: work.ledger)
            _ = try transaction.addFollower(from: "203.0.113.7", to: work.id, at: noon)
        }
        let first = try other.text("SELECT follower FROM followers WHERE work = 1")
        #expect(try SQLite(folder.path("other.sqlite")).text("SELECT follower FROM followers") != first)
    }

    @Test("With the contact of a work goes what tells its followers apart; how many there are stays")
    func erased() throws {
        let (first, second) = (try insert(1), try insert(2))
        for work in [first, second] { _ = try follow(work, "203.0.113.7") }
        _ = try follow(first, "198.51.100.1")
        try store.writeDesk { transaction throws in
            try transaction.setContact(ReporterContact(email: "a@b.c"), of: second)
            try transaction.setReporter(of: second, from: "203.0.113.7", at: noon)
        }
        #expect(try store.followings(ofReportersOf: [second]) == [first, second])
        let before = try SQLite(folder.path()).text("SELECT group_concat(follower) FROM followers")
        try store.writeDesk { transaction throws in
            #expect(try transaction.eraseFollowings(ofReportersOf: [second], at: noon) == 2)
        }
        #expect(try store.followerCount(of: first) == 2)
        #expect(try store.followerCount(of: second) == 1)
        #expect(try store.followings(ofReportersOf: [second]).isEmpty)
        #expect(try !follow(first, "198.51.100.1"), "others are left alone")
        let rows = try #require(try SQLite(folder.path()).text("SELECT group_concat(follower) FROM followers"))
        #expect(rows.split(separator: ",").count { before!.contains($0) } == 1)
        #expect(try store.check().isEmpty)
    }
}
