import DequeModule
import Glibc

/// Waiting jobs of many clients, served so that whoever used least of the workers lately goes first.
///
/// Usage is seconds of worker time that halve every ``halfLife``. Jobs of one client keep their order. A client that has used much still gets all
/// the workers while nobody else waits, apart from those held in reserve for clients with little usage.
///
/// A value: its owner guards it with a lock. Costs grow with the number of clients that wait, not of jobs.
struct FairQueue<Job> {
    /// Seconds in which usage halves.
    static var halfLife: Double { 30 }
    /// Seconds of usage up to which a client may use the reserved workers.
    static var lightUsage: Double { 1 }
    /// Clients whose usage is remembered while they have nothing here; those with the least are forgotten first.
    static var remembered: Int { 4096 }

    private struct Client {
        var waiting: Deque<Job> = []
        var running = 0
        /// Seconds of worker time, as of `at`.
        var usage = 0.0
        var at: ContinuousClock.Instant

        func usage(_ now: ContinuousClock.Instant) -> Double {
            guard usage > 0 else { return 0 }
            return usage * exp2(-max(0, (now - at).inSeconds) / FairQueue.halfLife)
        }
    }

    private var clients: [ClientAddress: Client] = [:]
    /// Clients with waiting jobs.
    private var queued: Set<ClientAddress> = []
    /// Number of waiting jobs.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Waiting jobs that would be served before a new one of `address`, if all used the same so far.
    func jobsAhead(of address: ClientAddress) -> Int {
        let own = clients[address]?.waiting.count ?? 0
        return queued.reduce(own) { $1 == address ? $0 : $0 + min(clients[$1]?.waiting.count ?? 0, own + 1) }
    }

    mutating func append(_ job: Job, for address: ClientAddress, at now: ContinuousClock.Instant) {
        clients[address, default: Client(at: now)].waiting.append(job)
        queued.insert(address)
        count += 1
    }

    /// Removes and returns the job to run next; nil if none may.
    ///
    /// - Parameter onlyLight: True if only workers held in reserve are free.
    mutating func next(onlyLight: Bool, at now: ContinuousClock.Instant) -> (job: Job, address: ClientAddress)? {
        var best: (address: ClientAddress, running: Int, usage: Double)?
        for address in queued {
            guard let client = clients[address] else { continue }
            let usage = client.usage(now)
            if onlyLight, client.running > 0 || usage > Self.lightUsage { continue }
            if let best, (best.running, best.usage) <= (client.running, usage) { continue }
            best = (address, client.running, usage)
        }
        guard let address = best?.address, let job = clients[address]?.waiting.popFirst() else { return nil }
        clients[address]?.running += 1
        noteRemoval(from: address)
        return (job, address)
    }

    /// Notes that a job of `address` has run for so many seconds.
    mutating func finish(_ address: ClientAddress, after seconds: Double, at now: ContinuousClock.Instant) {
        guard var client = clients[address] else { return }
        client.usage = client.usage(now) + seconds
        client.at = now
        client.running -= 1
        clients[address] = client
        if clients.count > Self.remembered { forget(at: now) }
    }

    /// Removes and returns the newest job of the client with the most waiting jobs, if it has over one more than `address` has. So a client that
    /// filled the queue makes room for those who wait with less.
    mutating func removeFromLongest(for address: ClientAddress) -> Job? {
        guard let longest = queued.max(by: { waiting($0) < waiting($1) }), longest != address,
            waiting(longest) > waiting(address) + 1, let job = clients[longest]?.waiting.popLast()
        else { return nil }
        noteRemoval(from: longest)
        return job
    }

    /// Removes and returns the jobs that match.
    mutating func removeAll(where matches: (Job) -> Bool) -> [Job] {
        var removed: [Job] = []
        for address in queued {
            guard let waiting = clients[address]?.waiting, waiting.contains(where: matches) else { continue }
            let found = waiting.filter(matches)
            clients[address]?.waiting.removeAll(where: matches)
            removed += found
            noteRemoval(from: address, found.count)
        }
        return removed
    }

    /// Calls `body` with each waiting job.
    func forEach(_ body: (Job) -> Void) {
        for address in queued { clients[address]?.waiting.forEach(body) }
    }

    private func waiting(_ address: ClientAddress) -> Int { clients[address]?.waiting.count ?? 0 }

    private mutating func noteRemoval(from address: ClientAddress, _ removed: Int = 1) {
        count -= removed
        if waiting(address) == 0 { queued.remove(address) }
    }

    private mutating func forget(at now: ContinuousClock.Instant) {
        let idle = clients.filter { $0.value.waiting.isEmpty && $0.value.running == 0 }
        let least = idle.sorted { $0.value.usage(now) < $1.value.usage(now) }.prefix(Self.remembered / 2)
        for (address, _) in least { clients[address] = nil }
    }
}
