import Dispatch
import Geometry
import HTTPEdge
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NIOPosix
import TestConditions
import Testing
import Works

@testable import MapServer

@Suite("Health and metrics")
struct OperationTests {
    @Test(
        "are the same on the event loop and by the router, field by field",
        arguments: ["/health/live", "/health/ready", "/health/live?a=b", "/health/live/", "/health", "/metrics?x"])
    func likeTheRouter(_ address: String) async throws {
        func answers(_ setup: TestingSetup) async throws -> [[String]] {
            let map = TestMap()
            map.server.services.readiness.succeed()
            return try await map.over(setup) { client in
                var answers: [[String]] = []
                for method in [HTTPRequest.Method.get, .head, .post, .options] {
                    let answer = try await client.executeRequest(uri: address, method: method, headers: [:], body: nil)
                    let changing: [HTTPField.Name] = [.date, .contentLength, .init("X-Request-Id")!, .connection]
                    let fields = answer.headers.filter { !changing.contains($0.name) }
                        .map { "\($0.name.canonicalName): \($0.value)" }.sorted()
                    let text = answer.text.replacing(#/"(request_id":"[^"]*"|snapshot_age_seconds":[^,]*)/#, with: "")
                    answers.append(["\(answer.status.code)", text] + fields)
                }
                return answers
            }
        }
        let (direct, routed) = (try await answers(.live), try await answers(.router))
        #expect(direct == routed)
    }

    @Test("answer while every worker is held up and while others wait")
    func busy() async throws {
        let map = TestMap { configuration in
            configuration.tileWorkers = 1
            configuration.pageWorkers = 1
        }
        map.server.services.readiness.succeed()
        map.store.stalls = true
        try await map.over(.live) { client in
            let port = try #require(client.port)
            let waiting = (0..<4).map { _ in
                Task.detached {
                    await RawClient(port: port).exchange("GET /works HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                }
            }
            try await eventually("a queue for the pages' workers") { map.server.services.pagePool.counts.waiting > 0 }
            for path in OperationQuestion.allCases.map(\.rawValue) {
                let answer = try await client.executeRequest(uri: path, method: .get, headers: [:], body: nil)
                #expect(answer.status == .ok)
            }
            map.store.stalls = false
            for task in waiting { _ = await task.value }
        }
    }

    @Test(
        "keep details and metrics for those who run the server",
        arguments: [
            (nil, "127.0.0.1", false, true), (nil, "::1", false, true), (nil, "::ffff:127.0.0.1", false, true),
            (nil, nil, false, true), (nil, "192.0.2.1", false, false), (nil, "2001:db8::1", false, false),
            (nil, "127.0.0.1", true, false), (0, "127.0.0.1", false, false),
        ] as [(Int?, String?, Bool, Bool)])
    func audience(port: Int?, address: String?, isForwarded: Bool, isOperator: Bool) {
        let map = TestMap { $0.operationsPort = port }
        let answers = OperationAnswers(services: map.server.services)
        #expect(
            (answers.audience(client: address.flatMap { IPAddress($0) }, isForwarded: isForwarded) == .operators)
                == isOperator)
    }

    @Test("say that the server ends, whatever the map does afterwards")
    func stopping() {
        let readiness = Readiness()
        readiness.succeed()
        readiness.stop()
        readiness.succeed()
        readiness.fail("gone")
        #expect(readiness.state == .stopping)
    }

    @Test("an event loop that is held up is noticed, and that it goes on again")
    func pulse() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let pulse = EventLoopPulse()
        pulse.begin([group.any()])
        #expect(pulse.isAlive(within: .seconds(600)))
        let release = DispatchSemaphore(value: 0)
        group.any().execute { release.wait() }
        try await eventually("the loop is held up") { !pulse.isAlive(within: .milliseconds(50)) }
        release.signal()
        try await eventually("the loop goes on") { pulse.isAlive(within: .milliseconds(50)) }
        try await group.shutdownGracefully()
    }
}

@Suite("Descriptors")
struct DescriptorBudgetTests {
    @Test(
        "are shared out so that files get theirs",
        arguments: [
            (64, 14, 2, 4096, 17), (128, 14, 2, 4096, 73), (1024, 14, 2, 4096, 857), (20_000, 14, 2, 4096, 4096),
            (524_288, 14, 64, 4096, 4096), (1024, 14, 2, 100, 100),
        ])
    func connections(limit: Int, inUse: Int, loops: Int, wanted: Int, connections: Int) {
        let budget = DescriptorBudget(limit: limit, inUse: inUse, wanted: wanted, loops: loops)
        #expect(budget.connections == connections)
        #expect(budget.isSufficient)
    }

    @Test("that are too few for any client are told, with how many would do")
    func tooFew() {
        let few = DescriptorBudget(limit: 40, inUse: 14, wanted: 4096, loops: 2)
        #expect(!few.isSufficient)
        let enough = DescriptorBudget(limit: few.leastLimit, inUse: 14, wanted: 4096, loops: 2)
        #expect(enough.isSufficient)
    }
}
