import Foundation
import Interchange
import Logging
import SpatiaLiteStore
import Synchronization
import Testing
import Works

@testable import Fetching

@Suite("Sources on a schedule")
struct ScheduleTests {
    let city: TestCity

    init() throws { city = try TestCity() }

    private var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    private func writeSources(_ server: ListServer, _ more: String = "") throws {
        try city.write(
            """
            - name: holes
              title: {ru: Ямы, en: Holes}
              address: \(server.address())
              as: hazards
              every: 15m
              list: full
            \(more)
            """, to: "sources.yaml")
    }

    @Test("are fetched when they are due, and a restart loses nothing")
    func due() async throws {
        let server = try ListServer { _ in .of(Lists.collection(1...3)) }
        try writeSources(server)
        let scheduler = SourceScheduler(city.surroundings(), logger: quiet)
        #expect(scheduler.freshness.map(\.state) == [.never])
        await scheduler.runDue()
        await scheduler.runDue()
        #expect(server.requests.count == 1)
        #expect(scheduler.freshness.map(\.state) == [.ok])
        city.pass(899)
        let restarted = SourceScheduler(city.surroundings(), logger: quiet)
        #expect(restarted.freshness == scheduler.freshness)
        await restarted.runDue()
        #expect(server.requests.count == 1)
        city.pass(1)
        await restarted.runDue()
        #expect(server.requests.count == 2)
        city.pass(3 * 900 + 1)
        #expect(restarted.freshness.map(\.state) == [.late])
    }

    @Test("go on as they were while sources.yaml is broken, and follow it once it is mended")
    func reload() async throws {
        let server = try ListServer { _ in .of(Lists.collection(1...3)) }
        try writeSources(server)
        let scheduler = SourceScheduler(city.surroundings(), logger: quiet)
        try city.write("- nam: holes", to: "sources.yaml")
        scheduler.reload()
        #expect(scheduler.faults.contains { $0.contains("sources.yaml:1") && $0.contains("`name` meant") })
        await scheduler.runDue()
        #expect(scheduler.freshness.map(\.name) == ["holes"] && server.requests.count == 1)
        try writeSources(server, "- {name: more, address: lists, as: hazards, source: more, paused: yes}")
        scheduler.reload()
        #expect(scheduler.faults.isEmpty && scheduler.freshness.map(\.name) == ["holes", "more"])
    }

    @Test("are asked for the whole list again when another database has taken the store's place")
    func otherStore() async throws {
        let server = try ListServer { request in
            request.headers["if-none-match"] == nil
                ? .of(Lists.collection(1...3), ["ETag: \"1\""]) : .raw(["HTTP/1.1 304 Not Modified"], [])
        }
        let schedule = city.schedule(server.address())
        try await city.fetch(schedule)
        let restored = try SpatiaLiteStore.create(at: city.folder.appendingPathComponent("restored.sqlite").path)
        city.pass(900)
        let result = try await SourceRun(of: schedule, in: city.surroundings(restored)).run()
        #expect(result.reports.first?.inserted == 3)
    }

    @Test("are fetched by one at a time, whoever asks")
    func oneAtATime() async throws {
        let folder = SourceFolder(of: "holes", in: city.folder)
        try folder.prepare()
        let lock = try folder.lock(name: "holes")
        let server = try ListServer { _ in .of(Lists.collection(1...3)) }
        let error = await #expect(throws: FetchError.self) { try await city.fetch(city.schedule(server.address())) }
        #expect(error?.kind == .busy && server.requests.isEmpty && city.state() == SourceState())
        withExtendedLifetime(lock) {}
    }

    @Test("are due by the clock as it is, even if it was set back")
    func clock() {
        let noon = Instant("2026-05-04T12:00:00Z")!
        var state = SourceState()
        #expect(state.isDue(at: noon))
        (state.lastTry, state.next) = (noon, noon + 900)
        #expect(!state.isDue(at: noon + 899) && state.isDue(at: noon + 900))
        // The clock was a year ahead when the source was tried last.
        (state.lastTry, state.next) = (noon + 31_536_000, noon + 31_536_900)
        #expect(state.isDue(at: noon))
    }

    @Test("stay as they are when a list is dated by a clock that was set back since")
    func clockSetBack() async throws {
        let ids = Mutex(1...3)
        let server = try ListServer { _ in .of(Lists.collection(ids.withLock { $0 })) }
        let schedule = city.schedule(server.address())
        try await city.fetch(schedule)
        city.pass(-86_400)
        ids.withLock { $0 = 1...2 }
        await #expect(throws: FetchError.self) { try await city.fetch(schedule) }
        #expect(try city.openWorks() == 3)
        city.pass(86_400 + 900)
        #expect(try await city.fetch(schedule).reports.first?.closed == 1)
    }

