import Testing

@testable import HTTPEdge

@Suite("Fair queue")
struct FairQueueTests {
    private let now = ContinuousClock.now

    private func client(_ number: UInt64) -> ClientAddress {
        ClientAddress(IPAddress(high: 0x2001_0DB8_0000_0000 + number, low: 0))
    }

    /// Runs all jobs of a queue one after the other; each takes so many seconds.
    private func order(_ queue: inout FairQueue<String>, seconds: Double) -> [String] {
        var served: [String] = []
        while let (job, address) = queue.next(onlyLight: false, at: now) {
            served.append(job)
            queue.finish(address, after: seconds, at: now)
        }
        return served
    }

    @Test("serves clients in turn, however many jobs one of them has, and each client's in their order")
    func turns() {
        var queue = FairQueue<String>()
        for job in 1...4 { queue.append("a\(job)", for: client(1), at: now) }
        for job in 1...2 { queue.append("b\(job)", for: client(2), at: now) }
        #expect(queue.count == 6)
        let served = order(&queue, seconds: 1)
        #expect(Set(served[0..<2]) == ["a1", "b1"])
        #expect(Set(served[2..<4]) == ["a2", "b2"])
        #expect(served[4...] == ["a3", "a4"])
        #expect(queue.isEmpty)
    }

    @Test("serves first who used least lately, and forgets usage in time")
    func usage() throws {
        var queue = FairQueue<String>()
        queue.append("a1", for: client(1), at: now)
        _ = queue.next(onlyLight: false, at: now)
        queue.finish(client(1), after: 60, at: now)
        queue.append("a2", for: client(1), at: now)
        queue.append("b1", for: client(2), at: now)
        #expect(queue.next(onlyLight: false, at: now)?.job == "b1")
        // Only the reserved worker is free: the client that used much waits, until ten half-lives later.
        #expect(queue.next(onlyLight: true, at: now) == nil)
        #expect(queue.next(onlyLight: true, at: now + .seconds(300))?.job == "a2")
    }

    @Test("a client that runs a job waits for those that run none, whatever it used")
    func running() throws {
        var queue = FairQueue<String>()
        queue.append("b", for: client(2), at: now)
        _ = queue.next(onlyLight: false, at: now)
        queue.finish(client(2), after: 5, at: now)
        queue.append("a1", for: client(1), at: now)
        queue.append("a2", for: client(1), at: now)
        #expect(queue.next(onlyLight: false, at: now)?.job == "a1")
        queue.append("b2", for: client(2), at: now)
        #expect(queue.next(onlyLight: false, at: now)?.job == "b2")
    }

    @Test("takes a place from the client with the most, for one with fewer, and never from one with about as many")
    func places() {
        var queue = FairQueue<String>()
        for job in 1...5 { queue.append("a\(job)", for: client(1), at: now) }
        #expect(queue.removeFromLongest(for: client(2)) == "a5")
        for job in 1...3 { queue.append("b\(job)", for: client(2), at: now) }
        #expect(queue.removeFromLongest(for: client(2)) == nil)
        #expect(queue.removeFromLongest(for: client(1)) == nil)
        #expect(queue.removeFromLongest(for: client(3)) == "a4")
        #expect(queue.count == 6)
    }

    @Test("counts the jobs ahead of a new one by turns")
    func ahead() {
        var queue = FairQueue<String>()
        for job in 1...9 { queue.append("a\(job)", for: client(1), at: now) }
        #expect(queue.jobsAhead(of: client(1)) == 9)
        #expect(queue.jobsAhead(of: client(2)) == 1)
        queue.append("b", for: client(2), at: now)
        #expect(queue.jobsAhead(of: client(2)) == 3)
    }

    @Test("removes jobs that nobody wants any more")
    func removal() {
        var queue = FairQueue<String>()
        for job in 1...3 { queue.append("a\(job)", for: client(1), at: now) }
        queue.append("b1", for: client(2), at: now)
        #expect(Set(queue.removeAll { $0.hasSuffix("1") }) == ["a1", "b1"])
        #expect(queue.count == 2)
        var seen: [String] = []
        queue.forEach { seen.append($0) }
        #expect(seen == ["a2", "a3"])
    }
}