    @Test(
        "come back later each time, up to an hour or their own time",
        arguments: [
            (1, 900, 60), (2, 900, 120), (5, 900, 960), (7, 900, 3600), (60, 900, 3600), (1, 10, 10), (3, 10, 40),
            (20, 86_400, 86_400), (1, 86_400, 60),
        ])
    func backOff(failures: Int, every: Int, seconds: Int) {
        #expect(BackOff { 0 }.delay(afterFailures: failures, every: every) == seconds)
        let longest = BackOff { 0.999 }.delay(afterFailures: failures, every: every)
        #expect(longest >= seconds && longest <= seconds + seconds / 2)
    }

    @Test("keep so many lists, and always the last good one")
    func retention() async throws {
        let count = Mutex(0)
        let server = try ListServer { _ in
            .of(Lists.collection(1...count.withLock { count in (count += 1, count).1 + 1 }))
        }
        var schedule = city.schedule(server.address())
        schedule.limits.keptLists = 2
        for _ in 0..<4 {
            city.pass(900)
            try await city.fetch(schedule)
        }
        let folder = SourceFolder(of: "holes", in: city.folder)
        #expect(folder.lists == ["20260504T124500Z", "20260504T130000Z"])
        #expect(city.state().lastGood == "20260504T130000Z")
        schedule.limits.keptBytes = 1
        city.pass(900)
        try await city.fetch(schedule)
        #expect(folder.lists == [city.state().lastGood])
    }

    @Test("may be a folder, whose new files come in by their names")
    func folder() async throws {
        var schedule = SourceSchedule(name: "drop", address: .path("lists"))
        schedule.layer = .hazards
        await #expect(throws: FetchError.self) { try await city.fetch(schedule) }
        try city.write(Lists.collection(1...2), to: "lists/2.geojson")
        try city.write(Lists.collection(1...4), to: "lists/10.geojson")
        try city.write("half", to: "lists/11.geojson.part")
        #expect(try await city.fetch(schedule).reports.map(\.inserted) == [2, 2])
        city.pass(60)
        #expect(try await city.fetch(schedule).reports.isEmpty)
        try city.write(Lists.collection(1...9), to: "lists/11.geojson")
        city.pass(60)
        #expect(try await city.fetch(schedule).reports.map(\.inserted) == [5])
    }

    @Test("take the other files of a folder when one is refused")
    func refusedFile() async throws {
        var schedule = SourceSchedule(name: "drop", address: .path("lists"))
        schedule.layer = .hazards
        try city.write("{", to: "lists/1.geojson")
        try city.write(Lists.collection(1...2), to: "lists/2.geojson")
        let error = await #expect(throws: FetchError.self) { try await city.fetch(schedule) }
        #expect(error?.kind == .refused)
        city.pass(3600)
        #expect(try await city.fetch(schedule).reports.map(\.inserted) == [2])
    }

    @Test("keep nothing of a dry run")
    func dryRun() async throws {
        let server = try ListServer { _ in .of(Lists.collection(1...3)) }
        var options = SourceRun.Options()
        options.isDryRun = true
        #expect(try await city.fetch(city.schedule(server.address()), options).reports.first?.inserted == 3)
        #expect(try city.openWorks() == 0 && city.state() == SourceState())
        #expect(SourceFolder(of: "holes", in: city.folder).lists.isEmpty)
    }

    @Test("are cancelled at once, with everything as it was")
    func cancelled() async throws {
        let server = try ListServer { _ in .raw(["HTTP/1.1 200 OK", "Content-Length: 9999"], [], then: .silence) }
        let schedule = city.schedule(server.address())
        let fetch = Task { try await city.fetch(schedule) }
        while server.requests.isEmpty { await Task.yield() }
        fetch.cancel()
        await #expect(throws: CancellationError.self) { try await fetch.value }
        #expect(city.state() == SourceState())
    }

    @Test("remember what they write down")
    func stateText() throws {
        var state = SourceState()
        (state.lastTry, state.lastSuccess, state.next) = (city.now, city.now - 60, city.now + 60)
        state.problem = SourceProblem(kind: .tooSlow, words: "“slow”\n")
        state.validators = Validators(entityTag: "W/\"a\"", lastModified: "b")
        state.files = ["a": "1", "б": "2"]
        (state.failures, state.digest, state.setup, state.remark) = (3, "d", "s", "r")
        #expect(SourceState(state.bytes) == state)
        #expect(SourceState(Array("{\"last_try\":".utf8)) == nil)
    }
}
